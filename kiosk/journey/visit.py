"""A visit as an immutable value: where the trader is, the way back, what is known so far. Never logged."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from kiosk.domain.enrolment import Consent, Enrolment
from kiosk.domain.errors import EnrolmentError
from kiosk.domain.nik import Nik
from kiosk.domain.outcome import MENDABLE, Due, State
from kiosk.domain.rules import Rules
from kiosk.domain.tariff import Month, Programme, Quote
from kiosk.journey.duty import Duty
from kiosk.journey.receipt import Bill, Receipt

PURPOSES = ("registration", "association", "reminders")
NEEDED_PURPOSE = "registration"
CONSENT_TEXT = "2026-11"  # version of the consent sentences in assets/words


@dataclass(frozen=True, slots=True)
class Context:
    """What every visit at this kiosk shares.

    `eyes` is False when there is neither camera nor scanner; `paper` is True with a printer.
    """

    rules: Callable[[], Rules]
    new_id: Callable[[], uuid.UUID]
    now_ms: Callable[[], int]
    market: str
    branch: str
    language: str
    eyes: bool = True
    paper: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """None means: not asked yet. `card_name` and `card_birth_date` are what the camera read; they only prefill.

    name_sure   the name was read well: who says "yes, this is me" to the card with this name is not asked for it again
    """

    consents: tuple[Consent, ...] = ()
    nik: Nik | None = None
    source: str = ""
    warnings: tuple[str, ...] = ()
    card_name: str = ""
    name_sure: bool = False
    card_birth_date: date | None = None
    birth_date: date | None = None
    married: bool | None = None
    name: str | None = None
    occupations: tuple[str, ...] = ()
    employer: bool | None = None
    understood: bool = False
    income: int | None = None
    programmes: tuple[Programme, ...] = ()
    months: int = 1
    phone: str | None = None
    association: str | None = None
    form: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """
    step      name of a row of the flow
    stack     steps to go back to, newest last
    notice    message id of what the step should tell, "" for nothing; fades with the next event
    known     code of the enrolment that this NIK has already; None while the store is being asked
    leaning   programmes that the savings page suggests, () for none
    confirmed the trader said yes while the store was still being asked
    known_cause, known_number   why that one was refused, and the membership number if the centre sent one
    known_due what is to be paid next, if the centre sent it
    code      what the receipt shows
    kept_ms   when it was kept, ms since 1970
    paper     "" without a printer, "printing", or what `events.Printed` said
    reason    why the visit ended without an enrolment, an id
    duty      the officer at the kiosk, None while it is a trader's
    """

    id: uuid.UUID
    context: Context
    rules: Rules
    language: str
    step: str = "attract"
    stack: tuple[str, ...] = ()
    answers: Answers = field(default_factory=Answers)
    notice: str = ""
    misreads: int = 0
    known: str | None = None
    known_state: str = ""
    known_cause: str = ""
    known_number: str = ""
    known_due: Due | None = None
    leaning: tuple[Programme, ...] = ()
    confirmed: bool = False
    code: str = ""
    kept_ms: int = 0
    paper: str = ""
    reason: str = ""
    duty: Duty | None = None

    def __repr__(self) -> str:
        return f"Visit({self.step})"

    @classmethod
    def begin(cls, context: Context) -> "Visit":
        return cls(context.new_id(), context, context.rules(), context.language)

    @property
    def mendable(self) -> bool:
        """Whether a corrected enrolment may replace the refused one."""
        return self.known_state == State.REFUSED and self.known_cause in MENDABLE and self.answers.nik is not None

    def consented(self, purpose: str) -> bool:
        return any(c.given and c.purpose == purpose for c in self.answers.consents)

    @property
    def association(self) -> str:
        """Only with the consent for it: without, nobody learns of it."""
        return (self.answers.association or "") if self.consented("association") else ""

    @property
    def standing(self) -> str:
        """What *enrolled* tells: where the enrolment stands, or `due`: what is to be paid next."""
        good = self.known_state in (State.ACCEPTED, State.MEMBER)
        return "due" if good and self.known_due is not None else self.known_state

    def bill(self) -> Bill | None:
        """What goes on paper for who pays again; None while the branch has not said what is to be paid."""
        if self.known_due is None or not self.code:
            return None
        return Bill(self.code, self.known_due, self.context.market, self.context.branch, self.language)

    def receipt(self) -> Receipt | None:
        """What goes on paper; None before anything was kept."""
        quote = self.quote()
        if quote is None or self.answers.nik is None or not self.code:
            return None
        return Receipt(
            code=self.code,
            number=self.answers.nik.masked,
            total=quote.total,
            months=self.answers.months,
            start=quote.prices[0].month,
            due=quote.due_again,
            market=self.context.market,
            branch=self.context.branch,
            language=self.language,
            kept_ms=self.kept_ms,
        )

    def quote(self) -> Quote | None:
        """The price of what has been chosen so far, None before there is an income."""
        if self.answers.income is None:
            return None
        return self.rules.quote(
            income=self.answers.income,
            programmes=self.answers.programmes or self.programme_choices()[0],
            occupations=self.answers.occupations,
            months=self.answers.months,
        )

    def programme_choices(self) -> tuple[tuple[Programme, ...], ...]:
        return self.rules.eligibility.programmes(employer=bool(self.answers.employer))

    def enrolment(self) -> Enrolment:
        """The finished enrolment. Raises EnrolmentError `enrolment.incomplete` or `enrolment.<reason>`."""
        a, rules = self.answers, self.rules
        if a.nik is None or a.name is None or a.income is None or a.employer is None or a.phone is None:
            raise EnrolmentError("enrolment.incomplete")
        if not self.consented(NEEDED_PURPOSE):
            raise EnrolmentError("enrolment.consent_refused")
        born = a.birth_date or a.nik.born
        reasons = (
            *rules.eligibility.age_reasons(born, rules.today, married=bool(a.married)),
            *rules.eligibility.work_reasons(jobs=len(a.occupations), income=a.income),
            *rules.eligibility.programme_reasons(a.programmes, employer=a.employer),
        )
        if reasons:
            raise EnrolmentError(f"enrolment.{reasons[0]}", **rules.eligibility.facts)
        quote = rules.quote(income=a.income, programmes=a.programmes, occupations=a.occupations, months=a.months)
        return Enrolment(
            id=self.id,
            nik=a.nik.digits,
            name=a.name,
            birth_date=born,
            sex=a.nik.sex,
            source=a.source,
            occupations=a.occupations,
            sector=rules.sector(a.occupations),
            employer=a.employer,
            married=bool(a.married),
            income=a.income,
            programmes=a.programmes,
            months=a.months,
            start=Month.of(rules.today),
            total=quote.total,
            base=quote.base,
            market=self.context.market,
            branch=self.context.branch,
            language=self.language,
            consents=a.consents,
            phone=a.phone,
            form=a.form,
            warnings=a.warnings,
            association=self.association,
        )
