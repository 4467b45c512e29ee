"""Camera and scanner while a step looks: started and stopped with it; readings become events on the frame."""

import time
from collections.abc import Callable

from kiosk.domain.reading import KTP, WEDGE, Reading
from kiosk.journey import events as ev
from kiosk.ui.bridge import Bridge
from kiosk.ui.ports import Scanner, Sight

AGAIN_S = 2.5  # the same code, seen frame after frame, counts once in this time
HEARING_S = 0.5  # "reading …" stays so long after the last sign of a code
FRAME_S = 1 / 30  # a frame that took longer counts as this long between two keys of a scanner


class Eyes:
    def __init__(
        self,
        sight: Sight,
        scanner: Scanner,
        bridge: Bridge,
        looked: Callable[[Reading], None],
        hearing: Callable[[bool], None],
        post: Callable[[ev.Event], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`hearing` is told True when the scanner begins a code and False when it came or did not."""
        self.sight, self.scanner = sight, scanner
        self._bridge, self._looked, self._hearing, self._post, self._now = bridge, looked, hearing, post, now
        self._on: frozenset[str] = frozenset()
        self._turn = 0  # a late reading of an earlier look is dropped
        self._last: tuple[str, float] = ("", 0.0)
        self._heard_until: float | None = None
        self._frame_at = now()
        self._keys_s = (
            0.0  # time for keys: keys wait while a frame is drawn, so a slow frame must not look like a pause
        )

    def look(self, devices: frozenset[str]) -> None:
        """Switches to what the step needs; the same needs go on without a break."""
        if devices == self._on:
            return
        self._turn += 1
        if "camera" in self._on - devices:
            self.sight.stop()
        if "scanner" in self._on:
            self.scanner.stop()
            self._hear(False)
        before, self._on = self._on, devices
        turn = self._turn
        if "camera" in devices - before:
            self.sight.start(lambda reading: self._bridge.to_frame(self._read, (turn, reading)))
        if "scanner" in devices:
            self.scanner.start(
                lambda reading: self._bridge.to_frame(self._read, (turn, reading)),
                lambda: self._bridge.to_frame(self._begun, turn),
            )

    def forget(self) -> None:
        """Lets go of camera and scanner, and with them of the number seen last and of a code half typed."""
        self.look(frozenset())
        self._last = ("", 0.0)

    def close(self) -> None:
        self.look(frozenset())
        self.sight.close()

    def _read(self, seen: tuple[int, Reading]) -> None:
        turn, reading = seen
        if turn != self._turn:
            return
        if reading.source == WEDGE:
            self._hear(False)
        self._looked(reading)
        if not reading.nik and reading.source in ("", KTP):
            return
        payload = reading.fields.get("payload")
        what, now = reading.nik or (payload.text if payload else ""), self._now()
        if what == self._last[0] and now - self._last[1] < AGAIN_S:
            return
        self._last = (what, now)
        self._post(ev.CardRead(reading))
        if turn != self._turn:  # the step was left: forget the number
            self._last = ("", 0.0)

    def _begun(self, turn: int) -> None:
        if turn == self._turn:
            self._hear(True)

    def _hear(self, on: bool) -> None:
        before, self._heard_until = self._heard_until, self._now() + HEARING_S if on else None
        if on != (before is not None):
            self._hearing(on)

    def tick(self) -> None:
        """Once a frame."""
        before, self._frame_at = self._frame_at, self._now()
        self._keys_s += min(self._frame_at - before, FRAME_S)
        if self._heard_until is not None and self._frame_at >= self._heard_until:
            self._hear(False)

    def typed(self, _: object, text: str) -> None:
        """A scanner that types."""
        self.scanner.typed(text, self._keys_s)

    def ended(self, key: str) -> None:
        """ "enter" or "tab"."""
        self.scanner.ended(key, self._keys_s)
