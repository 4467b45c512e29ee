"""Whole visits, walked without a screen."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.reading import Field, Reading
from kiosk.domain.rules import Rules
from kiosk.domain.tariff import BASIC, FULL, Programme
from kiosk.journey import Context, Visit, advance
from kiosk.journey import events as ev
from kiosk.journey.effects import CheckKnown, Keep, Print, Wipe
from kiosk.journey.flow import TRADER
from kiosk.journey.visit import Answers

NIK = "3372015708759001"
START = (ev.Touched(), ev.LanguageChosen("id"), ev.ConsentGiven(("registration",)))
IDENTIFIED = (*START, ev.TypingChosen(), ev.NikTyped(NIK), ev.KnownChecked("9001", ""), ev.Confirmed())
ANSWERED = (
    *IDENTIFIED,
    ev.NameGiven("siti spesimen"),
    ev.OccupationsChosen(("kuliner",)),
    ev.EmployerAnswered(employer=False),
    ev.Understood(),
    ev.IncomeGiven(1_000_000),
    ev.ProgrammesChosen(BASIC, 3),
    ev.PhoneGiven("0812 3456 7890"),
)
REFUSED = ev.KnownChecked("9001", "CODE", "refused", "name_differs")

Walk = Callable[..., Visit]


@pytest.fixture
def context(rules: Rules) -> Context:
    numbers = iter(range(1, 10_000))
    return Context(
        rules=lambda: rules,
        new_id=lambda: uuid.UUID(int=next(numbers)),
        now_ms=lambda: 1_795_312_800_000,
        market="Pasar Uji",
        branch="Surakarta",
        language="id",
    )


@pytest.fixture
def walk(context: Context) -> Walk:
    def go(*events: ev.Event, visit: Visit | None = None) -> Visit:
        now = visit or Visit.begin(context)
        for event in events:
            now, _ = advance(now, event)
        return now

    return go


def test_the_shortest_visit(walk: Walk) -> None:
    now = walk(*ANSWERED)
    assert now.step == "check"
    saving, effects = advance(now, ev.Agreed())
    assert saving.step == "saving"
    (keep,) = effects
    assert isinstance(keep, Keep)
    made = keep.enrolment
    assert (made.name, made.nik, made.total, made.phone) == ("SITI SPESIMEN", NIK, 33_600, "+6281234567890")
    assert [c.given for c in made.consents] == [True, False, False]
    receipt = walk(ev.EnrolmentKept("ABCD-EFGH-J"), visit=saving)
    assert (receipt.step, receipt.code) == ("receipt", "ABCD-EFGH-J")
    assert receipt.answers.name is None
    assert receipt.quote() is not None
    over, effects = advance(receipt, ev.Touched())
    assert (over.step, effects, over.id != now.id) == ("attract", (Wipe(),), True)


def test_double_taps_and_strays_vanish(walk: Walk) -> None:
    now = walk(*IDENTIFIED)
    for stray in (ev.Confirmed(), ev.NikTyped(NIK), ev.Agreed(), ev.EnrolmentKept("X"), ev.StillHere()):
        assert advance(now, stray) == (now, ())


def test_the_store_may_answer_late(walk: Walk) -> None:
    waiting = walk(*START, ev.TypingChosen(), ev.NikTyped(NIK), ev.Confirmed())
    assert (waiting.step, waiting.confirmed) == ("confirm", True)
    assert walk(ev.KnownChecked("0000", ""), visit=waiting).step == "confirm"  # about another card
    assert walk(ev.KnownChecked("9001", ""), visit=waiting).step == "name"


def test_the_store_may_answer_under_a_page_that_lies_over(walk: Walk) -> None:
    over = walk(*START, ev.TypingChosen(), ev.NikTyped(NIK), ev.IdleElapsed(), ev.KnownChecked("9001", ""))
    assert over.step == "still_there"
    assert walk(ev.StillHere(), ev.Confirmed(), visit=over).step == "name"


def test_enrolled_before(walk: Walk) -> None:
    now = walk(*START, ev.TypingChosen(), ev.NikTyped(NIK), ev.KnownChecked("9001", "ABCD", "accepted"), ev.Confirmed())
    assert (now.step, now.code, now.known_state) == ("enrolled", "ABCD", "accepted")
    assert now.answers == Answers()


def test_enrolled_in_the_meantime(walk: Walk) -> None:
    """A crash between commit and answer, and the trader comes back: the same enrolment, not a second one."""
    now = walk(*ANSWERED, ev.Agreed(), ev.EnrolmentKept("ABCD", fresh=False))
    assert (now.step, now.code) == ("enrolled", "ABCD")


def test_without_the_needed_consent(walk: Walk) -> None:
    at = walk(*START[:2])
    assert walk(ev.ConsentGiven(("reminders",)), visit=at).notice == "consent.notice.needed"
    refused = walk(ev.ConsentRefused(), visit=at)
    assert (refused.step, refused.reason, refused.answers) == ("sorry", "consent_refused", Answers())


def test_a_card_prefills_and_never_overrules(walk: Walk) -> None:
    fields = {"name": Field("SITI SPESIMEN", 0.99), "birth_date": Field("1975-08-17", 0.99)}
    now = walk(*START, ev.CardRead(Reading(NIK, "ktp", 0.99, fields)))
    assert (now.step, now.answers.card_name, now.answers.name) == ("confirm", "SITI SPESIMEN", None)
    now = walk(ev.KnownChecked("9001", ""), ev.Confirmed(), visit=now)
    assert (now.step, now.answers.name) == ("occupation", "SITI SPESIMEN")  # said yes to the card with this name
    assert walk(ev.ChangeAsked("name"), ev.NameGiven("Siti S"), visit=ready(now, walk)).answers.name == "SITI S"


def test_a_name_that_was_read_poorly_is_asked(walk: Walk) -> None:
    fields = {"name": Field("S1TI SPESIMEN", 0.95), "birth_date": Field("1975-08-17", 0.99)}
    for field in (Field("SITI SPESIMEN", 0.89), Field("S1TI", 0.99)):
        card = ev.CardRead(Reading(NIK, "ktp", 0.99, fields | {"name": field}))
        assert walk(*START, card, ev.KnownChecked("9001", ""), ev.Confirmed()).step == "name"


def ready(visit: Visit, walk: Walk) -> Visit:
    """At the check page."""
    return walk(*ANSWERED[len(IDENTIFIED) + 1 :], visit=visit)


def test_a_birth_date_that_differs_is_asked_and_kept(walk: Walk) -> None:
    fields = {"birth_date": Field("1974-08-17", 0.99)}
    now = walk(*START, ev.CardRead(Reading(NIK, "ktp", 0.99, fields)), ev.KnownChecked("9001", ""), ev.Confirmed())
    assert now.step == "birth"
    now = walk(ev.BirthDateGiven("17081974"), visit=now)
    assert (now.step, now.answers.birth_date, now.answers.warnings) == (
        "name",
        date(1974, 8, 17),
        ("birth_date_differs",),
    )


@pytest.mark.parametrize(
    ("digits", "step", "notice"),
    [
        ("17081975", "name", ""),
        ("17081950", "sorry", ""),
        ("31022000", "birth", "birth.notice.date"),
        ("01012030", "birth", "birth.notice.date"),
        ("", "birth", "birth.notice.date"),
        ("01011850", "birth", "birth.notice.date"),
    ],
)
def test_a_nik_whose_age_is_out_of_range_asks_for_the_printed_date(
    walk: Walk, digits: str, step: str, notice: str
) -> None:
    child = "3372015708159001"
    at = walk(*START, ev.TypingChosen(), ev.NikTyped(child), ev.KnownChecked("9001", ""), ev.Confirmed())
    assert at.step == "birth"
    now = walk(ev.BirthDateGiven(digits), visit=at)
    assert (now.step, now.notice) == (step, notice)


@pytest.mark.parametrize(("married", "step"), [(True, "name"), (False, "sorry")])
def test_below_seventeen_only_when_married(walk: Walk, *, married: bool, step: str) -> None:
    child = "3372015708109001"
    now = walk(*START, ev.TypingChosen(), ev.NikTyped(child), ev.KnownChecked("9001", ""), ev.Confirmed())
    now = walk(ev.BirthDateGiven("17082010"), visit=now)
    assert now.step == "married"
    assert walk(ev.MarriedAnswered(married), visit=now).step == step


@pytest.mark.parametrize(
    ("payload", "notice"),
    [
        ("https://layananonline.dukcapil.kemendagri.go.id/x", "scan.notice.link"),
        ("0001234567890", "scan.notice.kesehatan"),
        ("KOP210189", "scan.notice.unknown"),
        ("", "scan.notice.unknown"),
    ],
)
def test_other_codes_are_explained(walk: Walk, payload: str, notice: str) -> None:
    now = walk(*START, ev.CardRead(Reading(source="qr", fields={"payload": Field(payload, 1.0)})))
    assert (now.step, now.notice) == ("scan", notice)


def test_back_restores(walk: Walk) -> None:
    now = walk(*ANSWERED)
    steps = []
    while now.stack:
        now = walk(ev.WentBack(), visit=now)
        steps.append(now.step)
        assert now.step == "confirm" or now.answers.name == "SITI SPESIMEN" or "name" not in now.stack
    order = ["phone", "programme", "income", "understand", "employer", "occupation", "name", "confirm"]
    assert steps[: len(order)] == order
    assert steps[-1] == "language"


def test_an_answer_is_changed_and_the_visit_comes_back(walk: Walk) -> None:
    now = walk(*ANSWERED, ev.ChangeAsked("income"))
    assert now.step == "income"
    now = walk(ev.IncomeGiven(3_000_000), visit=now)
    assert (now.step, now.answers.income) == ("check", 3_000_000)


def test_an_employer_is_asked_for_the_programmes_again(walk: Walk) -> None:
    now = walk(*ANSWERED, ev.ChangeAsked("employer"), ev.EmployerAnswered(employer=True))
    assert now.step == "programme"
    assert walk(ev.ProgrammesChosen(BASIC, 1), visit=now).notice == "programme.notice.employer_needs_jht"
    assert walk(ev.ProgrammesChosen(FULL, 1), visit=now).step == "check"


def test_idle_asks_then_wipes(walk: Walk) -> None:
    asked = walk(*IDENTIFIED, ev.IdleElapsed())
    assert asked.step == "still_there"
    assert walk(ev.StillHere(), visit=asked).step == "name"
    wiped, effects = advance(asked, ev.IdleElapsed())
    assert (wiped.step, wiped.answers, effects) == ("attract", Answers(), (Wipe(),))


def test_stop_asks_once(walk: Walk) -> None:
    asked = walk(*IDENTIFIED, ev.StopAsked())
    assert asked.step == "stop"
    assert walk(ev.WentBack(), visit=asked).step == "name"
    assert walk(ev.Stopped(), visit=asked).answers == Answers()


def test_a_crash_wipes_and_returns(walk: Walk) -> None:
    sorry, effects = advance(walk(*ANSWERED), ev.Crashed())
    assert (sorry.step, sorry.reason, sorry.answers, effects) == ("sorry", "crashed", Answers(), (Wipe(),))
    assert walk(ev.IdleElapsed(), visit=sorry).step == "attract"


def test_language_changes_anywhere_and_loses_nothing(walk: Walk) -> None:
    now = walk(*ANSWERED)
    for step in range(len(ANSWERED)):
        part = walk(*ANSWERED[:step])
        assert walk(ev.LanguageChosen("en"), visit=part).language == "en"
    assert walk(ev.LanguageChosen("en"), visit=now).answers == now.answers


def test_another_card_leaves_nothing_of_the_first(walk: Walk) -> None:
    now = walk(*ANSWERED, *[ev.WentBack()] * 8, ev.Denied())
    assert now.answers.nik is None
    assert now.answers.name is None
    assert now.answers.consents


def test_no_eyes_goes_straight_to_typing(context: Context) -> None:
    import dataclasses

    now = Visit.begin(dataclasses.replace(context, eyes=False))
    for event in START:
        now, _ = advance(now, event)
    assert now.step == "nik"


def events() -> Iterator[st.SearchStrategy[ev.Event]]:
    made = {
        ev.LanguageChosen: st.builds(ev.LanguageChosen, st.sampled_from(["id", "en"])),
        ev.ConsentGiven: st.sampled_from([ev.ConsentGiven(()), ev.ConsentGiven(("registration", "reminders"))]),
        ev.CardRead: st.sampled_from([ev.CardRead(Reading(NIK, "ktp")), ev.CardRead(Reading(source="qr"))]),
        ev.NikTyped: st.sampled_from([ev.NikTyped(NIK), ev.NikTyped("1"), ev.NikTyped("3372015708159001")]),
        ev.KnownChecked: st.sampled_from([ev.KnownChecked("9001", ""), ev.KnownChecked("9001", "CODE"), REFUSED]),
        ev.BirthDateGiven: st.sampled_from([ev.BirthDateGiven("17082010"), ev.BirthDateGiven("x")]),
        ev.MarriedAnswered: st.builds(ev.MarriedAnswered, st.booleans()),
        ev.NameGiven: st.builds(ev.NameGiven, st.sampled_from(["SITI", "", "??"])),
        ev.OccupationsChosen: st.sampled_from([ev.OccupationsChosen(("kuliner",)), ev.OccupationsChosen(("x",))]),
        ev.EmployerAnswered: st.builds(ev.EmployerAnswered, st.booleans()),
        ev.IncomeGiven: st.builds(ev.IncomeGiven, st.sampled_from([0, 1_000_000, 25_000_000])),
        ev.ProgrammesChosen: st.sampled_from(
            [ev.ProgrammesChosen(BASIC, 1), ev.ProgrammesChosen(FULL, 12), ev.ProgrammesChosen((Programme.JKK,), 2)]
        ),
        ev.PhoneGiven: st.builds(ev.PhoneGiven, st.sampled_from(["", "081234567890", "1"])),
        ev.AssociationGiven: st.builds(ev.AssociationGiven, st.sampled_from(["", "KOP", "kop", "XX"])),
        ev.Printed: st.builds(ev.Printed, st.just("CODE"), st.sampled_from(["printed", "unknown", "lost"])),
        ev.ChangeAsked: st.builds(ev.ChangeAsked, st.sampled_from([*TRADER, "nowhere"])),
        ev.EnrolmentKept: st.builds(ev.EnrolmentKept, st.just("CODE"), st.booleans()),
        ev.KeepFailed: st.just(ev.KeepFailed("store.full")),
        ev.Closed: st.just(ev.Closed("store.full")),
    }
    for kind in ev.ALL:
        yield made[kind] if kind in made else st.just(kind())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(*events()), max_size=60))
def test_no_order_of_events_breaks_a_visit(rules: Rules, happened: list[ev.Event]) -> None:
    """Whatever comes, the step exists, back never loops, and only a complete, consented enrolment is kept."""
    now = Visit.begin(Context(lambda: rules, uuid.uuid4, lambda: 1, "Pasar Klewer", "Surakarta", "id", paper=True))
    for event in happened:
        now, effects = advance(now, event)
        assert now.step in TRADER
        assert len(now.stack) < len(TRADER)
        for effect in effects:
            assert isinstance(effect, CheckKnown | Keep | Print | Wipe)
            if isinstance(effect, Keep):
                assert any(c.given and c.purpose == "registration" for c in effect.enrolment.consents)
            if isinstance(effect, Wipe):
                assert now.answers == Answers()
