"""Who may join as BPU. The limits are dated rows of config/eligibility.csv, each with its regulation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kiosk.domain.nik import age_on
from kiosk.domain.tariff import BASIC, FULL, Programme


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The rules in force on one day. Ages in completed years, income in rupiah a month."""

    minimum_age: int
    married_below_minimum_age: bool
    age_limit: int
    most_jobs: int
    least_income: int
    employer_takes_jht: bool
    months_choices: tuple[int, ...]

    @property
    def facts(self) -> dict[str, int]:
        """The numbers that sentences about these rules tell."""
        return {"age_limit": self.age_limit, "minimum_age": self.minimum_age, "least_income": self.least_income}

    @property
    def ages(self) -> range:
        return range(self.minimum_age, self.age_limit)

    def age_reasons(self, born: date, today: date, *, married: bool) -> tuple[str, ...]:
        """`too_old`, `too_young` or nothing."""
        age = age_on(born, today)
        if age >= self.age_limit:
            return ("too_old",)
        if age < self.minimum_age and not (married and self.married_below_minimum_age):
            return ("too_young",)
        return ()

    def work_reasons(self, *, jobs: int, income: int) -> tuple[str, ...]:
        """`no_job`, `too_many_jobs`, `income_too_low` or nothing."""
        reasons = []
        if jobs < 1:
            reasons.append("no_job")
        if jobs > self.most_jobs:
            reasons.append("too_many_jobs")
        if income < self.least_income:
            reasons.append("income_too_low")
        return tuple(reasons)

    def programmes(self, *, employer: bool) -> tuple[tuple[Programme, ...], ...]:
        """The sets of programmes to choose from, the least first. An employer must take JHT."""
        return (FULL,) if employer and self.employer_takes_jht else (BASIC, FULL)

    def programme_reasons(self, programmes: Iterable[Programme], *, employer: bool) -> tuple[str, ...]:
        """`programmes_incomplete` (JKK and JKM always go together), `employer_needs_jht` or nothing."""
        chosen = set(programmes)
        if not set(BASIC) <= chosen:
            return ("programmes_incomplete",)
        if employer and self.employer_takes_jht and Programme.JHT not in chosen:
            return ("employer_needs_jht",)
        return ()
