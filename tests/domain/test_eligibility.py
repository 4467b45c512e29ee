"""Who may join: age, jobs, income, and what an employer must take."""

from datetime import date

import pytest

from kiosk import tables
from kiosk.domain.rules import Rules
from kiosk.domain.tariff import BASIC, FULL, Programme

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("born", "married", "reasons"),
    [
        (date(1961, 11, 23), False, ()),
        (date(1961, 11, 22), False, ("too_old",)),
        (date(2009, 11, 22), False, ()),
        (date(2009, 11, 23), False, ("too_young",)),
        (date(2009, 11, 23), True, ()),
        (date(1940, 1, 1), True, ("too_old",)),
    ],
)
def test_age(rules: Rules, born: date, married: bool, reasons: tuple[str, ...]) -> None:
    assert rules.eligibility.age_reasons(born, TODAY, married=married) == reasons


@pytest.mark.parametrize(
    ("jobs", "income", "reasons"),
    [
        (1, 1_000_000, ()),
        (2, 1_000_000, ()),
        (3, 1_000_000, ("too_many_jobs",)),
        (0, 1_000_000, ("no_job",)),
        (1, 999_999, ("income_too_low",)),
    ],
)
def test_work(rules: Rules, jobs: int, income: int, reasons: tuple[str, ...]) -> None:
    assert rules.eligibility.work_reasons(jobs=jobs, income=income) == reasons


def test_an_employer_must_take_savings(rules: Rules) -> None:
    assert rules.eligibility.programmes(employer=False) == (BASIC, FULL)
    assert rules.eligibility.programmes(employer=True) == (FULL,)
    assert rules.eligibility.programme_reasons(BASIC, employer=True) == ("employer_needs_jht",)
    assert rules.eligibility.programme_reasons((Programme.JKK,), employer=False) == ("programmes_incomplete",)


def test_the_rules_are_dated_rows_with_a_regulation(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "eligibility.csv").write_text(
        (tables.CONFIG / "eligibility.csv").read_text()
        + "employer_takes_jht,no,2027-01-01,,a later regulation\nage_limit,60,2027-01-01,,a later regulation\n"
    )
    assert tables.eligibility(TODAY, folder).age_limit == 65
    later = tables.eligibility(date(2027, 1, 1), folder)
    assert (later.age_limit, later.programmes(employer=True)) == (60, (BASIC, FULL))
