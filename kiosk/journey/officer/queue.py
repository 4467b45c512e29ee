"""The queue: what waits and why, sending it now, carrying it on a stick, and the test of the connection."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kiosk.domain.errand import Errand, Kind
from kiosk.domain.standing import Standing
from kiosk.domain.stick import Stick
from kiosk.journey import events as ev
from kiosk.journey.deeds import Turn
from kiosk.journey.duty import View, ask
from kiosk.journey.effects import Request
from kiosk.journey.officer.door import room_opened
from kiosk.journey.officer.events import DutyEnded, RoomOpened
from kiosk.journey.step import Idle, Stage, Step, Way, to
from kiosk.journey.visit import Visit

LOOK_S = 1  # between two looks at how far the daemon is


@dataclass(frozen=True, slots=True)
class SeeQueue(Request):
    """Answer: QueueView."""


@dataclass(frozen=True, slots=True)
class SeeSticks(Request):
    """Answer: StickView."""


@dataclass(frozen=True, slots=True)
class SeeConnection(Request):
    """Answer: ConnectionView."""


@dataclass(frozen=True, slots=True)
class Send(Request):
    """Have the daemon do this errand, about a stick by its name where it is about one. Answer: the page's view.

    Fails with `errand.no_daemon` when the daemon does not run.
    """

    kind: Kind
    stick: str = ""


@dataclass(frozen=True, slots=True)
class QueueView(View):
    """`errand`: the newest of those that send, try again, hold or release; None when there is no recent one."""

    standing: Standing
    errand: Errand | None = None


@dataclass(frozen=True, slots=True)
class StickView(View):
    """`records` are not answered yet and take `needed` bytes; `errand` the newest recent one about a stick."""

    running: bool
    sticks: tuple[Stick, ...]
    records: int
    needed: int
    errand: Errand | None = None


@dataclass(frozen=True, slots=True)
class ConnectionView(View):
    running: bool
    errand: Errand | None = None


@dataclass(frozen=True, slots=True)
class ErrandWanted(ev.Event):
    kind: Kind
    stick: str = ""


def errand_wanted(visit: Visit, event: ErrandWanted) -> Turn:
    return Turn(visit, visit.step, (ask(visit, Send(event.kind, event.stick)),))


def steps() -> Iterator[Step]:
    yield _step("queue", SeeQueue(), {RoomOpened: to("stick", "connection", deed=room_opened)})
    yield _step("stick", SeeSticks())
    yield _step("connection", SeeConnection())


def _step(name: str, see: Request, on: Mapping[type[ev.Event], Way] = MappingProxyType({})) -> Step:
    always: Mapping[type[ev.Event], Way] = {
        ErrandWanted: to(name, deed=errand_wanted),
        DutyEnded: to("attract"),
    }
    return Step(name, Stage.OFFICER, {**on, **always}, idle=Idle.DUTY, asks=(see,), every_s=LOOK_S)
