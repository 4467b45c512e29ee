"""Camera and scanner while a step looks: started and stopped with it; readings become events on the frame."""

import time
from collections.abc import Callable

from kiosk.domain.reading import KTP, Reading
from kiosk.journey import events as ev
from kiosk.ui.bridge import Bridge
from kiosk.ui.ports import Scanner, Sight

AGAIN_S = 2.5  # the same code, seen frame after frame, counts once in this time


class Eyes:
    def __init__(
        self,
        sight: Sight,
        scanner: Scanner,
        bridge: Bridge,
        looked: Callable[[Reading], None],
        post: Callable[[ev.Event], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sight, self.scanner = sight, scanner
        self._bridge, self._looked, self._post, self._now = bridge, looked, post, now
        self._on: frozenset[str] = frozenset()
        self._turn = 0  # a late reading of an earlier look is dropped
        self._last: tuple[str, float] = ("", 0.0)

    def look(self, devices: frozenset[str]) -> None:
        """Switches to what the step needs; the same needs go on without a break."""
        if devices == self._on:
            return
        self._turn += 1
        if "camera" in self._on - devices:
            self.sight.stop()
        if "scanner" in self._on:
            self.scanner.stop()
        before, self._on = self._on, devices
        turn = self._turn
        if "camera" in devices - before:
            self.sight.start(lambda reading: self._bridge.to_frame(self._read, (turn, reading)))
        if "scanner" in devices:
            self.scanner.start(lambda reading: self._bridge.to_frame(self._read, (turn, reading)))

    def close(self) -> None:
        self.look(frozenset())

    def _read(self, seen: tuple[int, Reading]) -> None:
        turn, reading = seen
        if turn != self._turn:
            return
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

    def typed(self, _: object, text: str) -> None:
        """A scanner that types."""
        self.scanner.typed(text, self._now())

    def ended(self) -> None:
        self.scanner.ended(self._now())
