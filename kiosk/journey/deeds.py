"""What each event does to a visit: pure functions (visit, event) → Turn. The flow table says where they stand."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.domain import payload, people
from kiosk.domain.enrolment import Consent
from kiosk.domain.errors import EnrolmentError
from kiosk.domain.nik import Outcome, age_on
from kiosk.domain.outcome import State
from kiosk.domain.reading import FORM, TYPED, Reading
from kiosk.domain.tariff import FULL
from kiosk.journey import events as ev
from kiosk.journey.effects import CheckKnown, Effect, Keep, Print
from kiosk.journey.phone import Fault, phone_of
from kiosk.journey.visit import CONSENT_TEXT, NEEDED_PURPOSE, PURPOSES, Answers, Visit

# In the order in which they are asked; the first one without an answer comes next.
QUESTIONS = (
    "birth",
    "married",
    "name",
    "occupation",
    "employer",
    "understand",
    "income",
    "programme",
    "phone",
    "association",
    "check",
)


@dataclass(frozen=True, slots=True)
class Turn:
    """The visit after an event, the step to go to, and what to ask of the world."""

    visit: Visit
    to: str
    effects: tuple[Effect, ...] = ()


PATIENCE = 2  # misreads
SURE = 0.9  # confidence from which what the camera read counts
REPRINTED = frozenset({"unknown", "paper_out", "absent", "lost"})  # a slip that may not have come out

Deed = Callable[[Visit, Any], Turn]


def stay(visit: Visit, notice: str) -> Turn:
    return Turn(dataclasses.replace(visit, notice=notice), visit.step)


def learn(visit: Visit, **answers: Any) -> Visit:
    return dataclasses.replace(visit, answers=dataclasses.replace(visit.answers, **answers))


def next_question(visit: Visit) -> str:
    """The first question without an answer, or `check`. So editing one answer comes straight back."""
    return next((step for step in QUESTIONS[:-1] if _open(visit, step)), "check")


def _open(visit: Visit, step: str) -> bool:
    a = visit.answers
    if step == "birth":
        doubt = {"too_young", "too_old", "birth_date_differs"} & set(a.warnings)
        return bool(doubt) and a.birth_date is None
    if step == "married":
        born = a.birth_date or (a.nik.born if a.nik else None)
        young = born is not None and age_on(born, visit.rules.today) < visit.rules.eligibility.minimum_age
        return young and a.married is None
    if step == "programme":
        employer = bool(a.employer)
        return bool(visit.rules.eligibility.programme_reasons(a.programmes, employer=employer))
    if step == "understand":
        return not a.understood
    if step == "association":  # asked only of those who let it see where they stand
        there = bool(visit.rules.associations_of(visit.context.market))
        return a.association is None and there and visit.consented("association")
    value = getattr(a, {"occupation": "occupations"}.get(step, step))
    return value is None or value == ()


def onwards(visit: Visit) -> Turn:
    return Turn(visit, next_question(visit))


def consent_given(visit: Visit, event: ev.ConsentGiven) -> Turn:
    if NEEDED_PURPOSE not in event.purposes:
        return stay(visit, "consent.notice.needed")
    now = visit.context.now_ms()
    consents = tuple(Consent(p, p in event.purposes, CONSENT_TEXT, visit.language, now) for p in PURPOSES)
    return Turn(learn(visit, consents=consents), "scan" if visit.context.eyes else "nik")


def consent_refused(visit: Visit, _: ev.ConsentRefused) -> Turn:
    return sorry(visit, "consent_refused")


def sorry(visit: Visit, reason: str) -> Turn:
    return Turn(dataclasses.replace(visit, answers=Answers(), reason=reason), "sorry")


def card_read(visit: Visit, event: ev.CardRead) -> Turn:
    """A NIK goes to confirm; every other code is explained kindly and the look goes on."""
    reading = event.reading
    if not reading.nik:
        text = reading.fields["payload"].text if "payload" in reading.fields else ""
        found = payload.understand(text, visit.rules.regions, visit.rules.today)
        return stay(visit, f"scan.notice.{found.kind}")
    name, born = reading.fields.get("name"), reading.fields.get("birth_date")
    return _take_nik(
        visit,
        reading.nik,
        reading.source,
        association=_association_on(visit, reading),
        card_name=(name.text if name and people.name_of(name.text) else ""),
        name_sure=name is not None and name.confidence >= SURE,
        card_birth_date=_iso_date(born.text) if born and born.confidence >= SURE else None,
    )


def nik_typed(visit: Visit, event: ev.NikTyped) -> Turn:
    return _take_nik(visit, event.digits, FORM if visit.answers.form else TYPED)


def _association_on(visit: Visit, reading: Reading) -> str | None:
    """The association of a scanned member card, when it is on the list."""
    text = reading.fields["payload"].text if "payload" in reading.fields else ""
    code = payload.understand(text, visit.rules.regions, visit.rules.today).association
    return code if visit.rules.association(code) else None


def _take_nik(
    visit: Visit,
    digits: str,
    source: str,
    card_name: str = "",
    name_sure: bool = False,
    card_birth_date: date | None = None,
    association: str | None = None,
) -> Turn:
    check = visit.rules.check_nik(digits)
    if check.outcome is Outcome.FAIL or check.nik is None:
        visit = _misread(visit)
        return stay(visit, visit.notice or f"nik.notice.{check.reasons[0]}")
    warnings = check.reasons
    if card_birth_date is not None and card_birth_date != check.nik.born:
        warnings = (*warnings, "birth_date_differs")
    fresh = Answers(  # another card: nothing of the one before it stays
        consents=visit.answers.consents,
        form=visit.answers.form,
        nik=check.nik,
        source=source,
        warnings=warnings,
        card_name=card_name,
        name_sure=name_sure and bool(card_name),
        card_birth_date=card_birth_date,
        association=association,
    )
    visit = dataclasses.replace(visit, answers=fresh, known=None, known_state="", confirmed=False)
    visit = dataclasses.replace(visit, known_cause="", known_number="", known_due=None)
    return Turn(visit, "confirm", (CheckKnown(check.nik.digits),))


def confirmed(visit: Visit, _: ev.Confirmed) -> Turn:
    if visit.known is None:  # the store is still looking: `known_checked` goes on from here
        return Turn(dataclasses.replace(visit, confirmed=True), "confirm")
    return _identified(visit)


def known_checked(visit: Visit, event: ev.KnownChecked) -> Turn:
    if visit.answers.nik is None or event.nik_tail != visit.answers.nik.digits[-4:]:
        return Turn(visit, visit.step)  # an answer about a card that was put away
    visit = _stands(dataclasses.replace(visit, known=event.code), event)
    return _identified(visit) if visit.confirmed else Turn(visit, visit.step)


def _identified(visit: Visit) -> Turn:
    if visit.known:
        return _enrolled(dataclasses.replace(visit, code=visit.known))
    if visit.answers.name_sure:
        visit = learn(visit, name=people.name_of(visit.answers.card_name))
    return onwards(visit)


def _stands(visit: Visit, event: ev.KnownChecked | ev.EnrolmentKept) -> Visit:
    return dataclasses.replace(
        visit, known_state=event.state, known_cause=event.cause, known_number=event.number, known_due=event.due
    )


def _enrolled(visit: Visit) -> Turn:
    """Nothing of the person is needed any more, unless a refused enrolment is to be mended."""
    answers = visit.answers if visit.known_state == State.REFUSED else Answers()
    return Turn(dataclasses.replace(visit, answers=answers), "enrolled")


def mend_asked(visit: Visit, _: ev.MendAsked) -> Turn:
    if not visit.mendable:
        return Turn(visit, "enrolled")
    if visit.known_cause == "birth_date_differs":  # then the printed date is asked, whatever the number says
        visit = learn(visit, warnings=tuple(dict.fromkeys((*visit.answers.warnings, "birth_date_differs"))))
    return onwards(visit)


def denied(visit: Visit, _: ev.Denied) -> Turn:
    answers = Answers(consents=visit.answers.consents, form=visit.answers.form)
    return Turn(_misread(dataclasses.replace(visit, answers=answers)), "scan" if visit.context.eyes else "nik")


def _misread(visit: Visit) -> Visit:
    """Once more it was not this card: after two typing is offered, after three a person."""
    misreads = visit.misreads + 1
    notice = "misread.person" if misreads > PATIENCE else "misread.type" if misreads == PATIENCE else ""
    typed = visit.step == "nik" and notice == "misread.type"  # is typing already
    return dataclasses.replace(visit, misreads=misreads, notice="" if typed else notice)


def birth_date_given(visit: Visit, event: ev.BirthDateGiven) -> Turn:
    try:
        born = date(int(event.digits[4:]), int(event.digits[2:4]), int(event.digits[:2]))
    except ValueError:
        return stay(visit, "birth.notice.date")
    if not 0 <= age_on(born, visit.rules.today) <= 120:
        return stay(visit, "birth.notice.date")
    warnings = tuple(w for w in visit.answers.warnings if w not in ("too_young", "too_old", "birth_date_differs"))
    if visit.answers.nik and born != visit.answers.nik.born:
        warnings = (*warnings, "birth_date_differs")
    visit = learn(visit, birth_date=born, warnings=warnings, married=None)
    if visit.rules.eligibility.age_reasons(born, visit.rules.today, married=True):
        return sorry(visit, visit.rules.eligibility.age_reasons(born, visit.rules.today, married=True)[0])
    return onwards(visit)


def married_answered(visit: Visit, event: ev.MarriedAnswered) -> Turn:
    visit = learn(visit, married=event.married)
    born = visit.answers.birth_date or (visit.answers.nik.born if visit.answers.nik else visit.rules.today)
    reasons = visit.rules.eligibility.age_reasons(born, visit.rules.today, married=event.married)
    return sorry(visit, reasons[0]) if reasons else onwards(visit)


def name_given(visit: Visit, event: ev.NameGiven) -> Turn:
    name = people.name_of(event.name)
    return onwards(learn(visit, name=name)) if name else stay(visit, "name.notice.letters")


def occupations_chosen(visit: Visit, event: ev.OccupationsChosen) -> Turn:
    known = all(visit.rules.occupation(id) for id in event.occupations)
    if not event.occupations or not known:
        return stay(visit, "occupation.notice.none")
    if len(set(event.occupations)) > visit.rules.eligibility.most_jobs:
        return stay(visit, "occupation.notice.too_many")
    return onwards(learn(visit, occupations=tuple(dict.fromkeys(event.occupations))))


def employer_answered(visit: Visit, event: ev.EmployerAnswered) -> Turn:
    return onwards(learn(visit, employer=event.employer))


def understood(visit: Visit, _: ev.Understood) -> Turn:
    return onwards(learn(visit, understood=True))


def gone_back(visit: Visit, _: ev.Event) -> Turn:
    """From a page that lies over a step, to exactly that step."""
    return Turn(visit, visit.stack[-1])


def savings_wanted(visit: Visit, _: ev.SavingsWanted) -> Turn:
    """The savings page's answer; the programme page chooses it, the trader may still change it."""
    return gone_back(dataclasses.replace(visit, leaning=FULL), _)


def income_given(visit: Visit, event: ev.IncomeGiven) -> Turn:
    if visit.rules.eligibility.work_reasons(jobs=1, income=event.income):
        return stay(visit, "income.notice.too_low")
    return onwards(learn(visit, income=event.income))


def programmes_chosen(visit: Visit, event: ev.ProgrammesChosen) -> Turn:
    reasons = visit.rules.eligibility.programme_reasons(event.programmes, employer=bool(visit.answers.employer))
    if reasons:
        return stay(visit, f"programme.notice.{reasons[0]}")
    if event.months not in visit.rules.eligibility.months_choices:
        return stay(visit, "programme.notice.months")
    return onwards(learn(visit, programmes=event.programmes, months=event.months))


def phone_given(visit: Visit, event: ev.PhoneGiven) -> Turn:
    phone = phone_of(event.phone) if event.phone else ""
    return stay(visit, f"phone.notice.{phone}") if isinstance(phone, Fault) else onwards(learn(visit, phone=phone))


def association_given(visit: Visit, event: ev.AssociationGiven) -> Turn:
    code = event.code.strip().upper()
    if code and visit.rules.association(code) is None:
        return stay(visit, "association.notice.unknown")
    return onwards(learn(visit, association=code))


def association_read(visit: Visit, event: ev.CardRead) -> Turn:
    """A member card shown at the question: its letters count, when it is this trader's own."""
    code = _association_on(visit, event.reading)
    if code is None:
        return stay(visit, "association.notice.unknown")
    if visit.answers.nik is None or event.reading.nik != visit.answers.nik.digits:
        return stay(visit, "association.notice.other_card")
    return onwards(learn(visit, association=code))


def change_asked(visit: Visit, event: ev.ChangeAsked) -> Turn:
    return Turn(visit, event.step) if event.step in QUESTIONS[:-1] else Turn(visit, visit.step)


def agreed(visit: Visit, _: ev.Agreed) -> Turn:
    try:
        return Turn(visit, "saving", (Keep(visit.enrolment()),))
    except EnrolmentError as error:
        return sorry(visit, error.id.removeprefix("enrolment."))


def enrolment_kept(visit: Visit, event: ev.EnrolmentKept) -> Turn:
    """From here on the visit holds no personal data; only the receipt's figures stay in `answers`."""
    shown = Answers(
        nik=visit.answers.nik,
        occupations=visit.answers.occupations,
        income=visit.answers.income,
        employer=visit.answers.employer,
        programmes=visit.answers.programmes,
        months=visit.answers.months,
    )
    visit = _stands(dataclasses.replace(visit, code=event.code, kept_ms=visit.context.now_ms()), event)
    if not event.fresh:
        return _enrolled(visit)
    return _print(dataclasses.replace(visit, answers=shown))


def print_asked(visit: Visit, _: ev.PrintAsked) -> Turn:
    """Once more only when the first slip did not come for sure; so a double tap prints one."""
    return _print(visit) if visit.paper in REPRINTED else Turn(visit, "receipt")


def bill_asked(visit: Visit, _: ev.PrintAsked) -> Turn:
    """What is to be paid, on paper: once, and again only when it did not come for sure."""
    if visit.paper and visit.paper not in REPRINTED:
        return Turn(visit, "enrolled")
    return _print(visit, "enrolled")


def _print(visit: Visit, step: str = "receipt") -> Turn:
    paper = visit.receipt() if step == "receipt" else visit.bill()
    if paper is None or not visit.context.paper:
        return Turn(visit, step)
    return Turn(dataclasses.replace(visit, paper="printing"), step, (Print(paper),))


def printed(visit: Visit, event: ev.Printed) -> Turn:
    """The printer's word, when it is about this slip."""
    mine = event.code == visit.code and visit.paper == "printing"
    return Turn(dataclasses.replace(visit, paper=event.paper) if mine else visit, "receipt")


def bill_printed(visit: Visit, event: ev.Printed) -> Turn:
    return Turn(printed(visit, event).visit, "enrolled")


def keep_failed(visit: Visit, event: ev.KeepFailed) -> Turn:
    return sorry(visit, event.reason)


def closed(visit: Visit, event: ev.Closed) -> Turn:
    return Turn(dataclasses.replace(visit, reason=event.reason), "closed")


def _iso_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
