"""Names and phones as people really give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.people import name_of, phone_of, phone_text


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("  siti   aminah ", "SITI AMINAH"),
        ("Suparno", "SUPARNO"),
        ("H. Ma’ruf, S.Pd.", "H. MA'RUF, S.PD."),
        ("José Ibáñez", "JOSE IBANEZ"),
        ("A" * 60, "A" * 60),
        ("A" * 61, None),
        ("", None),
        ("   ", None),
        ("Siti2", None),
        ("Слава", None),
        ("ꦱꦶꦠꦶ", None),
        ("<script>", None),
        ("SITI\x00", None),
    ],
)
def test_names(given_name: str, name: str | None) -> None:
    assert name_of(given_name) == name


@pytest.mark.parametrize(
    ("given_phone", "phone"),
    [
        ("081234567890", "+6281234567890"),
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("62 8123456789", "+628123456789"),
        ("081234567", None),
        ("0812345678901234", None),
        ("0271 123456", None),  # a landline
        ("084123456789", None),
        ("8123456789", None),
        ("0812abc", None),
    ],
)
def test_phones(given_phone: str, phone: str | None) -> None:
    assert phone_of(given_phone) == phone


def test_phone_as_people_write_it() -> None:
    assert phone_text("+6281234567890") == "0812-3456-7890"


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_none(text: str) -> None:
    name = name_of(text)
    assert name is None or (name == name.strip() and name.isascii() and len(name) <= 60)
