"""What the family receives, how savings may grow, and when to pay again."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import tables
from kiosk.domain.benefits import grown
from kiosk.domain.errors import SettingsError
from kiosk.domain.rules import Rules
from kiosk.domain.tariff import BASIC, FULL, Month, Programme
from kiosk.resources import CONFIG

MONTHLY = st.integers(10_000, 500_000)
PERCENT = st.integers(0, 12)
YEARS = st.integers(1, 45)


def test_the_lowest_base(rules: Rules) -> None:
    assert rules.benefits.work_death(1_000_000) == 48_000_000
    assert rules.benefits.work_death(1_200_000) == 57_600_000


@pytest.mark.parametrize(("months", "rupiah"), [(0, 10_000_000), (2, 10_000_000), (3, 42_000_000), (120, 42_000_000)])
def test_the_family_waits_three_paid_months(rules: Rules, months: int, rupiah: int) -> None:
    assert rules.benefits.natural_death(months) == rupiah


@pytest.mark.parametrize(
    ("percent", "years", "millions"),
    [
        (4, 5, 1.32), (5, 5, 1.36), (6, 5, 1.39),
        (4, 10, 2.93), (5, 10, 3.09), (6, 10, 3.25),
        (4, 20, 7.28), (5, 20, 8.12), (6, 20, 9.07),
    ],
)  # fmt: skip
def test_savings_of_twenty_thousand_a_month(percent: int, years: int, millions: float) -> None:
    assert round(grown(20_000, percent, years) / 1e6, 2) == millions


def test_savings_at_the_years_of_the_table(rules: Rules) -> None:
    growth = rules.benefits.savings(20_000)
    assert [(g.years, g.paid) for g in growth] == [(5, 1_200_000), (10, 2_400_000), (20, 4_800_000)]
    assert all(g.paid < g.low < g.middle < g.high for g in growth)


@given(MONTHLY, PERCENT, YEARS)
def test_savings_are_the_sum_of_their_payments(monthly: int, percent: int, years: int) -> None:
    """Month by month, the slow way: each payment grows from the end of its month."""
    month = (1 + percent / 100) ** (1 / 12)
    slow = 0.0
    for _ in range(12 * years):
        slow = slow * month + monthly
    assert grown(monthly, percent, years) == pytest.approx(slow, rel=1e-9, abs=1)


@given(MONTHLY, PERCENT, YEARS)
def test_more_time_and_more_yield_is_never_less(monthly: int, percent: int, years: int) -> None:
    now = grown(monthly, percent, years)
    assert now >= monthly * 12 * years
    assert grown(monthly, percent + 1, years) >= now
    assert grown(monthly, percent, years + 1) >= now + monthly * 12


@given(
    st.integers(1_000_000, 30_000_000),
    st.sampled_from([BASIC, FULL]),
    st.integers(0, 20),
    st.sampled_from([1, 3, 6, 12]),
    st.sampled_from(["other", "transport"]),
)
def test_a_total_is_the_sum_of_single_months(
    rules: Rules, income: int, programmes: tuple[Programme, ...], later: int, months: int, sector: str
) -> None:
    start = Month(2026, 1) + later
    quote = rules.tariff.quote(income=income, programmes=programmes, sector=sector, start=start, months=months)
    single = [
        rules.tariff.quote(income=income, programmes=programmes, sector=sector, start=start + step, months=1)
        for step in range(months)
    ]
    assert quote.total == sum(one.total for one in single)
    assert [p.month for p in quote.prices] == [start + step for step in range(months)]
    assert rules.due_on(quote) == (start + months).first_day
    if quote.discount_until:
        assert quote.price_after is not None
        assert any(p.discount for p in quote.prices)
        assert all(not p.discount for p in quote.prices if p.month > quote.discount_until)
        assert quote.price_after > min(p.amount for p in quote.prices)


def test_one_month_tells_when_the_discount_ends_and_what_comes_then(rules: Rules) -> None:
    quote = rules.quote(income=1_000_000, programmes=BASIC, occupations=(), months=1)
    assert (quote.total, quote.discount_until, quote.price_after) == (8_400, Month(2026, 12), 16_800)
    assert quote.discount_ends is None  # within this quote the price does not rise
    assert rules.due_on(quote) == date(2026, 12, 1)


def test_three_months_are_due_again_in_february(rules: Rules) -> None:
    quote = rules.quote(income=1_000_000, programmes=BASIC, occupations=(), months=3)
    assert rules.due_on(quote) == date(2027, 2, 1)


def test_without_a_discount_nothing_is_said(rules: Rules) -> None:
    quote = rules.tariff.quote(income=1_000_000, programmes=BASIC, sector="other", start=Month(2027, 1), months=12)
    assert (quote.discount_until, quote.price_after) == (None, None)
    assert rules.tariff.discount_percent("other", Month(2027, 1)) == {}
    assert rules.tariff.discount_percent("other", Month(2026, 12)) == {Programme.JKK: 50, Programme.JKM: 50}


def test_the_rows_are_dated(tmp_path: Path) -> None:
    table = (CONFIG / "benefits.csv").read_text(encoding="utf-8")
    later = "jkm_full,50000000,2028-01-01,,a later regulation\n"
    (tmp_path / "benefits.csv").write_text(table + later, encoding="utf-8")
    assert tables.benefits(date(2027, 12, 31), tmp_path).jkm_full == 42_000_000
    assert tables.benefits(date(2028, 1, 1), tmp_path).jkm_full == 50_000_000
    with pytest.raises(SettingsError, match=r"table\.rule"):
        tables.benefits(date(1970, 1, 1), tmp_path)


def test_a_broken_row_is_named_and_not_quoted(tmp_path: Path) -> None:
    table = (CONFIG / "benefits.csv").read_text(encoding="utf-8")
    (tmp_path / "benefits.csv").write_text(table.replace("42000000", "banyak"), encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        tables.benefits(date(2026, 11, 22), tmp_path)
    assert (error.value.id, error.value.facts["file"]) == ("table.row", "benefits.csv")
    assert "banyak" not in str(error.value)
