"""The association, the slip of paper, and coming back: walked without a screen."""

import dataclasses
import uuid

import pytest

from kiosk.domain.outcome import Due
from kiosk.domain.reading import Field, Reading
from kiosk.domain.rules import Rules
from kiosk.domain.tariff import BASIC, Month
from kiosk.journey import Context, Visit, advance
from kiosk.journey import events as ev
from kiosk.journey.effects import Effect, Keep, Print
from kiosk.journey.receipt import Bill
from kiosk.journey.visit import Answers, Consent

NIK, OTHER_NIK = "3372015708759001", "3372015708759002"
CODE = "7K3M-9QTX-R"


@pytest.fixture
def visit(rules: Rules) -> Visit:
    """At the telephone question, with everything before it answered and the association's consent given."""
    context = Context(
        rules=lambda: rules,
        new_id=lambda: uuid.UUID(int=7),
        now_ms=lambda: 1_795_312_800_000,
        market="Pasar Gede Hardjonagoro",
        branch="Surakarta",
        language="id",
        paper=True,
    )
    consents = tuple(Consent(p, True, "2026-11", "id", 1) for p in ("registration", "association"))
    answers = Answers(
        consents=consents,
        nik=rules.check_nik(NIK).nik,
        source="ktp",
        name="SITI SPESIMEN",
        occupations=("kuliner",),
        employer=False,
        understood=True,
        income=1_000_000,
        programmes=BASIC,
        months=3,
    )
    return dataclasses.replace(Visit.begin(context), step="phone", answers=answers)


def walk(visit: Visit, *events: ev.Event) -> tuple[Visit, tuple[Effect, ...]]:
    effects: tuple[Effect, ...] = ()
    for event in events:
        visit, effects = advance(visit, event)
    return visit, effects


def member_card(letters: str = "KOP", nik: str = NIK) -> ev.CardRead:
    return ev.CardRead(Reading(nik, "qr", 1.0, {"payload": Field(f"{letters}:{nik}", 1.0)}))


def without(visit: Visit, purpose: str) -> Visit:
    consents = tuple(c for c in visit.answers.consents if c.purpose != purpose)
    return dataclasses.replace(visit, answers=dataclasses.replace(visit.answers, consents=consents))


# the association


def test_the_association_is_asked_only_with_its_consent(visit: Visit) -> None:
    assert walk(visit, ev.PhoneGiven(""))[0].step == "association"
    assert walk(without(visit, "association"), ev.PhoneGiven(""))[0].step == "check"


def test_it_is_not_asked_where_the_market_has_none(visit: Visit) -> None:
    nowhere = dataclasses.replace(visit, context=dataclasses.replace(visit.context, market="Pasar Ayam"))
    assert walk(nowhere, ev.PhoneGiven(""))[0].step == "check"


@pytest.mark.parametrize(
    ("event", "step", "notice", "kept"),
    [
        (ev.AssociationGiven("KOP"), "check", "", "KOP"),
        (ev.AssociationGiven(" kop"), "check", "", "KOP"),
        (ev.AssociationGiven(""), "check", "", ""),
        (ev.AssociationGiven("NTK"), "check", "", "NTK"),  # of another market, and real
        (ev.AssociationGiven("XYZ"), "association", "association.notice.unknown", None),
        (member_card(), "check", "", "KOP"),
        (member_card("XYZ"), "association", "association.notice.unknown", None),
        (member_card(nik=OTHER_NIK), "association", "association.notice.other_card", None),
        (ev.CardRead(Reading(None, "qr")), "association", "association.notice.unknown", None),
    ],
)
def test_chosen_typed_or_scanned(visit: Visit, event: ev.Event, step: str, notice: str, kept: str | None) -> None:
    now, _ = walk(visit, ev.PhoneGiven(""), event)
    assert (now.step, now.notice, now.answers.association) == (step, notice, kept)


def test_a_member_card_at_the_start_answers_the_question(visit: Visit) -> None:
    at_scan = dataclasses.replace(visit, step="scan", stack=("consent",))
    now, _ = walk(at_scan, member_card(), ev.KnownChecked("9001", ""), ev.Confirmed())
    assert (now.step, now.answers.association) == ("name", "KOP")


def test_it_goes_into_the_enrolment_only_with_its_consent(visit: Visit) -> None:
    now, _ = walk(visit, ev.PhoneGiven(""), ev.AssociationGiven("KOP"))
    assert now.enrolment().association == "KOP"
    assert now.enrolment().plain()["association"] == "KOP"
    assert without(now, "association").enrolment().association == ""


# the slip of paper


def kept(visit: Visit) -> tuple[Visit, tuple[Effect, ...]]:
    ready, _ = walk(visit, ev.PhoneGiven(""), ev.AssociationGiven(""), ev.Agreed())
    return walk(ready, ev.EnrolmentKept(CODE))


def test_one_slip_comes_by_itself(visit: Visit) -> None:
    now, effects = kept(visit)
    (effect,) = effects
    assert isinstance(effect, Print)
    slip = effect.receipt
    assert (slip.code, slip.number, slip.total, slip.months) == (CODE, "3372 •••• •••• 9001", 33_600, 3)
    assert (str(slip.due), slip.kept_ms, now.paper) == ("2027-02", 1_795_312_800_000, "printing")


def test_no_printer_no_slip(visit: Visit) -> None:
    now, effects = kept(dataclasses.replace(visit, context=dataclasses.replace(visit.context, paper=False)))
    assert (now.step, now.paper, effects) == ("receipt", "", ())


def test_a_double_tap_prints_once(visit: Visit) -> None:
    now, _ = kept(visit)
    assert walk(now, ev.PrintAsked())[1] == ()  # it is printing
    assert walk(now, ev.Printed(CODE, "printed"), ev.PrintAsked())[1] == ()  # it is there
    again, effects = walk(now, ev.Printed(CODE, "paper_out"), ev.PrintAsked())
    assert [type(effect) for effect in effects] == [Print]
    assert walk(again, ev.PrintAsked())[1] == ()  # the second half of the tap


@pytest.mark.parametrize("paper", ["unknown", "paper_out", "absent", "lost"])
def test_whatever_the_printer_says_the_receipt_stays(visit: Visit, paper: str) -> None:
    now, _ = walk(kept(visit)[0], ev.Printed(CODE, paper))
    assert (now.step, now.code, now.paper) == ("receipt", CODE, paper)


def test_a_late_word_about_another_slip_is_nothing(visit: Visit) -> None:
    now, _ = kept(visit)
    assert walk(now, ev.Printed("OTHER", "lost"))[0].paper == "printing"
    home, _ = walk(now, ev.Touched())
    assert walk(home, ev.Printed(CODE, "lost"))[0] == home


# coming back


def back(visit: Visit, state: str, cause: str = "", number: str = "") -> Visit:
    at_scan = dataclasses.replace(visit, step="scan", stack=("consent",))
    card = ev.CardRead(Reading(NIK, "ktp", 0.99, {"name": Field("SITI SPESIMEN", 0.99)}))
    return walk(at_scan, card, ev.KnownChecked("9001", CODE, state, cause, number), ev.Confirmed())[0]


@pytest.mark.parametrize("state", ["waiting", "sent", "accepted", "member"])
def test_where_it_stands(visit: Visit, state: str) -> None:
    now = back(visit, state, number="12345678901" if state == "accepted" else "")
    assert (now.step, now.code, now.known_state, now.answers) == ("enrolled", CODE, state, Answers())
    assert now.known_number == ("12345678901" if state == "accepted" else "")
    assert walk(now, ev.MendAsked())[0] == now


DUE = Due(Month(2027, 1), "88810012345678", 16_800)


def paying(visit: Visit, *, paper: bool = True) -> Visit:
    visit = dataclasses.replace(visit, context=dataclasses.replace(visit.context, paper=paper))
    return dataclasses.replace(back(visit, "accepted", number="12345678901"), known_due=DUE)


def test_who_pays_again_gets_the_code_on_paper(visit: Visit) -> None:
    now = paying(visit)
    assert (now.standing, now.bill()) == ("due", Bill(CODE, DUE, now.context.market, now.context.branch, "id"))
    now, effects = walk(now, ev.PrintAsked())
    assert [type(effect) for effect in effects] == [Print]
    assert (now.step, now.paper) == ("enrolled", "printing")
    assert walk(now, ev.PrintAsked())[1] == ()  # a double tap prints one
    now, _ = walk(now, ev.Printed(CODE, "paper_out"))
    assert (now.step, now.paper) == ("enrolled", "paper_out")
    assert len(walk(now, ev.PrintAsked())[1]) == 1
    assert walk(now, ev.Printed("OTHER", "lost"))[0].paper == "paper_out"


def test_without_a_printer_or_a_bill_nothing_is_printed(visit: Visit) -> None:
    assert walk(paying(visit, paper=False), ev.PrintAsked())[1] == ()
    assert walk(dataclasses.replace(paying(visit), known_due=None), ev.PrintAsked())[1] == ()
    refused = dataclasses.replace(back(visit, "refused", "too_old"), known_due=None)
    assert refused.standing == "refused"


def test_another_card_shows_nobody_elses_bill(visit: Visit) -> None:
    at_scan = dataclasses.replace(paying(visit), step="scan", stack=("consent",))
    card = ev.CardRead(Reading(NIK, "ktp", 0.99, {"name": Field("SITI SPESIMEN", 0.99)}))
    assert walk(at_scan, card)[0].known_due is None


def test_a_refusal_is_mended_by_a_new_enrolment(visit: Visit) -> None:
    now = back(visit, "refused", "name_differs")
    assert (now.step, now.known_cause, now.mendable, now.answers.card_name) == (
        "enrolled",
        "name_differs",
        True,
        "SITI SPESIMEN",
    )
    mending, _ = walk(now, ev.MendAsked())
    assert mending.step == "name"
    assert walk(mending, ev.WentBack())[0].step == "enrolled"
    done, effects = walk(
        mending,
        ev.NameGiven("SITI SPESIMEN"),
        *(ev.OccupationsChosen(("kuliner",)), ev.EmployerAnswered(employer=False)),
        *(
            ev.Understood(),
            ev.IncomeGiven(1_000_000),
            ev.ProgrammesChosen(BASIC, 1),
            ev.PhoneGiven(""),
            ev.AssociationGiven(""),
        ),
        ev.Agreed(),
    )
    assert done.step == "saving"
    assert [type(effect) for effect in effects] == [Keep]
    assert walk(done, ev.EnrolmentKept(CODE))[0].known_state == "waiting"


def test_what_no_new_enrolment_can_heal_goes_to_a_person(visit: Visit) -> None:
    now = back(visit, "refused", "too_old")
    assert not now.mendable
    assert walk(now, ev.MendAsked())[0].step == "enrolled"


def test_leaving_wipes_what_was_kept_for_mending(visit: Visit) -> None:
    now = back(visit, "refused", "name_differs")
    for event in (ev.Touched(), ev.IdleElapsed()):
        home, _ = walk(now, event)
        assert (home.step, home.answers, home.known_cause, home.code) == ("attract", Answers(), "", "")


def test_another_card_forgets_the_state_of_the_first(visit: Visit) -> None:
    at_scan = dataclasses.replace(visit, step="scan", stack=("consent",))
    first = walk(at_scan, ev.CardRead(Reading(NIK, "ktp")), ev.KnownChecked("9001", CODE, "refused", "too_old"))[0]
    second = walk(first, ev.Denied(), ev.CardRead(Reading(OTHER_NIK, "ktp")))[0]
    assert (second.known, second.known_state, second.known_cause, second.known_number) == (None, "", "", "")
