"""The card in front of the camera: live picture, card frame, one steady hint."""

import time

from kivy.clock import Clock
from kivy.properties import BooleanProperty, StringProperty

from kiosk.domain.reading import KTP, Reading
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.steady import Steady
from kiosk.ui.widgets import load_kv, preview  # noqa: F401 (kv names)
from kiosk.ui.widgets.page import Page

GLARE = "hint.glare"
ICONS = {
    "hint.closer": "zoom_in",
    "hint.further": "center_focus_strong",
    "hint.straighten": "rotate_90_degrees_ccw",
    "hint.hold_still": "front_hand",
    "hint.too_dark": "light_mode",
    GLARE: "flare",
    "hint.wrong_side": "flip_camera_android",
    "hint.finger": "touch_app",
    "hint.no_card": "id_card",
    "hint.not_ktp": "credit_card_off",
    "hint.unreadable": "blur_on",
}
MANY = 2  # misreads after which typing is offered as the way


class Scan(Page):
    hint = StringProperty("")
    hint_icon = StringProperty("")
    present = BooleanProperty(True)
    pressing = BooleanProperty(False)  # typing is the better way now

    def __init__(self, step: str, **kwargs: object) -> None:
        self._steady = Steady()
        self._watch = Clock.schedule_interval(self._look_again, 0.5)
        self._watch.cancel()
        super().__init__(step, **kwargs)

    def refresh(self, visit: Visit) -> None:
        self.pressing = visit.misreads >= MANY
        self._watch()
        self._look_again()

    def on_hint(self, _: object, hint: str) -> None:
        self.hint_icon = ICONS.get(hint, "")

    def _look_again(self, *_: object) -> None:
        """The camera may come and go."""
        sight = self.app.eyes.sight
        self.present = sight.present
        if self.present:
            self.ids.preview.start(sight.preview)
        self.hint = self._steady.now(time.monotonic())

    @property
    def heard(self) -> str:
        return self.hint if self.present else "scan.absent_sub"

    def clear(self) -> None:
        self._watch.cancel()
        self._steady = Steady()
        self.hint = ""
        self.ids.preview.stop()

    def looked(self, reading: Reading) -> None:
        self.hint = self._steady.offer(reading.hint, time.monotonic())
        picture = self.ids.preview
        picture.look(reading.card, reading.source == KTP and reading.nik is not None, time.monotonic())
        if self.hint != GLARE:
            picture.mark = None
        elif reading.mark:
            picture.mark = reading.mark

    def aside(self) -> None:
        self.post(ev.TypingChosen())


load_kv(__file__)
