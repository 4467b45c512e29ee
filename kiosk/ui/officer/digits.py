"""A setting that is a number: typed on the keypad."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey.officer.settings import SettingsView, ValueChosen
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import keypad, load_kv

MOST = 15  # digits of a telephone number (ITU-T E.164)


class Digits(OfficerPage):
    draft = StringProperty("")
    value = StringProperty("")
    note = StringProperty("")

    def begin(self, visit: Visit) -> None:
        view = self.view(SettingsView)
        line = view.line(visit.duty.chosen) if view and visit.duty else None
        self.draft = line.value if line else ""

    def refresh(self, visit: Visit) -> None:
        view = self.view(SettingsView)
        line = view.line(visit.duty.chosen) if view and visit.duty else None
        if line is None:
            return
        self.title, self.value = self.words(f"setting.{line.key}"), line.value
        self.note = self.words("setting.after_restart") if view and view.pending else ""

    def clear(self) -> None:
        self.draft = ""

    def key(self, value: str) -> None:
        self.draft = keypad.typed(self.draft, value, MOST)

    def keep(self) -> None:
        self.post(ValueChosen(self.draft))


load_kv(__file__)
