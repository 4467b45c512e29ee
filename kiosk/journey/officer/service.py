"""Out of service with a message, and back."""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.journey import events as ev
from kiosk.journey.deeds import Turn
from kiosk.journey.duty import View, ask
from kiosk.journey.effects import Request
from kiosk.journey.officer.events import DutyEnded
from kiosk.journey.step import Idle, Stage, Step, to
from kiosk.journey.visit import Visit

MESSAGES = ("maintenance", "paper", "holiday", "moved")  # why; `closed.service.<message>` says it to traders


@dataclass(frozen=True, slots=True)
class SeeService(Request):
    """Answer: ServiceView."""


@dataclass(frozen=True, slots=True)
class Close(Request):
    """`message`: one of MESSAGES; "" opens again. Answer: ServiceView."""

    message: str


@dataclass(frozen=True, slots=True)
class ServiceView(View):
    """`message` "" while it serves; `since_ms` for how long it has been so."""

    message: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class MessageChosen(ev.Event):
    """ "" for being back in service."""

    message: str


def message_chosen(visit: Visit, event: MessageChosen) -> Turn:
    return Turn(visit, "service", (ask(visit, Close(event.message)),))


def steps() -> Iterator[Step]:
    yield Step(
        "service",
        Stage.OFFICER,
        {MessageChosen: to("service", deed=message_chosen), DutyEnded: to("attract")},
        idle=Idle.DUTY,
        asks=(SeeService(),),
        every_s=5,
    )
