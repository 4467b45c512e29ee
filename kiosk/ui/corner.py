"""The officers' corner: five taps in the top left within three seconds. A trader finds nothing there."""

import time
from collections.abc import Callable

TAPS = 5
WITHIN_S = 3.0


class Corner:
    """`tapped` is told every touch of the window, in pixels from its top left."""

    def __init__(
        self, side_px: Callable[[], float], opened: Callable[[], None], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._side_px, self._opened, self._now_s = side_px, opened, now_s
        self._times: list[float] = []

    def tapped(self, x: float, y: float) -> None:
        now = self._now_s()
        if max(x, y) > self._side_px():
            self._times.clear()
            return
        self._times = [at for at in self._times if now - at < WITHIN_S] + [now]
        if len(self._times) >= TAPS:
            self._times.clear()
            self._opened()
