"""Is this your card? The number is masked, the place and the name help to recognise it."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Confirm(Page):
    number = StringProperty("")
    person = StringProperty("")
    place = StringProperty("")
    checking = BooleanProperty(False)

    def refresh(self, visit: Visit) -> None:
        nik = visit.answers.nik
        self.number = nik.masked if nik else ""
        self.person = visit.answers.card_name
        self.place = visit.rules.regions.names(nik.digits)[1] if nik else ""
        self.checking = visit.confirmed and visit.known is None

    def clear(self) -> None:
        self.number = self.person = self.place = ""
        self.checking = False

    def answer(self, yes: bool) -> None:
        self.post(ev.Confirmed() if yes else ev.Denied())


load_kv(__file__)
