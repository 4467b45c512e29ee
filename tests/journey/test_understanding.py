"""Understanding before any price, doubts answered on the way, and how few taps it costs. Walked without a screen."""

import uuid

import pytest

from kiosk.domain.reading import Field, Reading
from kiosk.domain.rules import Rules
from kiosk.domain.tariff import BASIC, FULL
from kiosk.journey import Context, Visit, advance
from kiosk.journey import events as ev
from kiosk.journey.flow import ASKED_FROM, TRADER

NIK = "3372015708759001"
TO_UNDERSTAND = (
    ev.Touched(),
    ev.LanguageChosen("id"),
    ev.ConsentGiven(("registration",)),
    ev.CardRead(Reading(NIK, "ktp", 0.99, {"name": Field("SITI SPESIMEN", 0.99)})),
    ev.KnownChecked("9001", ""),
    ev.Confirmed(),
    ev.OccupationsChosen(("kuliner",)),
    ev.EmployerAnswered(employer=False),
)
TO_CHECK = (ev.Understood(), ev.IncomeGiven(1_000_000), ev.ProgrammesChosen(BASIC, 3), ev.PhoneGiven(""))


def walk(rules: Rules, *events: ev.Event) -> Visit:
    now = Visit.begin(Context(lambda: rules, uuid.uuid4, lambda: 1, "Pasar Uji", "Surakarta", "id"))
    for event in events:
        now, _ = advance(now, event)
    return now


def test_what_it_does_comes_before_what_it_costs(rules: Rules) -> None:
    now = walk(rules, *TO_UNDERSTAND)
    assert now.step == "understand"
    assert advance(now, ev.Understood())[0].step == "income"


def test_it_is_shown_once(rules: Rules) -> None:
    now = walk(rules, *TO_UNDERSTAND, *TO_CHECK, ev.ChangeAsked("employer"), ev.EmployerAnswered(employer=False))
    assert now.step == "check"


@pytest.mark.parametrize("after", range(len(TO_CHECK) + 1))
def test_doubts_are_answered_and_nothing_moves(rules: Rules, after: int) -> None:
    """`Tanya` goes back to exactly the same visit, by its own button and by *back*."""
    before = walk(rules, *TO_UNDERSTAND, *TO_CHECK[:after])
    asked, effects = advance(before, ev.QuestionsAsked())
    if before.step not in ASKED_FROM:
        assert asked == before
        return
    assert (asked.step, effects) == ("questions", ())
    assert advance(asked, ev.QuestionsClosed())[0] == before
    assert advance(asked, ev.WentBack())[0] == before
    idle, _ = advance(asked, ev.IdleElapsed())
    assert advance(idle, ev.StillHere())[0] == asked


def test_every_place_that_asks_is_given_back() -> None:
    asking = {step.name for step in TRADER.values() if ev.QuestionsAsked in step.on}
    assert asking == set(ASKED_FROM)


def test_savings_are_seen_and_suggested(rules: Rules) -> None:
    before = walk(rules, *TO_UNDERSTAND, *TO_CHECK[:2])
    assert before.step == "programme"
    seen, _ = advance(before, ev.SavingsAsked())
    assert seen.step == "savings"
    assert advance(seen, ev.SavingsClosed())[0] == before
    wanted, _ = advance(seen, ev.SavingsWanted())
    assert (wanted.step, wanted.leaning, wanted.answers, wanted.stack) == (
        "programme",
        FULL,
        before.answers,
        before.stack,
    )
