"""Asked only of somebody who is younger than the age at which everybody has a card."""

from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Married(Page):
    def answer(self, yes: bool) -> None:
        self.post(ev.MarriedAnswered(married=yes))


load_kv(__file__)
