"""Phone numbers as people really give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journey.phone import Fault, grouped, phone_of, phone_text


@pytest.mark.parametrize(
    ("given_phone", "phone"),
    [
        ("081234567890", "+6281234567890"),
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("(0812) 3456.7890", "+6281234567890"),
        ("62 8123456789", "+628123456789"),
        ("6281234567890", "+6281234567890"),
        ("081234567", Fault.NUMBER),
        ("0812345678901234", Fault.NUMBER),
        ("0271 123456", Fault.LANDLINE),  # Solo
        ("0274 512345", Fault.LANDLINE),  # Yogyakarta
        ("8123456789", Fault.NUMBER),
        ("0812abc", Fault.NUMBER),
        ("+1 202 555 0123", Fault.NUMBER),
        ("+62+8123456789", Fault.NUMBER),
        ("٠٨١٢٣٤٥٦٧٨٩٠", Fault.NUMBER),
        ("110", Fault.NUMBER),
        ("", Fault.NUMBER),
        ("+", Fault.NUMBER),
    ],
)
def test_phones(given_phone: str, phone: str) -> None:
    assert phone_of(given_phone) == phone


def test_as_people_write_it() -> None:
    assert phone_text("+6281234567890") == "0812-3456-7890"
    assert [grouped("081234567890"[:length]) for length in (0, 3, 4, 5, 9)] == [
        "",
        "081",
        "0812",
        "0812-3",
        "0812-3456-7",
    ]


@given(st.text(max_size=30))
def test_any_text_is_a_mobile_number_or_a_fault(text: str) -> None:
    phone = phone_of(text)
    assert isinstance(phone, Fault) or phone.startswith("+628")
