"""What can happen to an officer, beside what each room has of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.act import Fact
from kiosk.journey.duty import View
from kiosk.journey.events import Event


@dataclass(frozen=True, slots=True)
class DoorAsked(Event):
    """The corner was tapped as only officers do; accepted where no trader is under way."""


@dataclass(frozen=True, slots=True)
class RoomOpened(Event):
    """A tile of the home page."""

    step: str


@dataclass(frozen=True, slots=True)
class DutyEnded(Event):
    """The officer leaves, or whoever stood at the door goes away; accepted in every step of an officer."""


@dataclass(frozen=True, slots=True)
class Told(Event):
    """The desk's answer; accepted in every step of an officer."""

    view: View


@dataclass(frozen=True, slots=True)
class DeskFailed(Event):
    """It could not be done: an error id with its facts; accepted in every step of an officer."""

    id: str
    facts: Mapping[str, Fact]
