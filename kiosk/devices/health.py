"""How a camera does: there or not, and whether its picture is worth looking at. Judged on thumbnails, in the worker."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

State = Literal["ok", "lost", "absent", "black", "frozen", "upside_down"]

THUMB_PX: Final = 64  # about as many samples across; taken, not averaged, so that the sensor's noise stays
BLACK_LEVEL: Final = 32  # of 255; a lens that is covered gives nothing brighter
BLACK_SPREAD: Final = 20  # and nearly the same everywhere; a dark room with a lamp in it is not black
BLACK_MS: Final = 2_000
FROZEN_SHARE: Final = 0.002  # of the samples; fewer changes than this are none
FROZEN_MS: Final = 10_000  # a network camera may repeat itself between two key frames, which are at most seconds apart
FEWEST: Final = 10  # frames before a picture is called black or frozen
JUDGED_SHARE: Final = 0.05  # samples at the ends of the scale carry no noise; with fewer others nothing is said
UPSIDE_DOWN_AFTER: Final = 3  # cards accepted upside down, one after the other


@dataclass(frozen=True, slots=True)
class Health:
    """`since_ms` of this state, `last_good_ms` of the last good frame (monotonic; None before the first)."""

    state: State
    since_ms: int
    last_good_ms: int | None = None

    @property
    def reason(self) -> str:
        """An error id (`error.<id>` says what is wrong, `cure.<id>` what to do); "" while all is well."""
        return "" if self.state == "ok" else f"camera.{self.state}"


class Picture:
    """Judges the frames of a camera, one after the other."""

    def __init__(self, *, live: bool) -> None:
        """`live`: from a sensor. A clip may stand still by design and is never called frozen."""
        self._live = live
        self._dark: tuple[int, int] | None = None  # since when, how many frames
        self._still: tuple[npt.NDArray[np.uint8], int, int] | None = None  # like which one, since when, how many

    def see(self, image: npt.NDArray[np.uint8], t_ms: int) -> State:
        """image: H×W×3 uint8. "ok", "black" or "frozen"."""
        step = max(1, image.shape[1] // THUMB_PX)
        thumb = image[step // 2 :: step, step // 2 :: step].copy()
        if self._is_black(thumb, t_ms):
            return "black"
        if self._live and self._is_frozen(thumb, t_ms):
            return "frozen"
        return "ok"

    def forget(self) -> None:
        """Drops what is kept of the last picture. A lens that was covered is still taken for covered."""
        self._still = None

    def _is_black(self, thumb: npt.NDArray[np.uint8], t_ms: int) -> bool:
        brightest = int(np.percentile(thumb, 99))
        if brightest > BLACK_LEVEL or brightest - int(np.percentile(thumb, 5)) > BLACK_SPREAD:
            self._dark = None
            return False
        since, count = self._dark or (t_ms, 0)
        self._dark = since, count + 1
        return count + 1 >= FEWEST and t_ms - since >= BLACK_MS

    def _is_frozen(self, thumb: npt.NDArray[np.uint8], t_ms: int) -> bool:
        if self._still is None or not _alike(self._still[0], thumb):
            self._still = thumb, t_ms, 1
            return False
        first, since, count = self._still
        self._still = first, since, count + 1
        return count + 1 >= FEWEST and t_ms - since >= FROZEN_MS


def _alike(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> bool:
    if one.shape != other.shape:
        return False
    judged = (one > 3) & (one < 252)
    count = int(np.count_nonzero(judged))
    if count < JUDGED_SHARE * one.size:
        return False
    return int(np.count_nonzero((one != other) & judged)) < FROZEN_SHARE * count


class Hanging:
    """Which way up the camera hangs, from the cards that were accepted: who holds one card wrongly says nothing yet."""

    def __init__(self) -> None:
        self._running = 0

    def accepted(self, outline: tuple[tuple[float, float], ...]) -> None:
        """outline: corners in fractions of the frame, from the top left of the number as it is read, clockwise."""
        if len(outline) < 2:
            return
        (left, top), (right, below) = outline[:2]
        across, down = right - left, below - top
        if abs(across) > abs(down):  # a card on its side says nothing about the camera
            self._running = self._running + 1 if across < 0 else 0

    @property
    def upside_down(self) -> bool:
        return self._running >= UPSIDE_DOWN_AFTER
