"""A mobile number, the trader's own or a child's; it may be skipped."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.phone import grouped
from kiosk.ui.widgets import keypad, load_kv
from kiosk.ui.widgets.page import Page

MOST, LEAST = 14, 10


class Phone(Page):
    gives = "phone"
    draft = StringProperty("")
    spoken = StringProperty("")  # 0812-3456-7890

    def on_draft(self, _: object, draft: str) -> None:
        self.spoken = grouped(draft)
        self.go_ready = len(draft) >= LEAST

    def begin(self, visit: Visit) -> None:
        self.draft = "0" + visit.answers.phone.removeprefix("+62") if visit.answers.phone else ""
        self.on_draft(self, self.draft)

    def clear(self) -> None:
        self.draft = ""

    def key(self, value: str) -> None:
        self.notice = ""
        self.draft = keypad.typed(self.draft, value, MOST)

    def go(self) -> None:
        self.post(ev.PhoneGiven(self.draft))

    def aside(self) -> None:
        self.post(ev.PhoneGiven(""))


load_kv(__file__)
