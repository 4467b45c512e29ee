"""How far an enrolment has come: kept, sent, decided. Three stations on a line, told by icon and word."""

from kivy.properties import BooleanProperty, ColorProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.ui import theme
from kiosk.ui.widgets import load_kv

REACHED = {"waiting": 0, "sent": 1, "accepted": 2, "member": 2, "refused": 2}
KINDS = {  # edge, ground, ink
    "passed": (theme.go, theme.mint, theme.go),
    "here": (theme.go, theme.go, theme.white),
    "refused": (theme.stop, theme.stop, theme.white),
    "to_come": (theme.edge, theme.ground, theme.muted),
}
FACES = ("task_alt", "cloud_upload", "badge")


class Station(BoxLayout):
    """`kind`: passed, here, to come, or refused."""

    icon = StringProperty("")
    text = StringProperty("")
    kind = OptionProperty("to_come", options=tuple(KINDS))
    edge = ColorProperty(theme.edge)
    ground = ColorProperty(theme.ground)
    ink = ColorProperty(theme.muted)

    def on_kind(self, _: object, kind: str) -> None:
        self.edge, self.ground, self.ink = KINDS[kind]


class Stretch(Widget):
    """The line between two stations; `passed` when it lies behind."""

    passed = BooleanProperty(False)


class Track(BoxLayout):
    state = StringProperty("waiting")
    kept = StringProperty("")
    sent = StringProperty("")
    decided = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.stations = [Station(icon=face) for face in FACES]
        self.stretches = [Stretch(), Stretch()]
        for at, station in enumerate(self.stations):
            self.add_widget(station)
            if at < len(self.stretches):
                self.add_widget(self.stretches[at])
        for name in ("state", "kept", "sent", "decided"):
            self.fbind(name, self._place)
        self._place()

    def _place(self, *_: object) -> None:
        here = REACHED.get(self.state, 0)
        refused = self.state == "refused"
        for at, (station, text) in enumerate(zip(self.stations, (self.kept, self.sent, self.decided), strict=True)):
            station.text = text
            station.kind = "passed" if at < here else "to_come" if at > here else "refused" if refused else "here"
            station.icon = "check" if at < here else "close" if at == here and refused else FACES[at]
        for at, stretch in enumerate(self.stretches):
            stretch.passed = at < here


load_kv(__file__)
