"""No way past the door: whatever happens in whatever order, an officer's page is reached by Admitted alone."""

import uuid
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.lockout import KIOSK
from kiosk.domain.officer import Officer
from kiosk.domain.reading import Field, Reading
from kiosk.domain.rules import Rules
from kiosk.journey import Context, Visit, advance
from kiosk.journey import events as ev
from kiosk.journey.duty import Duty
from kiosk.journey.effects import Ask, Wipe
from kiosk.journey.flow import DOORSTEPS, FLOW, OFFICER, TRADER, Stage
from kiosk.journey.officer.door import Admit, Admitted, CodeTyped, DoorView, SignOff, TurnedAway
from kiosk.journey.officer.events import DeskFailed, DoorAsked, DutyEnded, RoomOpened, Told
from kiosk.journey.visit import Answers

from .test_visit import ANSWERED, NIK, events

WENING = Officer("0417", "Bu Wening (contoh)", ("3372",), "", "", date(2026, 1, 1))
BADGE = ev.CardRead(Reading(source="wedge", fields={"payload": Field("BADGE:WENING-CONTOH", 1.0)}))
LOCKED = DoorView(((KIOSK, 30),))
OFFICERS = [
    DoorAsked(),
    BADGE,
    CodeTyped("0417483920"),
    CodeTyped(""),
    TurnedAway("wrong", DoorView()),
    TurnedAway("unknown_badge", LOCKED),
    Told(DoorView()),
    DeskFailed("store.full", {}),
    DutyEnded(),
    *(RoomOpened(step) for step in OFFICER),
]


def begun(rules: Rules) -> Visit:
    return Visit.begin(Context(lambda: rules, uuid.uuid4, lambda: 1, "Pasar Klewer", "Surakarta", "id", paper=True))


def after(visit: Visit, *happened: ev.Event) -> Visit:
    for event in happened:
        visit, _ = advance(visit, event)
    return visit


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(*events(), *[st.sampled_from(OFFICERS)] * 9), max_size=60))
def test_no_order_of_events_passes_the_door(rules: Rules, happened: list[ev.Event]) -> None:
    now = begun(rules)
    for event in happened:
        now, effects = advance(now, event)
        assert now.step in {*TRADER, "door"}
        assert now.duty is None or now.duty.officer is None
        assert not any(isinstance(effect, Ask) and effect.officer for effect in effects)
        if now.step == "door":
            assert (now.answers, now.stack, now.known, now.code) == (Answers(), (), None, "")


@pytest.mark.parametrize("step", [name for name in TRADER if name not in ("still_there", "stop", "help")])
def test_a_badge_wipes_whatever_visit_it_was(rules: Rules, step: str) -> None:
    from dataclasses import replace

    visit = replace(after(begun(rules), *ANSWERED), step=step)
    assert visit.answers.nik is not None
    door, effects = advance(visit, BADGE)
    assert (door.step, door.id != visit.id, effects) == ("door", True, (Wipe(),))
    assert (door.answers, door.stack, door.duty) == (Answers(), (), Duty(badge="BADGE:WENING-CONTOH"))
    assert NIK not in str((door.notice, door.known, door.code, door.reason))


@pytest.mark.parametrize("step", TRADER)
def test_the_corner_works_only_where_no_trader_is_under_way(rules: Rules, step: str) -> None:
    from dataclasses import replace

    visit = replace(begun(rules), step=step)
    assert (advance(visit, DoorAsked())[0].step == "door") is (step in DOORSTEPS)
    assert step not in DOORSTEPS or FLOW[step].stage in (Stage.OUTSIDE, Stage.DONE) or step == "language"


def test_in_and_out(rules: Rules) -> None:
    door = after(begun(rules), BADGE)
    _, (asked,) = advance(door, CodeTyped("483920"))
    assert isinstance(asked, Ask)
    assert asked.request == Admit("BADGE:WENING-CONTOH", "483920")
    home = after(door, Admitted(WENING))
    assert (home.step, home.duty) == ("officer", Duty(officer=WENING))  # the badge's code is forgotten
    over, effects = advance(home, DutyEnded())
    assert (over.step, over.duty, effects) == ("attract", None, (Ask(SignOff("left"), "0417"), Wipe()))


@pytest.mark.parametrize("step", [name for name in OFFICER if name != "door"])
def test_every_page_is_left_by_itself_and_says_so(rules: Rules, step: str) -> None:
    from dataclasses import replace

    there = replace(after(begun(rules), BADGE, Admitted(WENING)), step=step)
    over, effects = advance(there, ev.IdleElapsed())
    assert (over.step, over.duty, effects) == ("attract", None, (Ask(SignOff("idle"), "0417"), Wipe()))
    crashed, effects = advance(there, ev.Crashed())
    assert (crashed.step, crashed.duty, effects) == ("sorry", None, (Ask(SignOff("crashed"), "0417"), Wipe()))


def test_a_late_answer_lets_nobody_in(rules: Rules) -> None:
    """Typed, then gone: the answer finds no door any more."""
    gone = after(begun(rules), BADGE, CodeTyped("483920"), DutyEnded(), Admitted(WENING))
    assert (gone.step, gone.duty) == ("attract", None)


def test_what_is_no_badge_is_said_and_changes_nothing(rules: Rules) -> None:
    door = after(begun(rules), BADGE)
    for text in (
        "",
        "BADGE:",
        "BADGE:" + "A" * 200,
        "badge:wening-contoh",
        "https://x",
        NIK,
        "\x00\x1b[31m",
        "9" * 256,
    ):
        told = after(door, ev.CardRead(Reading(source="wedge", fields={"payload": Field(text, 1.0)})))
        assert (told.step, told.notice, told.duty) == ("door", "door.notice.no_badge", door.duty)


def test_an_unknown_badge_is_put_away_so_that_number_and_pin_can_be_typed(rules: Rules) -> None:
    told = after(begun(rules), BADGE, CodeTyped("483920"), TurnedAway("unknown_badge", LOCKED))
    assert told.duty is not None
    assert (told.duty.badge, told.notice) == ("", "door.notice.unknown_badge")
    assert told.duty.view(DoorView) == LOCKED


def test_every_reason_for_being_turned_away_has_a_sentence() -> None:
    from kiosk.words import load

    for reason in ("wrong", "unknown_badge", "revoked", "expired", "early", "elsewhere", "locked", "no_list"):
        assert f"door.notice.{reason}" in load("id")
    for of in ("badge", "typing", "number"):
        assert f"door.locked.{of}" in load("id")
