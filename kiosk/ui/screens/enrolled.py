"""This card has been enrolled here before: its code, and where it stands in plain words."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.pictograms import STATES
from kiosk.ui.widgets import load_kv, qr  # noqa: F401 (kv names)
from kiosk.ui.widgets.page import Page


class Enrolled(Page):
    code = StringProperty("")
    state = StringProperty("waiting")
    icon = StringProperty("schedule")

    def refresh(self, visit: Visit) -> None:
        self.code = visit.code
        self.state = visit.known_state if f"enrolled.{visit.known_state}" in self.desk.tr._ else "waiting"
        self.icon = STATES.get(self.state, "schedule")

    def clear(self) -> None:
        self.code = ""
        self.state = "waiting"

    def go(self) -> None:
        self.post(ev.Touched())


load_kv(__file__)
