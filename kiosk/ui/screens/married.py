"""Asked only of somebody who is younger than the age at which everybody has a card."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Married(Page):
    sub = StringProperty("")

    def refresh(self, visit: Visit) -> None:
        self.sub = self.words("married.sub", **visit.rules.eligibility.facts)

    def answer(self, yes: bool) -> None:
        self.post(ev.MarriedAnswered(married=yes))


load_kv(__file__)
