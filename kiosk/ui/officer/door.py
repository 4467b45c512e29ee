"""The officers' door: the badge before scanner or camera, then the PIN; or number and PIN on the keypad."""

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

from kiosk.domain.officer import NUMBER_DIGITS, PIN_DIGITS
from kiosk.journey import Visit
from kiosk.journey.officer.door import CodeTyped, DoorView
from kiosk.ui import theme
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import keypad, load_kv, preview  # noqa: F401 (kv names)


class Door(OfficerPage):
    draft = StringProperty("")
    badge = BooleanProperty(False)
    dots = ListProperty(["", ""])
    locked_s = NumericProperty(0)

    def begin(self, visit: Visit) -> None:
        self.draft = ""
        sight = self.app.eyes.sight
        if sight.present and not theme.wide:
            self.ids.preview.start(sight.preview)

    def refresh(self, visit: Visit) -> None:
        badge = bool(visit.duty and visit.duty.badge)
        if badge != self.badge or visit.notice:
            self.draft = ""
        self.badge = badge
        door = self.view(DoorView)
        self.locked_s = door.locked_s if door else 0
        self.on_draft()

    def clear(self) -> None:
        self.draft = ""
        self.ids.preview.stop()

    @property
    def wanted(self) -> int:
        return PIN_DIGITS if self.badge else NUMBER_DIGITS + PIN_DIGITS

    def key(self, value: str) -> None:
        self.notice = ""
        self.draft = keypad.typed(self.draft, value, self.wanted)

    def on_draft(self, *_: object) -> None:
        number = "" if self.badge else self.draft[:NUMBER_DIGITS]
        pin = self.draft if self.badge else self.draft[NUMBER_DIGITS:]
        self.dots = [number.ljust(NUMBER_DIGITS, "_"), ("•" * len(pin)).ljust(PIN_DIGITS, "_")]
        if len(self.draft) == self.wanted:
            self.post(CodeTyped(self.draft))


load_kv(__file__)
