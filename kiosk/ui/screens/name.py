"""The name as on the card, in capitals; what the camera read is filled in."""

from kivy.properties import NumericProperty, StringProperty

from kiosk.domain.people import NAME_LIMIT
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import keypad, load_kv
from kiosk.ui.widgets.page import Page


class Name(Page):
    gives = "name"
    draft = StringProperty("")
    long = NumericProperty(36)  # letters from which a wide page gives the whole line to the name

    def on_draft(self, _: object, draft: str) -> None:
        self.go_ready = bool(draft.strip())

    def begin(self, visit: Visit) -> None:
        self.draft = visit.answers.name or visit.answers.card_name
        self.on_draft(self, self.draft)

    def clear(self) -> None:
        self.draft = ""

    def key(self, value: str) -> None:
        self.notice = ""
        self.draft = keypad.typed(self.draft, value, NAME_LIMIT)

    def go(self) -> None:
        self.post(ev.NameGiven(self.draft))


load_kv(__file__)
