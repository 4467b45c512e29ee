"""The birth date as printed on the card, eight digits; asked only when the number leaves a doubt."""

from kivy.properties import ListProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import keypad, load_kv
from kiosk.ui.widgets.page import Page

LENGTH = 8


class Birth(Page):
    gives = "birth_date"
    draft = StringProperty("")
    parts = ListProperty(["", "", ""])

    def on_draft(self, _: object, draft: str) -> None:
        self.parts = [draft[:2], draft[2:4], draft[4:]]
        self.go_ready = len(draft) == LENGTH

    def begin(self, visit: Visit) -> None:
        known = visit.answers.birth_date or visit.answers.card_birth_date
        self.draft = known.strftime("%d%m%Y") if known else ""
        self.on_draft(self, self.draft)

    def clear(self) -> None:
        self.draft = ""

    def key(self, value: str) -> None:
        self.notice = ""
        self.draft = keypad.typed(self.draft, value, LENGTH)

    def go(self) -> None:
        self.post(ev.BirthDateGiven(self.draft))


load_kv(__file__)
