"""Whether the trader pays workers: who does must save for old age too."""

from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Employer(Page):
    def answer(self, yes: bool) -> None:
        self.post(ev.EmployerAnswered(employer=yes))


load_kv(__file__)
