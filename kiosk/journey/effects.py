"""What a visit asks of the world. The app runs them; answers come back as events."""

from dataclasses import dataclass

from kiosk.domain.enrolment import Enrolment
from kiosk.journey.receipt import Bill, Receipt


@dataclass(frozen=True, slots=True)
class Effect:
    """Base of all effects."""


@dataclass(frozen=True, slots=True, repr=False)
class CheckKnown(Effect):
    """Has this NIK been enrolled here? Answer: `events.KnownChecked`."""

    nik: str


@dataclass(frozen=True, slots=True, repr=False)
class Keep(Effect):
    """Keep it, durably. Answer: `events.EnrolmentKept` or `events.KeepFailed`."""

    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class Print(Effect):
    """Put it on paper. Answer: `events.Printed`, once, sooner or later."""

    receipt: Receipt | Bill


@dataclass(frozen=True, slots=True)
class Request:
    """Base of all that an officer's page asks of the desk; each room has its own."""


@dataclass(frozen=True, slots=True, repr=False)
class Ask(Effect):
    """Have the desk do it, or look it up, for the officer with this number ("" at the door).

    Answer: an event of the room, mostly `officer.events.Told`, or `DeskFailed`.
    """

    request: Request
    officer: str = ""


@dataclass(frozen=True, slots=True)
class Apply(Effect):
    """These of the panel count from now on: how loud, how bright, each 0 … 1; None stays as it is."""

    volume: float | None = None
    brightness: float | None = None


@dataclass(frozen=True, slots=True)
class Restart(Effect):
    """End, and begin anew with what was set."""


@dataclass(frozen=True, slots=True)
class Wipe(Effect):
    """The visit is over: forget everything that screens and workers still hold."""
