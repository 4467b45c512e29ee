"""What a code's payload means, and that hardly anything is a NIK."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.payload import Kind, understand
from kiosk.domain.rules import Rules

TODAY = date(2026, 11, 22)
NIK = "3372015708759001"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (NIK, Kind.NIK),
        (f"  {NIK}\r\n", Kind.NIK),
        (f"KOP:{NIK}", Kind.MEMBER_CARD),
        (f"KOP:{NIK}:SITI SPESIMEN", Kind.MEMBER_CARD),
        (f"KOP:{NIK}:SITI:X", Kind.UNKNOWN),
        (f"{NIK}|SITI SPESIMEN|17-08-1975", Kind.SLIP),
        ("BADGE:SOLO-0042", Kind.BADGE),
        ("https://layananonline.dukcapil.kemendagri.go.id/Terpusat/Pindai", Kind.LINK),
        ("HTTP://EXAMPLE.ID", Kind.LINK),
        ("0001234567890", Kind.KESEHATAN),
        ("12345678901", Kind.MEMBER_NUMBER),
        ("04K12345678", Kind.MEMBER_NUMBER),
        ("KOP210189", Kind.UNKNOWN),
        ("", Kind.UNKNOWN),
        (f"{NIK}0", Kind.UNKNOWN),
        ("3372015708750000", Kind.UNKNOWN),  # no such serial
        ("6281234567890123", Kind.UNKNOWN),  # a phone number of sixteen digits: no such regency or date
        ("4111111111111111", Kind.UNKNOWN),  # a bank card
        (f"KOP:{NIK}\x00", Kind.UNKNOWN),
        (f"\u202e{NIK}", Kind.UNKNOWN),
        ("٣٣٧٢٠١٥٧٠٨٧٥٩٠٠١", Kind.UNKNOWN),
        ("😀" * 1000, Kind.UNKNOWN),
        ("9" * 4096, Kind.UNKNOWN),
        ("javascript:alert(1)", Kind.UNKNOWN),
    ],
)
def test_kinds(rules: Rules, text: str, kind: Kind) -> None:
    found = understand(text, rules.regions, TODAY)
    assert found.kind is kind
    assert (found.nik == NIK) == (kind in (Kind.NIK, Kind.MEMBER_CARD, Kind.SLIP))


def test_a_slip_gives_name_and_birth_date(rules: Rules) -> None:
    found = understand(f"{NIK}|SITI  SPESIMEN |17-08-1975", rules.regions, TODAY)
    assert (found.name, found.birth_date) == ("SITI SPESIMEN", "1975-08-17")
    assert understand(f"{NIK}|SITI|31-02-1975", rules.regions, TODAY).birth_date == ""
    assert NIK not in repr(found)


def test_a_member_card_gives_association_and_name(rules: Rules) -> None:
    found = understand(f"KOP:{NIK}:SITI  SPESIMEN", rules.regions, TODAY)
    assert (found.association, found.nik, found.name, found.birth_date) == ("KOP", NIK, "SITI SPESIMEN", "")
    assert understand(f"KOP:{NIK}:SI\u202eTI", rules.regions, TODAY).name == ""
    assert understand(f"KOP:{NIK}", rules.regions, TODAY).name == ""


def test_our_own_receipt_is_known_by_its_check_letter(rules: Rules) -> None:
    assert understand("HGM8-BH3Y-W", rules.regions, TODAY).kind is Kind.RECEIPT
    assert understand("HGM8-BH3Y-X", rules.regions, TODAY).kind is Kind.UNKNOWN


@given(st.text(max_size=300))
def test_any_text_is_understood(rules: Rules, text: str) -> None:
    assert understand(text, rules.regions, TODAY).kind in Kind


def test_a_slip_whose_name_holds_control_marks_gives_no_name(rules: Rules) -> None:
    for mark in ("\x00", "\x1b[2J", "\u202e"):
        found = understand(f"{NIK}|SITI{mark}SPESIMEN|17-08-1975", rules.regions, TODAY)
        assert (found.nik, found.name) == (NIK, "")
