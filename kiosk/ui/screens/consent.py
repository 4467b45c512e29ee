"""Three separate consents, none ticked beforehand, and who answers for the data (UU 27/2022 art. 20-24)."""

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.visit import PURPOSES
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Consent(Page):
    def begin(self, visit: Visit) -> None:
        given = {consent.purpose for consent in visit.answers.consents if consent.given}
        for purpose in PURPOSES:
            self.ids[purpose].ticked = purpose in given

    def clear(self) -> None:
        for purpose in PURPOSES:
            self.ids[purpose].ticked = False

    def go(self) -> None:
        self.post(ev.ConsentGiven(tuple(p for p in PURPOSES if self.ids[p].ticked)))

    def aside(self) -> None:
        self.post(ev.ConsentRefused())


load_kv(__file__)
