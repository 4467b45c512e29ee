"""The 33 bands and the dated discounts: what a month costs, month by month."""

import pytest

from kiosk.domain.errors import EnrolmentError
from kiosk.domain.rules import Rules
from kiosk.domain.tariff import BASIC, FULL, Month, Programme

NOV = Month(2026, 11)


def total(rules: Rules, income: int, programmes: tuple[Programme, ...], sector: str, start: Month, months: int) -> int:
    return rules.tariff.quote(income=income, programmes=programmes, sector=sector, start=start, months=months).total


@pytest.mark.parametrize(("months", "rupiah"), [(1, 8_400), (3, 33_600), (6, 84_000), (12, 2 * 8_400 + 10 * 16_800)])
def test_a_trader_from_november_2026(rules: Rules, months: int, rupiah: int) -> None:
    assert total(rules, 1_000_000, BASIC, "other", NOV, months) == rupiah


def test_month_by_month(rules: Rules) -> None:
    quote = rules.tariff.quote(income=1_000_000, programmes=BASIC, sector="other", start=NOV, months=3)
    assert [(str(p.month), p.amount, p.discount) for p in quote.prices] == [
        ("2026-11", 8_400, "PP50-2025-OTHER"),
        ("2026-12", 8_400, "PP50-2025-OTHER"),
        ("2027-01", 16_800, ""),
    ]
    assert quote.discount_ends == Month(2026, 12)
    assert quote.due_again == Month(2027, 2)


def test_transport_keeps_its_discount_longer(rules: Rules) -> None:
    assert total(rules, 1_000_000, BASIC, "transport", NOV, 6) == 5 * 8_400 + 16_800


def test_savings_are_never_discounted(rules: Rules) -> None:
    assert total(rules, 1_000_000, FULL, "other", NOV, 1) == 28_400
    assert total(rules, 1_000_000, FULL, "other", Month(2027, 1), 1) == 36_800


@pytest.mark.parametrize(
    ("income", "base"),
    [
        (0, 1_000_000),
        (1_099_000, 1_000_000),
        (1_099_500, 1_000_000),
        (1_099_999, 1_000_000),
        (1_100_000, 1_200_000),
        (2_699_999, 2_600_000),
        (2_700_000, 2_950_000),
        (20_199_999, 19_700_000),
        (20_200_000, 20_700_000),
        (10**9, 20_700_000),
    ],
)
def test_no_income_falls_between_two_bands(rules: Rules, income: int, base: int) -> None:
    assert rules.tariff.band(income, NOV).base == base


def test_bands_follow_the_regulation(rules: Rules) -> None:
    bands = rules.tariff.bands(NOV)
    assert len(bands) == 33
    for band in bands:
        assert band.contribution[Programme.JKK] * 100 == band.base
        assert band.contribution[Programme.JKM] == 6_800
        assert band.contribution[Programme.JHT] * 50 == band.base
        assert band.regulation
    assert bands[-1].contribution[Programme.JKK] == 207_000


def test_before_the_first_tariff(rules: Rules) -> None:
    """A kiosk whose clock is in 1970 quotes nothing rather than something wrong."""
    with pytest.raises(EnrolmentError):
        total(rules, 1_000_000, BASIC, "other", Month(1970, 1), 1)


def test_months_add_over_years() -> None:
    assert Month(2027, 1) == NOV + 2
    assert Month(2028, 1) == NOV + 14
    assert str(Month.parse("2027-03")) == "2027-03"
