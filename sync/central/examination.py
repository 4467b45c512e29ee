"""What the worker can say for certain about an opened enrolment. Whether it is accepted, only the branch can say."""

from dataclasses import dataclass
from datetime import date, tzinfo
from functools import lru_cache

from kiosk import tables
from kiosk.clock import believable, local
from kiosk.domain import nik
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.errors import EnrolmentError
from kiosk.domain.rules import Rules

_NEEDED_PURPOSE = "registration"
_AHEAD_MS = 86_400_000
_MONTHS, _YEARS, _AMOUNTS, _MOST_OCCUPATIONS = range(1, 121), range(2015, 2200), range(10**12), 20


@dataclass(frozen=True, slots=True)
class Findings:
    """`refusal`: a cause that no branch could overlook, or "". `doubts`: ids of what a person should look at."""

    refusal: str = ""
    doubts: tuple[str, ...] = ()


def examine(enrolment: Enrolment, rules: Rules) -> Findings:
    """By the rules of the day on which it was made.

    refusal  nik_not_found (these digits are nobody's), too_old, too_young, incomplete (no name, no programme, or
             numbers that no form can have)
    doubts   the reasons of domain.nik and domain.eligibility; total_differs (not the price of that day's tariff),
             no_consent (none to the registration itself)
    """
    checked = nik.check(
        enrolment.nik,
        rules.regions,
        rules.today,
        printed_birth_date=enrolment.birth_date,
        ages=rules.eligibility.ages,
    )
    if checked.outcome is nik.Outcome.FAIL:
        return Findings("nik_not_found")
    ages = rules.eligibility.age_reasons(enrolment.birth_date, rules.today, married=enrolment.married)
    if ages:
        return Findings(ages[0], checked.reasons)
    if not enrolment.name.strip() or not enrolment.programmes or not _possible(enrolment):
        return Findings("incomplete", checked.reasons)
    work = rules.eligibility.work_reasons(jobs=len(enrolment.occupations), income=enrolment.income)
    programmes = rules.eligibility.programme_reasons(enrolment.programmes, employer=enrolment.employer)
    consent = any(one.given and one.purpose == _NEEDED_PURPOSE for one in enrolment.consents)
    doubts = (*checked.reasons, *work, *programmes, *_price(enrolment, rules), *(() if consent else ("no_consent",)))
    return Findings("", doubts)


@lru_cache(maxsize=64)
def rules_of(day: date) -> Rules:
    """The shipped rules as they stood on that day. Raises SettingsError."""
    return tables.rules(day)


def day_of(captured_ms: int, received_ms: int, zone: tzinfo) -> date:
    """The local day of an enrolment; the day of its arrival when the kiosk's clock cannot have been right."""
    believed = believable(captured_ms) and captured_ms <= received_ms + _AHEAD_MS
    return local(captured_ms if believed else received_ms, zone).date()


def _possible(enrolment: Enrolment) -> bool:
    """Whether the numbers can be computed with at all: whoever holds a kiosk's key could seal any others."""
    amounts = (enrolment.income, enrolment.base, enrolment.total)
    return (
        enrolment.months in _MONTHS
        and enrolment.start.year in _YEARS
        and all(amount in _AMOUNTS for amount in amounts)
        and len(enrolment.occupations) <= _MOST_OCCUPATIONS
    )


def _price(enrolment: Enrolment, rules: Rules) -> tuple[str, ...]:
    try:
        quote = rules.tariff.quote(
            income=enrolment.income,
            programmes=enrolment.programmes,
            sector=enrolment.sector,
            start=enrolment.start,
            months=enrolment.months,
        )
    except EnrolmentError:
        return ("total_differs",)
    return () if quote.total == enrolment.total else ("total_differs",)
