"""A page: header, body, footer. Every step's screen is one; it posts events, shows and hides."""

from typing import TYPE_CHECKING

from kivy.app import App
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.flow import FLOW, UNDER_WAY, Stage
from kiosk.ui import theme
from kiosk.ui.widgets import bars, button, load_kv, sheet, text  # noqa: F401 (kv names)

if TYPE_CHECKING:
    from kiosk.domain.reading import Reading


CALL = "misread.person"
FRAME = 3  # header, body, footer: what comes after them goes into the body


class Notice(BoxLayout):
    """One kind sentence on the page itself: what happened, what to do. Takes no room while it is empty."""

    text = StringProperty("")
    icon = StringProperty("info")


class Fill(Widget):
    """Empty room on a tall page; a wide one has none to give."""


class Scenery(text.Picture):
    """A picture in what would be empty room on a tall page."""


class Banner(BoxLayout):
    """Good news at the top of a tall page."""

    text = StringProperty("")


class Split(BoxLayout):
    """Two columns on a wide panel, one above the other on a tall one."""

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        if not (isinstance(widget, Fill | Scenery | Banner) and theme.wide):
            super().add_widget(widget, *args, **kwargs)


class Say(BoxLayout):
    """The words of a page: title, body, notice."""


class Page(BoxLayout):
    """`gives` names what a page of typing gives: while there is none, what was typed waits for the way back to it."""

    gives = ""
    ground = ColorProperty(theme.ground)
    step = StringProperty("")
    stage = StringProperty("")
    stages_shown = BooleanProperty(True)  # not where a visit has ended without all of them
    notice = StringProperty("")  # message id
    go_text = StringProperty("")
    go_icon = StringProperty("arrow_forward")
    go_target = StringProperty("go")
    go_kind = StringProperty("go")
    go_ready = BooleanProperty(True)
    go_width = NumericProperty(62)
    aside_text = StringProperty("")
    aside_icon = StringProperty("")
    aside_target = StringProperty("aside")
    aside_kind = StringProperty("quiet")
    selvedge = NumericProperty(0)  # how high the woven edge along the top is
    back_shown = BooleanProperty(False)
    stop_shown = BooleanProperty(False)
    help_shown = BooleanProperty(False)
    help_wanted = BooleanProperty(False)  # a person is the better way now
    frame = OptionProperty("full", options=("full", "bare"))

    def __init__(self, step: str, **kwargs: object) -> None:
        self.visit: Visit | None = None
        self.fresh = True  # nothing has been typed on this page in this visit
        row = FLOW[step]
        super().__init__(step=step, **kwargs)
        self.stage = "" if row.stage in (Stage.OUTSIDE, Stage.OFFICER) else row.stage.value
        self.back_shown = row.back
        self.stop_shown = row.stage in UNDER_WAY
        self.help_shown = row.stage in UNDER_WAY

    def add_widget(self, widget: object, *args: object, **kwargs: object) -> None:
        if len(self.children) < FRAME:
            super().add_widget(widget, *args, **kwargs)
        else:
            self.ids.body.add_widget(widget, *args, **kwargs)

    def show(self, visit: Visit) -> None:
        """Called when the step begins, and on every change of the visit while it lasts."""
        self.visit = visit
        self.notice = visit.notice
        self.help_wanted = visit.notice == CALL
        if self.fresh:
            self.fresh = False
            self.begin(visit)
        self.refresh(visit)

    def hide(self) -> None:
        """The step is over: personal data goes from the widgets."""
        self.visit = None
        self.fresh = True
        self.notice = ""
        self.clear()
        text.forget(self)

    def waits(self, visit: Visit) -> bool:
        """Whether what has been typed here stays while another step is shown: same card, and not answered yet."""
        if not self.gives or self.visit is None or FLOW[visit.step].stage not in (*UNDER_WAY, Stage.OUTSIDE):
            return False
        same = self.gives == "nik" or self.visit.answers.nik == visit.answers.nik
        return same and bool(visit.answers.consents) and getattr(visit.answers, self.gives) is None

    def begin(self, visit: Visit) -> None:
        """Fill in what is known already. What has been typed since is not touched again."""

    def refresh(self, visit: Visit) -> None:
        """Show what follows from the visit, in its language."""

    def clear(self) -> None:
        """Forget."""

    def go(self) -> None:
        """The button at the bottom right."""

    def aside(self) -> None:
        """The button in the middle of the footer."""

    def looked(self, reading: "Reading") -> None:
        """The camera has something that is not worth an event: a hint, an outline."""

    @property
    def heard(self) -> str:
        """The id of what the page hints at just now, for the voice; "" for nothing."""
        return ""

    @property
    def app(self):  # type: ignore[no-untyped-def]
        """The running app: language, status, devices."""
        return App.get_running_app()

    def post(self, event: ev.Event) -> None:
        self.app.post(event)

    def words(self, id: str, /, **facts: object) -> str:
        return self.app.tr._(id, **facts)


load_kv(__file__)
