"""What the pages before the price say, that every figure comes from the tables, and how few taps a visit takes."""

import dataclasses
import uuid
from datetime import date

import pytest
from fakes import NAME, card, context

from kiosk import tables, words
from kiosk.domain.benefits import Benefits
from kiosk.domain.tariff import FULL
from kiosk.journey import Context, Visit
from kiosk.journey.flow import ASKED_FROM
from kiosk.journey.visit import Answers
from kiosk.ui.doubts import answer
from kiosk.ui.pictograms import QUESTIONS

LANGUAGES = ("id", "en", "jv")
MOST_TAPS = 12
FIGURES = ("understand.", "questions.", "savings.")


def visit_on(today: date, **answers: object) -> Visit:
    rules = tables.rules(today)
    blank = Visit.begin(Context(lambda: rules, uuid.uuid4, lambda: 1, "Pasar Uji", "Surakarta", "id"))
    return dataclasses.replace(blank, answers=Answers(**answers))  # type: ignore[arg-type]


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2027, 2, 1)])
@pytest.mark.parametrize("employer", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_twelve_short_answers(language: str, employer: bool, today: date) -> None:
    visit = visit_on(today, employer=employer)
    assert len(QUESTIONS) == 12
    for doubt in QUESTIONS:
        said = answer(words.load(language), visit, doubt)
        assert 2 < len(said.split()) <= 25, said
        assert "{" not in said
        assert not said.startswith("questions.")


def test_the_answers_follow_the_day() -> None:
    say = words.load("id")
    now, later = visit_on(date(2026, 11, 22)), visit_on(date(2027, 2, 1))
    assert "Rp\u00a08.400 sebulan sampai Desember 2026, sesudah itu Rp\u00a016.800" in answer(say, now, "cheapest")
    assert "Rp\u00a016.800" in answer(say, later, "cheapest")
    assert "50 %" in answer(say, now, "discount")
    assert answer(say, later, "discount") == say("questions.discount.none")
    assert "Rp\u00a0280 " in answer(say, now, "expensive")  # 8,400 in thirty days
    assert "Rp\u00a028.400" in answer(say, visit_on(date(2026, 11, 22), employer=True), "not_three")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_stands_in_a_sentence(language: str) -> None:
    """Rules of law are data: the pages' sentences hold placeholders only."""
    say = words.load(language)
    for id in say.ids:
        if id.startswith(FIGURES):
            assert not any(letter.isdigit() for letter in say(id)), id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_forty_two_millions_never_stand_without_their_condition(language: str) -> None:
    say = words.load(language)
    for id in say.ids:
        told = words.placeholders(say(id))
        assert "jkm" not in told or "months" in told, id
    assert "months" in words.placeholders(say("understand.jkm.full_sub"))


def test_the_pictures_figures_follow_the_trader(stage) -> None:  # type: ignore[no-untyped-def]
    from kiosk.ui.screens.understand import panels

    benefits: Benefits = tables.rules(date(2026, 11, 22)).benefits
    accident, death, old_age = panels(words.load("id"), benefits, 1_200_000)
    said = [figure for _, figure, _ in (*accident.facts, *death.facts, *old_age.facts)]
    for wanted in (
        "Rp\u00a057,6\u00a0juta",
        "Rp\u00a042\u00a0juta",
        "Rp\u00a010\u00a0juta",
        "Rp\u00a0174\u00a0juta",
        "Umur 56",
    ):
        assert wanted in said


def test_the_shortest_visit(stage) -> None:  # type: ignore[no-untyped-def]
    """A readable card, nothing typed, one tap past the pictures: counted on the glass."""
    taps: list[str] = []

    def tap(target: str) -> None:
        taps.append(target)
        stage.tap(target)

    for target in ("go", "tick.registration", "go"):
        tap(target)
    stage.sight.see(card())
    stage.until(lambda: stage.front.visit.step == "confirm")
    stage.until(lambda: stage.front.visit.known is not None)
    for target in ("yes", "tile.pedagang-sayur", "go", "no"):
        tap(target)
    assert stage.front.visit.step == "understand"
    tap("go")
    assert stage.front.visit.step == "income"
    for target in ("go", "go", "skip", "go"):
        tap(target)
    stage.until(lambda: stage.front.visit.step == "receipt")
    assert stage.keeper.kept[0].name == NAME
    assert len(taps) <= MOST_TAPS, taps


def at_programme(stage):  # type: ignore[no-untyped-def]
    import scenes

    visit = next(visit for name, visit, _ in scenes.scenes(context()) if name == "programme")
    return stage.at(visit)


def test_a_question_leaves_the_page_beneath_as_it_was(stage) -> None:  # type: ignore[no-untyped-def]
    page = at_programme(stage)
    stage.tap("months.12")
    stage.tap("programme.full")
    stage.tap("ask")
    stage.tap("doubt.expensive")
    assert stage.front.page.said
    stage.tap("more")  # all of them again
    stage.tap("doubt.useful")
    stage.tap("go")
    assert stage.front.page is page
    assert (page.months, tuple(page.chosen)) == (12, FULL)


def test_savings_are_chosen_from_their_picture(stage) -> None:  # type: ignore[no-untyped-def]
    page = at_programme(stage)
    stage.tap("months.6")
    stage.tap("savings")
    stage.tap("go")
    assert stage.front.page is page
    assert (page.months, tuple(page.chosen)) == (6, FULL)
    stage.tap("programme.basic")  # a suggestion, not a rule
    assert tuple(page.chosen) != FULL


def test_income_by_the_day_finds_its_band(stage) -> None:  # type: ignore[no-untyped-def]
    filled = at_programme(stage).visit
    page = stage.at(
        dataclasses.replace(filled, step="income", answers=dataclasses.replace(filled.answers, income=None))
    )
    assert page.bands()[page.at].base == 1_000_000  # the lowest until the trader says more
    stage.tap("daily")
    for _ in range(3):
        stage.tap("day.more")  # 100,000 a day, 25 days
    assert page.bands()[page.at].base == 2_600_000
    stage.tap("days.less")
    assert page.bands()[page.at].base == 2_400_000
    stage.tap("go")
    assert stage.front.visit.answers.income == 2_400_000


def test_doubts_can_be_asked_where_the_flow_says(stage) -> None:  # type: ignore[no-untyped-def]
    import scenes

    for step in ASKED_FROM:
        page = stage.at(next(visit for _, visit, _ in scenes.scenes(context()) if visit.step == step))
        stage.tap("ask")
        assert stage.front.visit.step == "questions", step
        stage.tap("go")
        assert stage.front.page is page
