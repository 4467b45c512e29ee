"""The table itself: no dead ends, no orphans, and every deed leads only where its row says."""

import itertools

from kiosk.journey import events as ev
from kiosk.journey.flow import TRADER, Idle, Stage

OVERLAYS = {"still_there", "stop", "help"}  # they give back the step beneath them


def test_every_way_leads_to_a_step() -> None:
    for step in TRADER.values():
        for event, way in step.on.items():
            assert way.to, (step.name, event)
            assert set(way.to) <= TRADER.keys(), (step.name, event)


def test_no_orphans() -> None:
    reached = {"attract"} | OVERLAYS
    while True:
        more = reached | {to for name in reached for way in TRADER[name].on.values() for to in way.to}
        if more == reached:
            break
        reached = more
    assert reached == TRADER.keys()


def test_no_dead_ends() -> None:
    """From every step the start can be reached."""
    home = {"attract"} | OVERLAYS
    while True:
        more = home | {
            step.name for step in TRADER.values() if home & set(itertools.chain(*(w.to for w in step.on.values())))
        }
        if more == home:
            break
        home = more
    assert home == TRADER.keys()


def test_nothing_waits_for_ever() -> None:
    """A step without a time-out is outside a visit, or waits for the machine and not for a person."""
    assert {step.name for step in TRADER.values() if step.idle is Idle.NEVER} == {"attract", "saving", "closed"}


def test_stages() -> None:
    for step in TRADER.values():
        if step.idle is Idle.ASK and step.name not in OVERLAYS:
            assert step.stage in (Stage.WELCOME, Stage.CARD, Stage.CHECK)


def test_every_event_is_used() -> None:
    by_advance = {ev.Crashed, ev.WentBack, ev.StopAsked, ev.HelpAsked, ev.IdleElapsed, ev.StillHere}
    in_table = {event for step in TRADER.values() for event in step.on}
    assert by_advance | in_table == set(ev.ALL)
