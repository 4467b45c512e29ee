"""The door: a badge and a PIN, or the officer's number and the PIN. Behind it the home page with the rooms."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.domain import payload
from kiosk.domain.lockout import bound_by
from kiosk.domain.officer import Officer
from kiosk.journey import events as ev
from kiosk.journey.deeds import Turn
from kiosk.journey.duty import Duty, View, ask, on_duty, told
from kiosk.journey.effects import Request
from kiosk.journey.officer.events import DutyEnded, RoomOpened
from kiosk.journey.step import Idle, Stage, Step, to
from kiosk.journey.visit import Visit


@dataclass(frozen=True, slots=True)
class SeeDoor(Request):
    """For whom is the door locked just now? Answer: DoorView."""


@dataclass(frozen=True, slots=True, repr=False)
class Admit(Request):
    """May this one come in? `digits` is the PIN behind a badge, number and PIN without one. Admitted or TurnedAway."""

    badge: str
    digits: str


@dataclass(frozen=True, slots=True)
class SignOff(Request):
    """The officer is gone: `left`, `idle` or `crashed`. No answer."""

    reason: str


@dataclass(frozen=True, slots=True)
class DoorView(View):
    """
    locks   who has to wait (domain.lockout), and for how many seconds yet
    listed  False while this kiosk knows no officer at all
    """

    locks: tuple[tuple[str, int], ...] = ()
    listed: bool = True

    def lock(self, badge: str, number: str = "") -> tuple[str, int]:
        """What keeps out longest whoever shows this badge, or without one types this number, and for how many seconds
        yet; ("", 0) for nothing.
        """
        bound = bound_by(badge, number)
        return max((lock for lock in self.locks if lock[0] in bound), key=lambda lock: lock[1], default=("", 0))


@dataclass(frozen=True, slots=True, repr=False)
class CodeTyped(ev.Event):
    digits: str


@dataclass(frozen=True, slots=True, repr=False)
class Admitted(ev.Event):
    officer: Officer


@dataclass(frozen=True, slots=True)
class TurnedAway(ev.Event):
    """`reason`: wrong, unknown_badge, revoked, expired, early, elsewhere, locked, no_list; the tail of a notice."""

    reason: str
    door: DoorView


def badge_of(visit: Visit, event: ev.CardRead) -> str:
    """The code of an officer's badge, "" when it is anything else."""
    found = event.reading.fields.get("payload")
    text = found.text.strip() if found else ""
    kind = payload.understand(text, visit.rules.regions, visit.rules.today).kind
    return text if kind is payload.Kind.BADGE else ""


def badge_shown(visit: Visit, event: ev.CardRead) -> Turn:
    badge = badge_of(visit, event)
    if not badge:
        return Turn(dataclasses.replace(visit, notice="door.notice.no_badge"), "door")
    return Turn(on_duty(visit, badge=badge), "door")


def code_typed(visit: Visit, event: CodeTyped) -> Turn:
    duty = visit.duty or Duty()
    return Turn(visit, "door", (ask(visit, Admit(duty.badge, event.digits)),))


def admitted(visit: Visit, event: Admitted) -> Turn:
    return Turn(dataclasses.replace(visit, duty=Duty(officer=event.officer)), "officer")


def turned_away(visit: Visit, event: TurnedAway) -> Turn:
    visit = on_duty(told(visit, event.door), **({"badge": ""} if event.reason == "unknown_badge" else {}))
    return Turn(dataclasses.replace(visit, notice=f"door.notice.{event.reason}"), "door")


def room_opened(visit: Visit, event: RoomOpened) -> Turn:
    return Turn(on_duty(visit, chosen=""), event.step)


def steps() -> Iterator[Step]:
    yield Step(
        "door",
        Stage.OFFICER,
        {
            CodeTyped: to("door", deed=code_typed),
            ev.CardRead: to("door", deed=badge_shown),
            Admitted: to("officer", deed=admitted),
            TurnedAway: to("door", deed=turned_away),
            DutyEnded: to("attract"),
        },
        back=False,
        idle=Idle.DOOR,
        devices=frozenset({"camera", "scanner"}),
        asks=(SeeDoor(),),
        every_s=1,
    )
