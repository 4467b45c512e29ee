"""The home page behind the door: a tile for each room, and on it what somebody should look at there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kiosk.domain.act import Fact
from kiosk.journey.duty import View
from kiosk.journey.effects import Request
from kiosk.journey.officer.door import room_opened
from kiosk.journey.officer.events import DutyEnded, RoomOpened
from kiosk.journey.step import Idle, Stage, Step, to


@dataclass(frozen=True, slots=True)
class SeeHome(Request):
    """Answer: HomeView."""


@dataclass(frozen=True, slots=True)
class Worry:
    """`said`: a message id, filled by `facts`. `level`: warn, or bad when the kiosk cannot go on like that."""

    room: str
    said: str
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))
    level: str = "warn"


@dataclass(frozen=True, slots=True)
class HomeView(View):
    """At most one a room; a room without one is well."""

    worries: tuple[Worry, ...]


def steps(rooms: tuple[str, ...]) -> Iterator[Step]:
    yield Step(
        "officer",
        Stage.OFFICER,
        {RoomOpened: to(*rooms, deed=room_opened), DutyEnded: to("attract")},
        back=False,
        idle=Idle.DUTY,
        asks=(SeeHome(),),
        every_s=5,
    )
