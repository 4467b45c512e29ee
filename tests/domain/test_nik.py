"""The NIK: three outcomes with reasons, region names, and never a rejection for a date that disagrees."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.nik import Outcome, Sex, check, mask
from kiosk.domain.regions import Region, Regions
from kiosk.domain.rules import Rules

TODAY = date(2026, 11, 22)
SOLO = "337201"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("337201170875900", "length"),
        ("33720117087590011", "length"),
        ("337201170875900X", "not_digits"),
        ("٣٣٧٢٠١١٧٠٨٧٥٩٠٠١", "not_digits"),
        ("3372011708759001\x00", "not_digits"),
        ("\u202e3372011708759001", "not_digits"),
        ("3333333333333333", "all_equal"),
        ("3372011708750000", "serial"),
        ("3372010008759001", "birth_date"),
        ("3372013202759001", "birth_date"),
        ("3372014008759001", "birth_date"),
        ("3372017208759001", "birth_date"),
        ("3372018108759001", "birth_date"),
        ("3372011713759001", "birth_date"),
        ("3372012902759001", "birth_date"),
        ("3372016902759001", "birth_date"),
    ],
)
def test_fails(rules: Rules, text: str, reason: str) -> None:
    found = rules.check_nik(text)
    assert (found.outcome, found.reasons, found.nik) == (Outcome.FAIL, (reason,), None)


@pytest.mark.parametrize(
    ("text", "born", "sex"),
    [
        ("3372011708759001", date(1975, 8, 17), Sex.MALE),
        ("3372 0157 0875 9001", date(1975, 8, 17), Sex.FEMALE),
        ("33.72.01.310100.9001", date(2000, 1, 31), Sex.MALE),
        ("3372-01-710196-9001", date(1996, 1, 31), Sex.FEMALE),
        ("3372012902009001", date(2000, 2, 29), Sex.MALE),
    ],
)
def test_ok(rules: Rules, text: str, born: date, sex: Sex) -> None:
    found = rules.check_nik(text)
    assert found.outcome is Outcome.OK
    assert found.nik is not None
    assert (found.nik.born, found.nik.sex) == (born, sex)


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("9999991708759001", ("region_unknown",)),
        ("3372991708759001", ("region_unknown",)),
        ("3372012212619001", ()),  # 65 in a month
        ("3372012211619001", ("too_old",)),  # 65 today
        ("3372012311099001", ("too_young",)),  # 17 tomorrow
        ("3372012211099001", ()),  # 17 today
        ("3372011708159001", ("too_young",)),  # a child, or 111: ask
    ],
)
def test_warns(rules: Rules, text: str, reasons: tuple[str, ...]) -> None:
    found = rules.check_nik(text)
    assert found.reasons == reasons
    assert found.outcome is (Outcome.WARN if reasons else Outcome.OK)
    assert found.nik is not None


def test_disagreement_with_the_card_only_warns(rules: Rules) -> None:
    found = check(
        "3372011708759001", rules.regions, TODAY, printed_birth_date=date(1974, 8, 17), printed_sex=Sex.FEMALE
    )
    assert found.outcome is Outcome.WARN
    assert found.reasons == ("birth_date_differs", "sex_differs")


def test_names_from_current_and_retired_codes(rules: Rules) -> None:
    assert rules.regions.names("3372011708759001") == ("Jawa Tengah", "Kota Surakarta", "Laweyan")
    assert rules.regions.names("9101011708759001")[1:] == ("KAB. MERAUKE", "Merauke")  # 93 since 2022
    assert rules.check_nik("9101011708759001").outcome is Outcome.OK
    assert rules.regions.names("0000001708759001") == ("", "", "")


def test_a_current_name_wins_over_a_retired_one() -> None:
    regions = Regions([Region("11", "Old", retired=True), Region("11", "New")])
    found = regions.find("11")
    assert found is not None
    assert found.name == "New"


def test_every_regency_of_the_list_is_known(rules: Rules) -> None:
    """python-stdnum rejects 54 of the 514; this must not."""
    districts = [code for code in rules.regions.codes() if len(code) == 6]
    assert len({code[:4] for code in districts}) >= 514
    assert all(rules.check_nik(f"{code}1708759001").outcome is Outcome.OK for code in districts)


def test_masked_and_silent() -> None:
    assert mask("3372011708759001") == "3372 •••• •••• 9001"
    found = check("3372011708759001", Regions([]), TODAY)
    assert "17087" not in repr(found)
    assert "337201170875" not in repr(found.nik)


@given(st.text(max_size=40))
def test_any_text_gets_an_outcome(text: str) -> None:
    found = check(text, Regions([]), TODAY)
    assert (found.nik is None) == (found.outcome is Outcome.FAIL)
    assert found.reasons  # nothing is known here, so at least the region is doubtful


@given(st.dates(date(1940, 1, 1), date(2009, 11, 22)), st.booleans(), st.integers(1, 9999))
def test_a_made_nik_reads_back(born: date, woman: bool, serial: int) -> None:
    digits = f"{SOLO}{born.day + 40 * woman:02}{born:%m%y}{serial:04}"
    found = check(digits, Regions([]), TODAY)
    assert found.nik is not None
    assert found.nik.sex is (Sex.FEMALE if woman else Sex.MALE)
    assert (found.nik.born.day, found.nik.born.month) == (born.day, born.month)
    assert found.nik.born.year % 100 == born.year % 100
