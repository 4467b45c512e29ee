"""What the screens need from the rest of the kiosk, as Protocols. bootstrap puts the real parts behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.domain.enrolment import Enrolment
from kiosk.domain.reading import Reading
from kiosk.journey.effects import Request
from kiosk.journey.events import EnrolmentKept, Event, KeepFailed, KnownChecked
from kiosk.journey.receipt import Bill, Receipt

RESTART = 3  # exit code of a program that is to begin anew


@dataclass(frozen=True, slots=True)
class Status:
    """What the status bar tells. Nothing says "sent" that the centre has not answered."""

    kiosk: str
    waiting: int  # enrolments kept here and not answered by the centre
    silent_days: int  # since the centre last answered, from the day on at which that is worth a warning; else 0
    answered: bool  # the centre has answered this kiosk at least once
    today: int
    reached: int  # enrolled here since the market's target began to count
    target: int  # 0 when there is none
    closed_reason: str  # an error id, "" while the kiosk can enrol


class Keeper(Protocol):
    """The store. Every call blocks (argon2id, fsync): call it on a worker thread, never on the frame."""

    def known(self, nik: str) -> KnownChecked: ...

    def keep(self, enrolment: Enrolment) -> EnrolmentKept | KeepFailed: ...

    def status(self) -> Status: ...


class Desk(Protocol):
    """What an officer's pages ask of the rest of the kiosk. It blocks: call it on the desk's worker thread."""

    def do(self, request: Request, officer: str) -> Event | None: ...


class Sight(Protocol):
    """The camera and what it reads, while a step looks. `on_reading` is called on a worker thread."""

    @property
    def present(self) -> bool: ...

    def start(self, on_reading: Callable[[Reading], None]) -> None: ...

    def stop(self) -> None:
        """Releases the device and every frame. Returns at once; nothing is told after it."""
        ...

    def close(self) -> None:
        """At the end of the program: stops, and waits for what is still under way."""
        ...

    def preview(self) -> NDArray[np.uint8] | None:
        """The newest frame as H×W×4 RGBA in a buffer that is used again, or None when there is no newer one."""
        ...


class Printer(Protocol):
    def print(self, receipt: Receipt | Bill, told: Callable[[str], None]) -> None:
        """Returns at once. `told` is called once, on any thread, with what `events.Printed.paper` says."""
        ...


class Speaker(Protocol):
    """The loudspeaker. Every call returns at once; without a device it is silent."""

    @property
    def state(self) -> str:
        """ "ok"; "off" by the settings or before the first sound; "absent" when there is nothing to play on."""
        ...

    def say(self, clips: Sequence[Path]) -> None:
        """One clip after the other; what is being said is cut. None is silence."""
        ...

    def effect(self, sound: Path) -> None:
        """A short sound over what is being said."""
        ...

    def hush(self) -> None: ...

    def turn(self, volume: float) -> None:
        """Louder or softer from now on, 0 … 1."""
        ...

    def close(self) -> None: ...


class Scanner(Protocol):
    """A code scanner. `on_reading` and `on_begin` may be called on any thread."""

    @property
    def present(self) -> bool: ...

    def start(self, on_reading: Callable[[Reading], None], on_begin: Callable[[], None]) -> None:
        """`on_begin` is called when a code begins, and again while a long one goes on."""
        ...

    def stop(self) -> None: ...

    def typed(self, text: str, at_s: float) -> None:
        """A scanner that types: each text input of the window goes here, with a monotonic time in seconds."""
        ...

    def ended(self, key: str, at_s: float) -> None:
        """ "enter" or "tab" was pressed."""
        ...
