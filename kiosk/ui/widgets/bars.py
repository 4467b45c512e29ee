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


class ShownRow(BoxLayout):
    """Holds only those of its children that are `shown`: the others take neither room nor a gap."""

    def on_kv_post(self, _: object) -> None:
        self._all = self.children[::-1]
        for child in self._all:
            child.fbind("shown", self._fill)
        self._fill()

    def _fill(self, *_: object) -> None:
        shown = [child for child in self._all if child.shown]
        if shown != self.children[::-1]:
            self.clear_widgets()
            for child in shown:
                self.add_widget(child)


class HeadButton(Touchable):
    """A switch of the header: its icon above its word."""

    icon = StringProperty("")
    text = StringProperty("")
    shown = BooleanProperty(True)


class Header(BoxLayout):
    stage = StringProperty("")
    stages_shown = BooleanProperty(True)
    own_language = StringProperty("")
    voice_shown = BooleanProperty(True)
    help_shown = BooleanProperty(True)
    help_wanted = BooleanProperty(False)
    stop_shown = BooleanProperty(True)

    def on_kv_post(self, _: object) -> None:
        if not theme.wide:  # the stages stand under the switches
            bar = self.ids.bar
            self.remove_widget(bar)
            self.add_widget(bar)


class Footer(ShownRow):
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
    aside_kind = StringProperty("quiet")


load_kv(__file__)
