"""Rows found as a comb, a date weighed against the number's, the ground of a photograph, light on a digit."""

from datetime import date

import cv2
import numpy as np
import pytest

from kiosk.vision import comb, dates, fields, ktp
from kiosk.vision.letters import LetterReader
from kiosk.vision.locate import Line
from kiosk.vision.photo import photograph
from kiosk.vision.reader import Reader
from kiosk.vision.text import Letter, Text, best_path

NAMES = ("", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-/':")


def scores(text: str, sure: float = 0.99) -> np.ndarray:
    """CTC scores of a line that reads `text`, two columns a letter and a blank after each."""
    rows = []
    for letter in text:
        rows += [NAMES.index(letter), NAMES.index(letter), 0]
    told = np.full((len(rows), len(NAMES)), (1 - sure) / (len(NAMES) - 1), np.float32)
    told[np.arange(len(rows)), rows] = sure
    return told


def row(text: str) -> Text:
    told = scores(text)
    return Text(best_path(told, NAMES), told)


@pytest.mark.parametrize(("pitch", "first"), [(0.066, 0.09), (0.05, 0.07), (0.085, 0.11)])
def test_rows_are_found_where_they_stand_even_when_they_touch(pitch: float, first: float) -> None:
    unit, top = 350.0, -0.42
    mask = np.zeros((364, 600), np.uint8)
    for index in range(12):
        middle = (first + pitch * index - top) * unit
        mask[round(middle - 0.29 * pitch * unit) : round(middle + 0.29 * pitch * unit), 200:300] = 255
    found = comb.rows(mask, top, unit, (210, 290), 5)
    assert [y for y, _ in found] == pytest.approx([first + pitch * index for index in range(5)], abs=0.15 * pitch)


def test_an_even_ground_has_no_rows() -> None:
    assert comb.rows(np.zeros((364, 600), np.uint8), -0.42, 350.0, (210, 290), 5) == []


def test_a_printed_date_that_fits_the_number_is_taken_and_another_is_told() -> None:
    born = date(1975, 8, 17)
    found = dates.printed(None, row("SOLO, 17-08-1975"), NAMES, born)
    assert found is not None
    assert found[0] == born
    assert found[1] > 0.9
    assert dates.printed(None, row("SOLO, 18-08-1975"), NAMES, born) is None  # one reader alone cannot contradict
    assert (
        dates.fits_row(row("SOLO, 18-08-1975"), NAMES, born)
        < dates.LIKELY
        < dates.fits_row(row("SOLO, 17-08-1975"), NAMES, born)
    )


def test_the_fit_is_perfect_for_what_was_read_and_free_before_and_after() -> None:
    told = scores("AB 17-08-1975 C")
    classes = [NAMES.index(letter) for letter in "17-08-1975"]
    assert dates.fit(told, classes) == pytest.approx(0.0, abs=1e-6)
    assert dates.fit(told, classes[:-1]) == pytest.approx(0.0, abs=1e-6) or dates.fit(told, classes[:-1]) < 0


@pytest.mark.parametrize(("colour", "said"), [((40, 40, 190), "red"), ((190, 90, 40), "blue"), ((128, 128, 128), None)])
def test_the_ground_of_a_photograph(colour: tuple[int, int, int], said: str | None) -> None:
    frame = np.full((638, 1012, 3), 230, np.uint8)
    cv2.rectangle(frame, (762, 190), (967, 452), colour, -1)
    found = photograph(frame, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    assert (found.text if found else None) == said


def test_a_card_that_is_partly_outside_has_no_photograph() -> None:
    assert photograph(np.zeros((90, 160, 3), np.uint8), ((0.5, 0.5), (1.5, 0.5), (1.5, 1.5), (0.5, 1.5))) is None


def test_a_burnt_out_digit_is_known() -> None:
    gray = np.full((40, 360), 150, np.uint8)
    box = Line((20.0, 8.0), (320.0, 0.0), (0.0, 24.0))
    assert ktp._washed(gray, box) == frozenset()
    gray[8:32, 60:80] = 255
    assert ktp._washed(gray, box) == frozenset({2})


def said(text: str, y: float) -> fields.Row:
    return fields.Row(Text(tuple(Letter(c, 1.0, 0.5) for c in text), np.zeros((1, 1), np.float32)), y)


def test_another_province_than_the_number_s_is_noticed() -> None:
    named = ("Jawa Tengah", "Kota Surakarta")
    assert not fields.understand([said("PROVINSI JAWA TENGAH", -0.2)], named).elsewhere
    assert not fields.understand([said("PROVINSI JAWA", -0.2)], named).elsewhere
    assert fields.understand([said("PROVINSI BALI UTARA", -0.2)], named).elsewhere
    assert fields.understand([said("KOTA SURAKARTA", -0.1), said("PROVINSI JAWA TENGAH", -0.2)], named).agreed == 4


def test_the_reader_of_letters_reads_a_line(reader: Reader) -> None:
    assert isinstance(reader.readers.letters, LetterReader)
    picture = np.full((60, 420), 225, np.uint8)
    cv2.putText(picture, "PROVINSI BALI", (20, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 2, cv2.LINE_AA)
    (text,) = reader.readers.letters.read(picture, [Line((8.0, 6.0), (340.0, 0.0), (0.0, 48.0))])
    assert text.plain.strip() == "PROVINSI BALI"
