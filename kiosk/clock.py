"""Now, in the three clocks that a record carries: wall, boot id + monotonic. A still clock for tests."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Protocol

EARLIEST_MS = 1_793_466_000_000  # 1 November 2026, 00.00 WIB: no clock that shows less can be right
EARLIEST_DAY = date(2026, 11, 1)  # the same as a day
WRONG_MS = 2 * 60 * 1000  # a clock that is further away is put right
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    @property
    def boot_id(self) -> uuid.UUID: ...

    def wall_ms(self) -> int:
        """Milliseconds since 1970 UTC; may jump, may be wrong."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds since boot; never goes back."""
        ...


class SystemClock:
    def __init__(self) -> None:
        # without a kernel that tells (not Linux) every start counts as a boot of its own
        self.boot_id = uuid.UUID(_BOOT_ID.read_text().strip()) if _BOOT_ID.exists() else uuid.uuid4()

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


@dataclass
class StillClock:
    """Moves only when it is told to. Starts on 22 November 2026, 09.00 WIB."""

    now_ms: int = 1_795_312_800_000
    boot_id: uuid.UUID = field(default_factory=lambda: uuid.UUID(int=1))
    booted_ms: int = 1_795_312_000_000

    def wall_ms(self) -> int:
        return self.now_ms

    def monotonic_ms(self) -> int:
        return self.now_ms - self.booted_ms

    def advance(self, seconds: float) -> None:
        self.now_ms += int(seconds * 1000)


@dataclass(frozen=True, slots=True)
class Contact:
    """When the centre last signed a time, `at_ms`, and what the clocks here showed at that moment."""

    at_ms: int
    wall_ms: int
    mono_ms: int
    boot_id: uuid.UUID

    def now_ms(self, clock: Clock) -> int:
        """The time now, as far as can be known: since the contact in the same boot, else by how wrong the clock was.

        Never before `at_ms`: a clock that lost its battery falls back to 1970 with every boot.
        """
        if clock.boot_id == self.boot_id:
            return self.at_ms + clock.monotonic_ms() - self.mono_ms
        wrong_ms = self.at_ms - self.wall_ms
        return max(self.at_ms, clock.wall_ms() + (wrong_ms if abs(wrong_ms) > WRONG_MS else 0))


class CorrectedClock:
    """A clock put right by what the centre signed. `contact` is asked each time, so that a new one counts at once."""

    def __init__(self, clock: Clock, contact: Callable[[], Contact | None]) -> None:
        self.boot_id = clock.boot_id
        self._clock = clock
        self._contact = contact

    def wall_ms(self) -> int:
        """The clock's own time while it is about right, else the centre's."""
        wall_ms, contact = self._clock.wall_ms(), self._contact()
        if contact is None:
            return wall_ms
        best_ms = contact.now_ms(self._clock)
        return wall_ms if abs(wall_ms - best_ms) <= WRONG_MS else best_ms

    def monotonic_ms(self) -> int:
        return self._clock.monotonic_ms()


def local(ms: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(ms / 1000, zone)


def today(clock: Clock, zone: tzinfo) -> date:
    """The local date; never before this program was made, because no rule of that time is meant."""
    return local(max(clock.wall_ms(), EARLIEST_MS), zone).date()


def believable(wall_ms: int) -> bool:
    """False while the clock stands before this program was made: a dead battery, 1970."""
    return wall_ms >= EARLIEST_MS
