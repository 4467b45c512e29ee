"""A visit as data: `advance(visit, event) → (visit, effects)`. No Kivy, no threads, no SQL.

An event that is not in the step's row is ignored, so double taps and late answers vanish. Idle, stop and crash are the
same thing: what is known is wiped and the kiosk returns to the start.
"""

import dataclasses

from kiosk.journey import events as ev
from kiosk.journey.deeds import Turn, known_checked
from kiosk.journey.duty import Duty, ask, on_duty, told
from kiosk.journey.effects import Effect, Wipe
from kiosk.journey.flow import DOORSTEPS, FLOW, UNDER_WAY, Idle, Stage
from kiosk.journey.officer.door import SignOff, badge_of
from kiosk.journey.officer.events import DeskFailed, DoorAsked, DutyEnded, Told
from kiosk.journey.visit import Context, Visit

__all__ = ["Context", "Visit", "advance"]


def advance(visit: Visit, event: ev.Event) -> tuple[Visit, tuple[Effect, ...]]:
    """The visit after `event`, and what the app has to do. Returns the same visit when the event does not fit."""
    step = FLOW[visit.step]
    match event:
        case ev.LanguageChosen(language):
            visit = dataclasses.replace(visit, language=language)
        case ev.Crashed():
            return _end(visit, "sorry", "crashed")
        case ev.WentBack() if step.back and visit.stack:
            return _enter(visit, visit.stack[-1], visit.stack[:-1]), ()
        case ev.StopAsked() if step.stage in UNDER_WAY:
            return _enter(visit, "stop", (*visit.stack, visit.step)), ()
        case ev.HelpAsked() if step.stage in UNDER_WAY:
            return _enter(visit, "help", (*visit.stack, visit.step)), ()
        case ev.IdleElapsed() if step.idle is Idle.ASK:
            return _enter(visit, "still_there", (*visit.stack, visit.step)), ()
        case ev.IdleElapsed() if step.idle is not Idle.NEVER:
            return _end(visit, "attract", "idle")
        case ev.KnownChecked() if visit.step in (
            "still_there",
            "stop",
            "help",
        ):  # the store answers while a page lies over
            return known_checked(visit, event).visit, ()
        case ev.StillHere() if visit.step == "still_there":
            return _enter(visit, visit.stack[-1], visit.stack[:-1]), ()
        case ev.CardRead() if step.stage is not Stage.OFFICER and (badge := badge_of(visit, event)):
            return _to_door(visit, badge)  # whatever visit it was: it is wiped
        case DoorAsked() if visit.step in DOORSTEPS:
            return _to_door(visit)
        case DutyEnded() if step.stage is Stage.OFFICER:
            return _end(visit, "attract", "left")
        case Told() if step.stage is Stage.OFFICER:
            return told(visit, event.view), ()
        case DeskFailed() if step.stage is Stage.OFFICER:
            return on_duty(visit, failure=(event.id, event.facts)), ()

    way = step.on.get(type(event))
    if way is None:
        return visit, ()
    turn = way.deed(_calm(visit), event) if way.deed else Turn(visit, way.to[0])
    if turn.to not in way.to:
        raise LookupError(f"{visit.step} does not lead to {turn.to}")
    if turn.to == "attract":
        return _end(visit, "attract")
    if turn.to == visit.step:
        return turn.visit, turn.effects
    stack = _stack(visit, turn.to)
    return dataclasses.replace(turn.visit, step=turn.to, stack=stack), turn.effects


def _stack(visit: Visit, to: str) -> tuple[str, ...]:
    if not FLOW[to].back:  # no way back from here: forget the way
        return ()
    if to in visit.stack:  # a step that is on the way already: cut the loop
        return visit.stack[: visit.stack.index(to)]
    return (*visit.stack, visit.step) if FLOW[visit.step].stage is not Stage.OUTSIDE else visit.stack


def _enter(visit: Visit, step: str, stack: tuple[str, ...]) -> Visit:
    return dataclasses.replace(visit, step=step, stack=stack, notice="")


def _calm(visit: Visit) -> Visit:
    """What the last event had to tell fades with the next one."""
    visit = dataclasses.replace(visit, notice="")
    return on_duty(visit, failure=("", {})) if visit.duty and visit.duty.failure[0] else visit


def _to_door(visit: Visit, badge: str = "") -> tuple[Visit, tuple[Effect, ...]]:
    visit, effects = _end(visit, "door")
    return dataclasses.replace(visit, duty=Duty(badge=badge)), effects


def _end(visit: Visit, step: str, reason: str = "") -> tuple[Visit, tuple[Effect, ...]]:
    """Idle, stop and crash alike: a new visit, nothing of the old one. An officer's leaving is told to the desk."""
    fresh = dataclasses.replace(Visit.begin(visit.context), step=step, reason=reason if step == "sorry" else "")
    if step in ("sorry", "door"):
        fresh = dataclasses.replace(fresh, language=visit.language)
    on_duty = visit.duty is not None and visit.duty.officer is not None
    return fresh, (*((ask(visit, SignOff(reason or "left")),) if on_duty else ()), Wipe())
