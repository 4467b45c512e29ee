"""The NIK: sixteen digits PP RR SS DDMMYY NNNN, no check digit.

Structure: PP 37/2007 art. 37. It never changes, not even when its birth date or sex is wrong (only the printed
field is corrected), so such a mismatch warns and never rejects.
"""

import enum
import re
from dataclasses import dataclass
from datetime import date

from kiosk.domain.regions import Regions

LENGTH = 16
WOMAN_DAY_OFFSET = 40
CARD_AGE = 17  # an e-KTP is issued from this age, or on marriage (UU 24/2013 art. 63)
ADULT_AGES = range(CARD_AGE, 65)


class Outcome(enum.StrEnum):
    FAIL = "fail"  # cannot be a NIK
    WARN = "warn"  # can be one; a person should look at `reasons`
    OK = "ok"


class Sex(enum.StrEnum):
    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """A well-formed NIK. `born` is what the digits say, which may differ from the true birth date."""

    digits: str
    born: date
    sex: Sex

    @property
    def masked(self) -> str:
        return mask(self.digits)

    def __repr__(self) -> str:
        return f"Nik({self.masked})"


@dataclass(frozen=True, slots=True)
class NikCheck:
    """Outcome of `check`: `nik` is None exactly when the outcome is FAIL. `reasons` are ids, worst first."""

    outcome: Outcome
    reasons: tuple[str, ...]
    nik: Nik | None = None


def mask(digits: str) -> str:
    """`3372 •••• •••• 0001`: what a screen or a slip may show."""
    return f"{digits[:4]} •••• •••• {digits[-4:]}" if len(digits) == LENGTH else "•" * len(digits)


def clean(text: str) -> str:
    """Drops the separators that people and printers put between digits; keeps everything else."""
    return re.sub(r"[ .\-\u00a0]", "", text)


def check(
    text: str,
    regions: Regions,
    today: date,
    *,
    printed_birth_date: date | None = None,
    printed_sex: Sex | None = None,
    ages: range = ADULT_AGES,
) -> NikCheck:
    """Parses `text` and says FAIL, WARN or OK with reasons.

    `ages` (completed years) come from config/eligibility.csv; outside them the check warns, it does not fail.

    FAIL  not_digits, length, all_equal, birth_date (no such day or month), serial (0000)
    WARN  region_unknown, birth_date_differs, sex_differs, too_young, too_old
    """
    digits = clean(text)
    if not re.fullmatch(r"[0-9]*", digits):
        return NikCheck(Outcome.FAIL, ("not_digits",))
    if len(digits) != LENGTH:
        return NikCheck(Outcome.FAIL, ("length",))
    if len(set(digits)) == 1:
        return NikCheck(Outcome.FAIL, ("all_equal",))
    if digits[12:] == "0000":
        return NikCheck(Outcome.FAIL, ("serial",))
    day = int(digits[6:8])
    sex = Sex.FEMALE if day > WOMAN_DAY_OFFSET else Sex.MALE
    born = _birth_date(day % WOMAN_DAY_OFFSET if day <= 71 else 0, int(digits[8:10]), int(digits[10:12]), today)
    if born is None:
        return NikCheck(Outcome.FAIL, ("birth_date",))

    reasons = []
    if not regions.known(digits):
        reasons.append("region_unknown")
    if printed_birth_date is not None and printed_birth_date != born:
        reasons.append("birth_date_differs")
    if printed_sex is not None and printed_sex != sex:
        reasons.append("sex_differs")
    age = age_on(printed_birth_date or born, today)
    if age < ages.start:
        reasons.append("too_young")
    elif age >= ages.stop:
        reasons.append("too_old")
    return NikCheck(Outcome.WARN if reasons else Outcome.OK, tuple(reasons), Nik(digits, born, sex))


def age_on(born: date, day: date) -> int:
    """Completed years; someone born on 29 February completes a year on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _birth_date(day: int, month: int, two_digit_year: int, today: date) -> date | None:
    """The most plausible century: the latest one that gives a holder of a card, else the latest in the past.

    A two-digit year is ambiguous for children and people over a hundred; either way the age warns and the
    visit asks for the printed date.
    """
    past = []
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100):
        try:
            born = date(century + two_digit_year, month, day)
        except ValueError:
            continue
        if born <= today:
            past.append(born)
    return next((born for born in past if age_on(born, today) >= CARD_AGE and age_on(born, today) < 100), None) or next(
        iter(past), None
    )
