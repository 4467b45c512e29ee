"""The officers' door: the badge before scanner or camera, then the PIN; or number and PIN on the keypad."""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label

from kiosk.domain.lockout import KIOSK
from kiosk.domain.officer import NUMBER_DIGITS, PIN_DIGITS
from kiosk.journey import Visit
from kiosk.journey.duty import Duty
from kiosk.journey.officer.door import CodeTyped, DoorView
from kiosk.ui import theme
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import button, keypad, load_kv, preview  # noqa: F401 (kv names)


class Slot(Label):
    """The place of one digit. A secret one shows that it is there, never which."""

    secret = BooleanProperty(False)
    filled = BooleanProperty(False)


class Slots(button.Panel):
    """As many places as digits are wanted."""

    text = StringProperty("")
    count = NumericProperty(0)
    secret = BooleanProperty(False)

    def on_count(self, *_: object) -> None:
        self.clear_widgets()
        for _place in range(int(self.count)):
            self.add_widget(Slot(secret=self.secret))
        self.on_text()

    def on_text(self, *_: object) -> None:
        for slot, digit in zip(reversed(self.children), self.text.ljust(int(self.count)), strict=True):
            slot.filled = digit != " "
            slot.text = "" if self.secret else digit.strip()

    def on_secret(self, *_: object) -> None:
        self.on_count()


class Waiting(BoxLayout):
    """How long nobody comes in, running down; and on a small panel what else there is to tell."""

    left_s = NumericProperty(0)
    text = StringProperty("")


class Door(OfficerPage):
    draft = StringProperty("")  # the number and then the PIN; behind a badge only the PIN
    number = StringProperty("")
    pin = StringProperty("")
    badge = BooleanProperty(False)
    camera = BooleanProperty(False)
    checking = BooleanProperty(False)
    trouble = StringProperty("")
    wait_s = NumericProperty(0)
    wait_text = StringProperty("")

    def begin(self, visit: Visit) -> None:
        self.draft, self._code, self._told = "", "", ""
        sight = self.app.eyes.sight
        self.camera = sight.present and not theme.small
        if self.camera:
            self.ids.preview.start(sight.preview)

    def refresh(self, visit: Visit) -> None:
        duty = visit.duty or Duty()
        if duty.badge != self._code:  # another way in
            self._code, self.draft = duty.badge, ""
        self.badge = bool(duty.badge)
        door = self.view(DoorView) or DoorView()
        unlisted = "" if door.listed else "door.notice.no_list"
        told = self.failure or visit.notice or unlisted
        if told != self._told:  # else it is told already, and a key may have put it away
            self._told, self.trouble = told, self.words(told) if told in self.app.tr._ else told
            if told:  # the number may be right: only the PIN is typed anew
                self.checking, self.draft = False, self.number
        self.failure = ""
        self._lock(duty.badge, door)

    def _lock(self, code: str, door: DoorView) -> None:
        who, self.wait_s = door.lock(code, self.number if len(self.number) == NUMBER_DIGITS else "")
        of = "badge" if code else "typing" if who == KIOSK else "number"
        facts = {"number": self.number} if of == "number" else {}
        self.wait_text = self.words(f"door.locked.{of}", **facts) if self.wait_s else ""
        for key in self.ids.pad.children:
            key.disabled = key.value.isdigit() and (self.wait_s > 0 or not door.listed)

    def clear(self) -> None:
        self.draft, self._code, self._told, self.trouble, self.checking = "", "", "", "", False
        self.ids.preview.stop()

    @property
    def wanted(self) -> int:
        return PIN_DIGITS if self.badge else NUMBER_DIGITS + PIN_DIGITS

    def key(self, value: str) -> None:
        if self.checking or self.visit is None:
            return
        self.trouble = ""
        self.draft = keypad.typed(self.draft, value, self.wanted)
        self._lock(self._code, self.view(DoorView) or DoorView())
        if len(self.draft) == self.wanted:
            self.checking = True
            self.post(CodeTyped(self.draft))

    def on_draft(self, *_: object) -> None:
        self.number = "" if self.badge else self.draft[:NUMBER_DIGITS]
        self.pin = "•" * len(self.draft if self.badge else self.draft[NUMBER_DIGITS:])


load_kv(__file__)
