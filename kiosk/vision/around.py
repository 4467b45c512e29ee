"""What stands around the number of a card: rows are found on a straightened piece and read, cheapest evidence first."""

from collections.abc import Mapping, Sequence
from datetime import date

from kiosk.domain.reading import Field
from kiosk.vision import glyphs
from kiosk.vision.fields import Row, Surroundings, dated, regions, same_day, understand, with_date
from kiosk.vision.ktp import Readers
from kiosk.vision.locate import Image, Line, crop, find_print, lines_along
from kiosk.vision.text import Text

BLOCK_PX = 480  # width of the digits in the straightened surroundings
BLOCK = (-0.58, 1.18, -0.42, 0.62)  # left, right, top, bottom of the surroundings, in digit widths
SEARCH_PX = 620  # long side of the block in which rows are searched
ABOVE, BELOW = (-0.4, -0.04), (0.05, 0.58)
ROWS_ABOVE, ROWS_BELOW, ROWS_AFTER = 2, 4, 6
ROW_GAP_PX = 14  # between words of a row, in searched pixels
ROW_APART = 0.03  # digit widths; the rows of a card are 0.07 apart
VALUE_LEFT, VALUE_RIGHT = -0.07, 1.1  # the column of values, in digit widths from the first digit
VALUE_FIRST = 0.02  # a space or colon before this stands before the value
VALUE_LATE = 0.45  # a piece that begins before this belongs to the row's value, whose first word may be faint
DATE_ASPECT = 10.0  # of the piece at a row's right end in which the quick reader looks for a date


class Around:
    """The rows near one number. Nothing is read before it is asked for, and nothing twice."""

    def __init__(self, readers: Readers, gray: Image, box: Line) -> None:
        self._readers = readers
        (ax, ay), (dx, dy) = box.along, box.down
        side = -1.0 if ax * dy - ay * dx < 0 else 1.0
        square = Line((box.origin[0] + dx / 2, box.origin[1] + dy / 2), (ax, ay), (-ay * side, ax * side))
        block = square.part(*BLOCK)
        size = (round(BLOCK_PX * (BLOCK[1] - BLOCK[0])), round(BLOCK_PX * (BLOCK[3] - BLOCK[2])))
        self._gray = crop(gray, block, *size)
        rows = _rows(lines_along(find_print(self._gray, SEARCH_PX), 0.0, (ROW_GAP_PX,)))
        self._above = [row for row in rows if ABOVE[0] < row[0] < ABOVE[1]][::-1]
        self._below = [row for row in rows if BELOW[0] < row[0] < BELOW[1]]
        self._read: dict[float, Row] = {}
        self._born: tuple[int, date] | None = None  # row and day

    def birth_date(self, digits: str) -> date | None:
        """The printed birth date, by the reader of digits alone; one that equals `digits` is preferred."""
        best: date | None = None
        for some in ((1,), (0, 2, 3)):
            places = [place for place in some if place < len(self._below)]
            ends = [_right_end(self._below[place][1]) for place in places]
            for place, scores in zip(places, self._readers.digits.scores(self._gray, ends), strict=True):
                day = dated("".join(letter.character for letter in glyphs.digits(scores)))
                if day is not None and (best is None or same_day(day, digits)):
                    best = day
                    if same_day(day, digits):
                        self._born = (place, day)
                        return day
        return best

    def header(self, named: Sequence[str] = ()) -> Surroundings:
        """Reads above the number up to the header, nothing below it. `named`: the regions that the number names."""
        return understand(self._rows(self._above[:ROWS_ABOVE]), named)

    def fields(self, named: Sequence[str] = ()) -> Mapping[str, Field]:
        """What the rows say: name, birth place and date, sex and regions. `named` as in `header`."""
        header = regions(self._rows(self._above[:ROWS_ABOVE]), named)
        if self._born is None:
            return understand(self._rows(self._below[:ROWS_BELOW])).fields | header
        at, born = self._born
        read = self._rows(self._below[: at + 1 + ROWS_AFTER])
        return with_date(read[:at], read[at], born, read[at + 1 :]) | header

    def _rows(self, rows: Sequence[tuple[float, Line]]) -> list[Row]:
        new = [row for row in rows if row[0] not in self._read]
        strips = [line.part(-0.03, 1.03, -0.35, 1.35) for _, line in new]
        for (y, _), strip, text in zip(new, strips, self._readers.letters.read(self._gray, strips), strict=True):
            left, right = _sides(strip)
            if y > 0:
                text = _without_label(text, (VALUE_FIRST - left) / (right - left))
            first = text.letters[0].at if text.letters else 0.0
            self._read[y] = Row(text, y, left + first * (right - left))
        return [self._read[y] for y, _ in rows]


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
