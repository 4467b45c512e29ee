"""Date and time by the keypad: day, month, year, hour, minute."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey.officer.settings import CLOCK_DIGITS, ClockTyped
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import keypad, load_kv

PATTERN = "##-##-#### ##.##"


class Clock(OfficerPage):
    draft = StringProperty("")
    shown = StringProperty("")
    ready = BooleanProperty(False)

    def begin(self, visit: Visit) -> None:
        self.draft = ""
        self.key(keypad.CLEAR)

    def clear(self) -> None:
        self.draft = ""

    def key(self, value: str) -> None:
        self.draft = keypad.typed(self.draft, value, CLOCK_DIGITS)
        digits = iter(self.draft)
        self.shown = "".join(next(digits, "_") if place == "#" else place for place in PATTERN)
        self.ready = len(self.draft) == CLOCK_DIGITS

    def keep(self) -> None:
        self.post(ClockTyped(self.draft))


load_kv(__file__)
