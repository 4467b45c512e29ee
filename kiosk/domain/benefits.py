"""What the family or the trader receives. The amounts and conditions are dated rows of config/benefits.csv.

JKK: work accident (PP 44/2015 jo. PP 82/2019). JKM: death (the same, with the three months of Permenaker 1/2025).
JHT: old-age savings (PP 46/2015 jo. PP 60/2015); how they may grow is an illustration, see `grown`.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Growth:
    """Savings after `years`, in rupiah: what was paid in, and what it may have become at each percentage a year."""

    years: int
    paid: int
    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class Benefits:
    """The rows in force on one day. Rupiah, months and years; `jht_percents` a year: low, middle, high.

    jkk_death_times_base   death by work accident: so many times the declared base
    jkm_full, jkm_before   death not by work: from `jkm_full_after_months` months paid in a row on, and before
    scholarship_years      contributed before a natural death; by work accident the scholarship comes at once
    unpaid_months_rest     unpaid months after which the cover rests
    due_day                day of the first unpaid month on which the next payment is due
    """

    jkk_death_times_base: int
    jkk_care_unlimited: bool
    jkm_full: int
    jkm_before: int
    jkm_full_after_months: int
    scholarship_most: int
    scholarship_children: int
    scholarship_years: int
    jht_age: int
    jht_percents: tuple[int, int, int]
    jht_years: tuple[int, ...]
    unpaid_months_rest: int
    due_day: int
    card_days: int
    call_centre: str

    def work_death(self, base: int) -> int:
        """Rupiah for the family of a trader with this declared base."""
        return self.jkk_death_times_base * base

    def natural_death(self, months_paid: int) -> int:
        """Rupiah after so many months paid in a row."""
        return self.jkm_full if months_paid >= self.jkm_full_after_months else self.jkm_before

    def savings(self, monthly: int) -> tuple[Growth, ...]:
        """The savings of `monthly` rupiah a month at each of `jht_years`."""
        low, middle, high = self.jht_percents
        return tuple(
            Growth(
                years,
                monthly * MONTHS * years,
                grown(monthly, low, years),
                grown(monthly, middle, years),
                grown(monthly, high, years),
            )
            for years in self.jht_years
        )


def grown(monthly: int, percent: int, years: int) -> int:
    """Rupiah after `years` of payments at the end of each month, at `percent` a year effective, compounded monthly.

    monthly × ((1 + p)^years − 1) / i   with   i = (1 + p)^(1/12) − 1; without yield just what was paid in.
    """
    if percent == 0:
        return monthly * MONTHS * years
    with localcontext(prec=28):
        year = 1 + Decimal(percent) / 100
        month = year ** (Decimal(1) / MONTHS) - 1
        return int((monthly * (year**years - 1) / month).quantize(Decimal(1), ROUND_HALF_EVEN))
