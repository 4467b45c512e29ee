"""When a number may be taken for true; what a payload and the rows of a card say."""

from datetime import date

import numpy as np
import pytest

from kiosk import tables
from kiosk.vision import codes, fields
from kiosk.vision.digits import find_number, is_label
from kiosk.vision.text import Letter, Text
from kiosk.vision.voting import Sighting, Votes

TODAY = date(2026, 11, 22)
NIK = "3372011708759001"
OTHER = "3372011708759007"


def sighting(probability: float, *, label: bool = False, birth_date: bool = False, digits: str = NIK) -> Sighting:
    return Sighting(digits, probability, label, birth_date)


@pytest.mark.parametrize(
    ("seen", "enough"),
    [
        (sighting(0.99), False),
        (sighting(0.95, label=True), True),
        (sighting(0.95, birth_date=True), True),
        (sighting(0.94, label=True), False),
        (sighting(0.80, label=True, birth_date=True), True),
        (sighting(0.79, label=True, birth_date=True), False),
        (Sighting(NIK, 1.0, label=True, birth_date=True, foreign=True), False),
    ],
)
def test_one_picture_alone(seen: Sighting, enough: bool) -> None:
    assert seen.enough_alone is enough


def test_two_fair_reads_with_an_anchor_are_enough() -> None:
    votes = Votes()
    assert not votes.add(sighting(0.81, label=True))
    assert votes.add(sighting(0.8))


def test_unsure_reads_need_a_fair_one_among_three() -> None:
    votes = Votes()
    assert not any(votes.add(sighting(0.76, label=True)) for _ in range(5))
    assert votes.add(sighting(0.8))


def test_reads_without_an_anchor_or_too_unsure_never_are() -> None:
    votes = Votes()
    assert not any(votes.add(sighting(0.99)) for _ in range(5))
    assert not any(Votes().add(sighting(0.4, label=True)) for _ in range(5))


def test_a_rival_number_holds_the_acceptance_back() -> None:
    votes = Votes()
    assert not votes.add(sighting(0.85, label=True, digits=OTHER))
    assert not votes.add(sighting(0.85, label=True))
    assert votes.add(sighting(0.85, label=True))
    assert not votes.add(sighting(0.85, label=True, digits=OTHER))


@pytest.mark.parametrize(
    ("payload", "nik"),
    [
        (NIK, NIK),
        (f"KOP:{NIK}", NIK),
        (f"KOP:{NIK}:SITI SPESIMEN", NIK),
        (f"{NIK}|SITI SPESIMEN|17-08-1975", NIK),
        (NIK[:8], None),
        (f"{NIK}0", None),
        (f"x{NIK}", None),
        ("3372013208759001", None),
        ("9999011708759001", None),
        ("https://example.invalid/3372011708759001", None),
    ],
)
def test_only_a_whole_valid_nik_comes_out_of_a_code(payload: str, nik: str | None) -> None:
    found, said = codes.understand(payload, tables.regions(), TODAY)
    assert found == nik
    assert said["payload"].text == payload
    assert ("name" in said) == ("SITI" in payload)
    if "|" in payload:
        assert (said["name"].text, said["birth_date"].text) == ("SITI SPESIMEN", "1975-08-17")


@pytest.mark.parametrize(
    ("line", "born"),
    [
        (":SURAKARTA, 17-08-1975", date(1975, 8, 17)),
        ("ahir : SURAKARTA,17-O8-1975", date(1975, 8, 17)),
        ("SURAKARTA 17 08 1975", date(1975, 8, 17)),
        ("SURAKARTA, 37-08-1975", None),
        ("JL. CONTOH NO. 17", None),
    ],
)
def test_birth_dates(line: str, born: date | None) -> None:
    assert fields.birth_date(line) == born


def test_a_womans_day_is_raised_by_forty() -> None:
    assert fields.same_day(date(1975, 8, 17), "3372015708759001")
    assert not fields.same_day(date(1975, 8, 18), "3372015708759001")
    assert not fields.same_day(None, NIK)


def row(text: str, y: float) -> fields.Row:
    return fields.Row(Text(tuple(Letter(c, 1.0, 0.5) for c in text), np.zeros((1, 1), np.float32)), y)


def test_an_e_ktp_is_known_by_its_header_and_its_birth_row() -> None:
    below = [row(":SITI SPESIMEN", 0.12), row(":SURAKARTA, 17-08-1975", 0.2)]
    card = fields.understand([row("KOTA SURAKARTA", -0.1), *below])
    assert card.ktp
    assert {key: field.text for key, field in card.fields.items()} == {
        "name": "SITI SPESIMEN",
        "birth_place": "SURAKARTA",
        "birth_date": "1975-08-17",
    }
    assert not fields.understand([row("KARTU PESERTA", -0.1), *below]).ktp
    assert not fields.understand(below[:1]).ktp
    assert not fields.understand([row("KARTU KELUARGA", -0.1)]).ktp


@pytest.mark.parametrize(
    ("text", "label"), [("NIK:", True), ("N1K :", True), ("MIK", True), ("No.", False), ("", False)]
)
def test_the_label_may_have_one_wrong_letter(text: str, label: bool) -> None:
    assert is_label(text) is label


def line(text: str, gap_after: int = -1) -> Text:
    """A line as the recogniser answers: three columns a letter, surely read; classes are blank, 0-9, then letters."""
    names = "0123456789NIK:"
    columns = []
    for index, letter in enumerate(text):
        for sure in (0, 1, 0) if index != gap_after else (0, 1, 0, 0, 0, 0):
            scores = np.zeros(len(names) + 1, np.float32)
            scores[names.index(letter) + 1 if sure else 0] = 1.0
            columns.append(scores)
    at = [Letter(letter, 1.0, (3 * i + 1.5) / len(columns)) for i, letter in enumerate(text)]
    return Text(tuple(at), np.array(columns))


def test_a_number_is_sixteen_even_digits_at_the_end_of_its_line() -> None:
    classes = range(1, 11)
    found = find_number(line("NIK:" + NIK), classes)
    assert found is not None
    assert (found.digits, found.label, found.probability) == (NIK, True, 1.0)
    assert find_number(line(NIK[:15]), classes) is None
    assert find_number(line(NIK + "1"), classes) is None
    assert find_number(line(NIK, gap_after=8), classes) is None


def test_a_number_of_other_regions_than_the_card_s_needs_many_sure_reads() -> None:
    def elsewhere() -> Sighting:
        return Sighting(NIK, 0.99, label=True, birth_date=True, elsewhere=True)

    votes = Votes()
    assert not elsewhere().enough_alone
    assert [votes.add(elsewhere()) for _ in range(4)] == [False, False, False, True]
