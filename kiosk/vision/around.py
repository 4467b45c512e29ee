"""What stands around the number of a card: rows are found on a straightened piece and read, cheapest evidence first."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from kiosk.domain.reading import Field
from kiosk.vision import comb, glyphs
from kiosk.vision.dates import LIKELY, fits_row, printed
from kiosk.vision.fields import Row, Surroundings, dated, of_person, regions, same_day, understand
from kiosk.vision.ktp import Readers
from kiosk.vision.locate import Image, Line, Print, crop, lines_along
from kiosk.vision.nets import Scores
from kiosk.vision.text import HEIGHT_PX, Text
from kiosk.vision.views import View

BLOCK_PX = 480  # width of the digits in the straightened surroundings
BLOCK = (-0.58, 1.34, -0.42, 0.62)  # left, right, top, bottom of the surroundings, in digit widths
SEARCH_PX = 676  # long side of the block in which rows are searched
ABOVE, BELOW = (-0.4, -0.04), (0.05, 0.58)
ROWS_ABOVE, ROWS_BELOW = 2, 7
SURE = 0.85  # of the least sure letter of a name, under which the slow reader is asked
ROW_PX, NARROW = (64, 480), 0.85  # of a row for the slow reader: narrower than it is, as right and quicker
DATED = re.compile(r"\d{2}\D?\d{2}\D?\d{3}|\d{1,2}-\d{1,2}-\d")
INKED = (0.03, 0.28)  # digit widths in which the value of every row has ink
LONE = 0.8
WIDEST_GAP = 0.07  # between two words
STRIP = 1.7  # heights of a row's box in the strip that is read
ROW_GAP_PX = 14  # between words of a row, in searched pixels
ROW_APART = 0.03  # digit widths; the rows of a card are 0.07 apart
VALUE_LEFT, VALUE_RIGHT = -0.07, 1.3  # the column of values, in digit widths from the first digit
VALUE_FIRST = 0.02  # a space or colon before this stands before the value
VALUE_LATE = 0.45  # a piece that begins before this belongs to the row's value, whose first word may be faint
DATE_ASPECT = 10.0  # of the piece at a row's right end in which the quick reader looks for a date


class Around:
    """The rows near one number. Nothing is read before it is asked for, and nothing twice."""

    def __init__(self, readers: Readers, view: View, box: Line) -> None:
        self._readers = readers
        (ax, ay), (dx, dy) = box.along, box.down
        side = -1.0 if ax * dy - ay * dx < 0 else 1.0
        square = Line((box.origin[0] + dx / 2, box.origin[1] + dy / 2), (ax, ay), (-ay * side, ax * side))
        block = square.part(*BLOCK)
        size = (round(BLOCK_PX * (BLOCK[1] - BLOCK[0])), round(BLOCK_PX * (BLOCK[3] - BLOCK[2])))
        self._gray = crop(view.gray, block, *size)
        found = _print_of(view.print, block, size)
        pieces = lines_along(found, 0.0, (ROW_GAP_PX,))
        rows = _rows(pieces)
        self._above = [row for row in rows if ABOVE[0] < row[0] < ABOVE[1]][::-1]
        self._below = _combed(found, pieces) or [row for row in rows if BELOW[0] < row[0] < BELOW[1]]
        self._read: dict[float, Row] = {}
        self._strips: dict[float, Line] = {}
        self._ends: dict[int, Scores] = {}  # of rows below, as the reader of digits saw them
        self._born: int | None = None  # the row below with the birth date

    def birth_date(self, digits: str) -> date | None:
        """The printed birth date, by the reader of digits alone; one that equals `digits` is preferred."""
        best: date | None = None
        for some in ((1,), (0, 2, 3)):
            places = [place for place in some if place < len(self._below)]
            ends = [_right_end(self._below[place][1]) for place in places]
            for place, scores in zip(places, self._readers.digits.scores(self._gray, ends), strict=True):
                self._ends[place] = scores
                day = dated("".join(letter.character for letter in glyphs.digits(scores)))
                if day is not None and (best is None or same_day(day, digits)):
                    best, self._born = day, place
                    if same_day(day, digits):
                        return day
        return best

    def header(self, named: Sequence[str] = ()) -> Surroundings:
        """Reads above the number up to the header, nothing below it. `named`: the regions that the number names."""
        return understand(self._rows(self._above[:ROWS_ABOVE]), named)

    def fields(self, said: date | None = None, named: Sequence[str] = ()) -> Mapping[str, Field]:
        """What the rows say: name, birth place and date, sex, regions. `said`: the number's date; `named` as above."""
        header = regions(self._rows(self._above[:ROWS_ABOVE]), named)
        read = self._rows(self._below[:ROWS_BELOW])
        if len(read) < 2:
            return header
        names = self._readers.letters.names
        at = self._birth_row(read, said, names)
        born = printed(self._ends.get(at), read[at].text, names, said)
        people = [self._surer(row) for row in read[:at]]
        return of_person(people, read[at], born, read[at + 1 :]) | header

    def _birth_row(self, read: Sequence[Row], said: date | None, names: tuple[str, ...]) -> int:
        """The one with the expected date, or with any; else the second: a name seldom takes two rows."""
        if self._born is not None and self._born < len(read):
            return self._born
        first = range(min(4, len(read)))
        if said is not None:
            fits = [fits_row(read[index].text, names, said) for index in first]
            best = max(first, key=lambda index: fits[index])
            if fits[best] >= LIKELY:
                return best
        return next((index for index in first if DATED.search(read[index].text.plain)), 1)

    def _surer(self, row: Row) -> Row:
        """The row as the slow reader reads it, where the quick one is unsure and the slow one is not."""
        if row.text.least >= SURE:
            return row
        strip = self._strips[row.y]
        width = int(np.clip(round(NARROW * HEIGHT_PX * strip.width / strip.height / 8) * 8, *ROW_PX))
        picture = crop(self._gray, strip, width, HEIGHT_PX)
        text = self._readers.text.read(picture)
        return Row(text, row.y, row.left) if text.confidence > row.text.confidence else row

    def _rows(self, rows: Sequence[tuple[float, Line]]) -> list[Row]:
        new = [row for row in rows if row[0] not in self._read]
        strips = [line.part(-0.03, 1.03, -0.35, 1.35) for _, line in new]
        for (y, _), strip, text in zip(new, strips, self._readers.letters.read(self._gray, strips), strict=True):
            self._strips[y] = strip
            left, right = _sides(strip)
            if y > 0:
                text = _without_edge(_without_label(text, (VALUE_FIRST - left) / (right - left)))
            first = text.letters[0].at if text.letters else 0.0
            self._read[y] = Row(text, y, left + first * (right - left))
        return [self._read[y] for y, _ in rows]


def _print_of(found: Print, block: Line, size: tuple[int, int]) -> Print:
    """What of the view's letters is on the block, smaller than the block's picture."""
    shrink = SEARCH_PX / size[0]
    (x, y), (ax, ay), (dx, dy) = (
        (a * found.scale, b * found.scale) for a, b in (block.origin, block.along, block.down)
    )
    mask = crop(
        found.mask, Line((x, y), (ax, ay), (dx, dy)), round(size[0] * shrink), round(size[1] * shrink), bare=True
    )
    return Print(np.where(mask > 127, np.uint8(255), np.uint8(0)), shrink, found.letters)


def _combed(found: Print, pieces: Sequence[Line]) -> list[tuple[float, Line]]:
    """The rows below the number as a comb finds them, each as wide as its ink; empty when there is no clear comb."""
    unit = BLOCK_PX * found.scale
    first, last = (round((x - BLOCK[0]) * unit) for x in INKED)
    slopes = [one.along[1] / one.along[0] for one in pieces if _middle(one) > BELOW[0] and one.width > 0.2 * BLOCK_PX]
    slope = float(np.median(slopes)) if slopes else 0.0
    below: list[tuple[float, Line]] = []
    for y, apart in comb.rows(found.mask, BLOCK[2], unit, (first, last), ROWS_BELOW):
        high = apart / STRIP  # of the box; its strip is as high as the rows are apart
        right = _ink_end(found.mask, unit, y, apart)
        width, rise = right - VALUE_LEFT, slope * (right - VALUE_LEFT)
        top = y - high / 2 + slope * (VALUE_LEFT - sum(INKED) / 2)
        line = Line(
            ((VALUE_LEFT - BLOCK[0]) * BLOCK_PX, (top - BLOCK[2]) * BLOCK_PX),
            (width * BLOCK_PX, rise * BLOCK_PX),
            (0.0, high * BLOCK_PX),
        )
        below.append((y, line))
    return below


def _ink_end(mask: Image, unit: float, y: float, apart: float) -> float:
    """Where a row's value ends: before a gap that is too wide for two words."""
    low, high = (max(0, round((y + side * 0.3 * apart - BLOCK[2]) * unit)) for side in (-1, 1))
    start = round((INKED[0] - BLOCK[0]) * unit)
    inked = np.flatnonzero((mask[low : high + 1, start:] > 0).any(axis=0))
    if not len(inked):
        return INKED[1]
    gaps = np.flatnonzero(np.diff(inked) > WIDEST_GAP * unit)
    end = int(inked[gaps[0]] if len(gaps) else inked[-1])
    return min(max((start + end) / unit + BLOCK[0] + 0.01, 2 * INKED[1]), VALUE_RIGHT)


def _without_edge(text: Text) -> Text:
    """Without a last letter that stands alone and is unsure: the edge of the photograph."""
    letters = text.letters
    lone = len(letters) > 2 and letters[-2].character == " " and letters[-1].probability < LONE
    return Text(letters[:-2], text.scores) if lone else text


def _without_label(text: Text, until: float) -> Text:
    """Without the end of a label that reaches into the strip: what a space or colon parts from the value."""
    ends = [index for index, one in enumerate(text.letters) if one.character in " :" and one.at < until]
    return Text(text.letters[ends[-1] + 1 :], text.scores) if ends else text


def _right_end(line: Line) -> Line:
    share = min(1.0, DATE_ASPECT * 1.7 * line.height / max(line.width, 1.0))
    return line.part(1.02 - share, 1.02, -0.35, 1.35)


def _rows(lines: Sequence[Line]) -> list[tuple[float, Line]]:
    """The pieces of print of the block joined to rows from top to bottom, each with its height below the number.

    Below the number a row begins at its value: what stands left of it is only a label.
    """
    rows: list[tuple[float, Line]] = []
    for line in sorted(lines, key=lambda one: -one.width):
        y = _middle(line)
        left, right = _sides(line)
        if y > 0:
            if right < VALUE_LEFT + 0.1 or left > VALUE_RIGHT:
                continue
            left, right = (VALUE_LEFT if left < VALUE_LATE else left), min(right, VALUE_RIGHT)
        for index, (other_y, other) in enumerate(rows):
            if abs(other_y - _at(line, other)) < ROW_APART:
                rows[index] = (other_y, _stretched(other, left, right))
                break
        else:
            rows.append((y, _stretched(line, left, right, shrink=True)))
    return sorted(rows, key=lambda row: row[0])


def _middle(line: Line) -> float:
    """Height of a line of the block below the number's middle, in digit widths."""
    return line.centre[1] / BLOCK_PX + BLOCK[2]


def _sides(line: Line) -> tuple[float, float]:
    return (line.origin[0] / BLOCK_PX + BLOCK[0], (line.origin[0] + line.along[0]) / BLOCK_PX + BLOCK[0])


def _at(line: Line, other: Line) -> float:
    """Height of `line` when it is slid along the slope of `other` to the other's middle."""
    slope = other.along[1] / max(other.along[0], 1e-6)
    return _middle(line) - slope * (line.centre[0] - other.centre[0]) / BLOCK_PX


def _stretched(line: Line, left: float, right: float, *, shrink: bool = False) -> Line:
    """`line` reaching from `left` to `right`, in digit widths; it only grows unless it may shrink."""
    own_left, own_right = _sides(line)
    if not shrink:
        left, right = min(left, own_left), max(right, own_right)
    width = max(own_right - own_left, 1e-6)
    return line.part((left - own_left) / width, (right - own_left) / width, 0.0, 1.0)
