"""What stands around the number of a card: rows are found on a straightened piece and read, cheapest evidence first."""

from collections.abc import Mapping, Sequence
from datetime import date

import cv2
import numpy as np

from kiosk.domain.reading import Field
from kiosk.vision import glyphs
from kiosk.vision.fields import Row, Surroundings, dated, same_day, understand, with_date
from kiosk.vision.ktp import Readers
from kiosk.vision.locate import Image, Line, crop, find_print, lines_along
from kiosk.vision.text import HEIGHT_PX, Letter, Text

BLOCK_PX = 480  # width of the digits in the straightened surroundings
BLOCK = (-0.58, 1.18, -0.42, 0.62)  # left, right, top, bottom of the surroundings, in digit widths
ABOVE, BELOW = (-0.4, -0.04), (0.05, 0.5)
ROW_PX = (64, 480)
INKED = slice(10, 38)  # rows of a strip in which a line's ink is
CLEAR_INK = 0.3  # of strong ink, under which a column is clear
SPACE_PX = 8  # clear columns between two words
NARROW = 0.85  # rows are read narrower than they are: as right, and quicker
ROWS_ABOVE, ROWS_BELOW = 2, 4
ROW_GAP_PX = 19  # between words of a row
ROW_APART = 0.03  # digit widths; the rows of a card are 0.07 apart
VALUE_LEFT, VALUE_RIGHT = -0.07, 1.1  # the column of values, in digit widths from the first digit
VALUE_LATE = 0.45  # a piece that begins before this belongs to the row's value, whose first word may be faint
DATE_ROOM = 0.03  # of that piece, before the date's first digit
DATE_ASPECT = 10.0  # of the piece at a row's right end in which the quick reader looks for a date


class Around:
    """The rows near one number. Nothing is read before it is asked for, and nothing twice."""

    def __init__(self, readers: Readers, image: Image, box: Line) -> None:
        self._readers = readers
        (ax, ay), (dx, dy) = box.along, box.down
        side = -1.0 if ax * dy - ay * dx < 0 else 1.0
        square = Line((box.origin[0] + dx / 2, box.origin[1] + dy / 2), (ax, ay), (-ay * side, ax * side))
        block = square.part(*BLOCK)
        size = (round(BLOCK_PX * (BLOCK[1] - BLOCK[0])), round(BLOCK_PX * (BLOCK[3] - BLOCK[2])))
        self._straight = crop(image, block, *size)
        self._gray = np.asarray(cv2.cvtColor(self._straight, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        rows = _rows(lines_along(find_print(self._gray), 0.0, (ROW_GAP_PX,)))
        self._above = [row for row in rows if ABOVE[0] < row[0] < ABOVE[1]][::-1]
        self._below = [row for row in rows if BELOW[0] < row[0] < BELOW[1]]
        self._read: dict[float, Row] = {}
        self._born: tuple[int, date, float] | None = None  # row, day, and where on the block the date begins

    def birth_date(self, digits: str) -> date | None:
        """The printed birth date, by the quick reader alone; one that equals `digits` is preferred."""
        best: date | None = None
        for some in ((1,), (0, 2, 3)):
            places = [place for place in some if place < len(self._below)]
            ends = [_right_end(self._below[place][1]) for place in places]
            for place, end, scores in zip(places, ends, self._readers.digits.scores(self._gray, ends), strict=True):
                letters = glyphs.digits(scores)
                day = dated("".join(letter.character for letter in letters))
                if day is not None and (best is None or same_day(day, digits)):
                    first = end.part(letters[-8].at - DATE_ROOM, 1.0, 0.0, 1.0).origin
                    best = day
                    if same_day(day, digits):
                        self._born = (place, day, first[0])
                        return day
        return best

    def header(self, named: Sequence[str] = ()) -> Surroundings:
        """Reads above the number up to the header, nothing below it. `named`: the regions that the number names."""
        read: list[Row] = []
        top = understand(read)
        for row in self._above[:ROWS_ABOVE]:
            read.append(self._row(row))
            top = understand(read, named)
            if top.header:
                break
        return top

    def fields(self) -> Mapping[str, Field]:
        """Name, birth place and birth date, read from the rows below."""
        if self._born is None:
            return self._all_fields()
        at, born, start = self._born
        y, row = self._below[at]
        left, right = row.origin[0], row.origin[0] + row.along[0]
        head = (y, row.part(0.0, max(0.05, (start - left) / max(right - left, 1.0)), 0.0, 1.0))
        return with_date([self._row(one) for one in self._below[:at]], self._row(head), born)

    def _all_fields(self) -> Mapping[str, Field]:
        read: list[Row] = []
        around = understand(read)
        for row in self._below[:ROWS_BELOW]:
            read.append(self._row(row))
            around = understand(read)
            if around.birth_date is not None:
                break
        return around.fields

    def _row(self, row: tuple[float, Line]) -> Row:
        if row[0] not in self._read:
            strip = row[1].part(-0.03, 1.03, -0.35, 1.35)
            width = int(np.clip(round(NARROW * HEIGHT_PX * strip.width / strip.height / 8) * 8, *ROW_PX))
            picture = crop(self._straight, strip, width, HEIGHT_PX)
            text = _spaced(self._readers.text.read(picture), picture)
            left, right = _sides(strip)
            first = text.letters[0].at if text.letters else 0.0
            self._read[row[0]] = Row(text, row[0], left + first * (right - left))
        return self._read[row[0]]


def _spaced(text: Text, picture: Image) -> Text:
    """The text with a space wherever the ink leaves room for one: the recogniser swallows some."""
    ink = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[INKED].astype(np.float32)
    ink = np.percentile(ink, 80) - cv2.blur(ink, (1, 3)).min(axis=0)
    clear = ink < CLEAR_INK * float(np.percentile(ink, 85))
    letters = list(text.letters[:1])
    for letter in text.letters[1:]:
        before = letters[-1]
        if " " not in (before.character, letter.character):
            gap = clear[round(before.at * len(clear)) : round(letter.at * len(clear))]
            edges = np.flatnonzero(np.diff(np.concatenate(([False], gap, [False])).astype(np.int8)))
            if len(edges) and int((edges[1::2] - edges[::2]).max()) >= SPACE_PX:
                letters.append(Letter(" ", min(before.probability, letter.probability), (before.at + letter.at) / 2))
        letters.append(letter)
    return Text(tuple(letters), text.scores)


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
