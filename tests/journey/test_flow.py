"""The table itself: no dead ends, no orphans, and every deed leads only where its row says."""

import importlib
import itertools
import pkgutil

from kiosk.journey import events as ev
from kiosk.journey import officer
from kiosk.journey.flow import FLOW, OFFICER, TRADER, Idle, Stage
from kiosk.journey.officer.events import DeskFailed, DoorAsked, DutyEnded, Told

OVERLAYS = {"still_there", "stop", "help"}  # they give back the step beneath them
STARTS = {"attract", "door"} | OVERLAYS  # the door is reached from several places: see `advance`


def test_every_way_leads_to_a_step() -> None:
    for step in FLOW.values():
        for event, way in step.on.items():
            assert way.to, (step.name, event)
            assert set(way.to) <= FLOW.keys(), (step.name, event)


def test_no_orphans() -> None:
    reached = set(STARTS)
    while True:
        more = reached | {to for name in reached for way in FLOW[name].on.values() for to in way.to}
        if more == reached:
            break
        reached = more
    assert reached == FLOW.keys()


def test_no_dead_ends() -> None:
    """From every step the start can be reached."""
    home = {"attract"} | OVERLAYS
    while True:
        more = home | {
            step.name for step in FLOW.values() if home & set(itertools.chain(*(w.to for w in step.on.values())))
        }
        if more == home:
            break
        home = more
    assert home == FLOW.keys()


def test_nothing_waits_for_ever() -> None:
    """A step without a time-out is outside a visit, or waits for the machine and not for a person."""
    assert {step.name for step in FLOW.values() if step.idle is Idle.NEVER} == {"attract", "saving", "closed"}


def test_stages() -> None:
    for step in FLOW.values():
        if step.idle is Idle.ASK and step.name not in OVERLAYS:
            assert step.stage in (Stage.WELCOME, Stage.CARD, Stage.CHECK)


def test_an_officers_page_is_left_by_itself_and_at_once() -> None:
    for step in OFFICER.values():
        assert step.idle is (Idle.DOOR if step.name == "door" else Idle.DUTY)
        assert DutyEnded in step.on or step.back, step.name


def test_only_the_door_leads_to_the_officer() -> None:
    outside = {to for step in TRADER.values() for way in step.on.values() for to in way.to}
    assert not outside & OFFICER.keys()


def officers_events() -> set[type[ev.Event]]:
    found: set[type[ev.Event]] = set()
    for module in pkgutil.iter_modules(officer.__path__):
        room = importlib.import_module(f"{officer.__name__}.{module.name}")
        kinds = (kind for kind in vars(room).values() if isinstance(kind, type) and issubclass(kind, ev.Event))
        found |= {kind for kind in kinds if kind.__module__ == room.__name__}
    return found


def test_every_event_is_used() -> None:
    by_advance = {ev.Crashed, ev.WentBack, ev.StopAsked, ev.HelpAsked, ev.IdleElapsed, ev.StillHere}
    by_advance |= {DoorAsked, Told, DeskFailed}
    in_table = {event for step in FLOW.values() for event in step.on}
    assert by_advance | in_table == set(ev.ALL) | officers_events()
