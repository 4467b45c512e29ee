"""The frame of every page: stage bar, header with language and stop, footer with back and go."""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.journey.flow import Stage
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Touchable

STAGES = (Stage.WELCOME, Stage.CARD, Stage.CHECK, Stage.DONE)
ICONS = {Stage.WELCOME: "handshake", Stage.CARD: "id_card", Stage.CHECK: "edit", Stage.DONE: "receipt_long"}


class StageDot(BoxLayout):
    """One stage: done, current or to come, each with its own icon and shape, not by colour alone."""

    stage = StringProperty("")
    icon = StringProperty("")
    done = BooleanProperty(False)
    current = BooleanProperty(False)
    first = BooleanProperty(False)
    last = BooleanProperty(False)


class StageBar(BoxLayout):
    stage = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for at, stage in enumerate(STAGES):
            dot = StageDot(stage=stage, icon=ICONS[stage], first=at == 0, last=at == len(STAGES) - 1)
            self.add_widget(dot)
        self.on_stage()

    def on_stage(self, *_: object) -> None:
        now = STAGES.index(Stage(self.stage)) if self.stage in STAGES else -1
        for at, dot in enumerate(reversed(self.children)):
            dot.done, dot.current = at < now, at == now


class HeadButton(Touchable):
    """A switch of the header: its icon above its word. Takes no room while it is not shown."""

    icon = StringProperty("")
    text = StringProperty("")
    shown = BooleanProperty(True)
    gap = NumericProperty(0)  # beside it; while it is not shown it takes this back


class Header(BoxLayout):
    stage = StringProperty("")
    own_language = StringProperty("")
    voice_shown = BooleanProperty(True)
    help_shown = BooleanProperty(True)
    stop_shown = BooleanProperty(True)

    def on_kv_post(self, _: object) -> None:
        if not theme.wide:  # the stages stand under the switches
            bar = self.ids.bar
            self.remove_widget(bar)
            self.add_widget(bar)


class Footer(BoxLayout):
    go_text = StringProperty("")
    go_icon = StringProperty("arrow_forward")
    go_target = StringProperty("go")
    go_kind = StringProperty("go")
    go_ready = BooleanProperty(True)
    go_width = NumericProperty(62)
    back_shown = BooleanProperty(True)
    aside_text = StringProperty("")
    aside_icon = StringProperty("")
    aside_target = StringProperty("")


load_kv(__file__)
