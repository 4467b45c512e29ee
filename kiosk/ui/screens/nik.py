"""Typing the sixteen digits, in groups of four as they stand on the card."""

from kivy.properties import ListProperty, StringProperty

from kiosk.domain.nik import LENGTH
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import keypad, load_kv
from kiosk.ui.widgets.page import Page


class Nik(Page):
    gives = "nik"
    draft = StringProperty("")
    groups = ListProperty(["", "", "", ""])

    def on_draft(self, _: object, draft: str) -> None:
        self.groups = [draft[i : i + 4] for i in range(0, LENGTH, 4)]
        self.go_ready = len(draft) == LENGTH

    def begin(self, visit: Visit) -> None:
        self.draft = visit.answers.nik.digits if visit.answers.nik else ""
        self.on_draft(self, self.draft)

    def refresh(self, visit: Visit) -> None:
        eyes = self.app.eyes
        self.aside_text = self.words("nik.scan") if visit.context.eyes and eyes.sight.present else ""

    def clear(self) -> None:
        self.draft = ""

    def key(self, value: str) -> None:
        self.notice = ""
        self.draft = keypad.typed(self.draft, value, LENGTH)

    def go(self) -> None:
        self.post(ev.NikTyped(self.draft))

    def aside(self) -> None:
        self.post(ev.ScanningChosen())


load_kv(__file__)
