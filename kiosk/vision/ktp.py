"""The printed number of an e-KTP: candidates among the lines, their digits, and what stands around them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.vision.digits import Number, find_number
from kiosk.vision.fields import Row, Surroundings, understand
from kiosk.vision.locate import Image, Line, crop, find_print, lines_along
from kiosk.vision.text import HEIGHT_PX, Recogniser

USUAL_ASPECT = 12.5  # width by height of the sixteen digits, colon included
ASPECTS = (8.5, 26.0)
LABELLED_ASPECT = 17.0  # from here on the label is part of the line already
RHYTHM_PX = 256
EVEN_ENOUGH = 0.17  # the number had 0.21 or more on every specimen frame, four of five other lines have less
FAINT_LEVEL = 2.5
LEAN_GAIN = 1.5  # how much more even a leaning box must be to be preferred
LEANS = (-0.13, 0.13, -0.26, 0.26)  # sideways by height
LABEL_ROOM = 0.52  # how far left of the digits the label begins, in digit widths
STRIP_PX = (240, 640)
BLOCK_PX = 480  # width of the digits in the straightened surroundings
BLOCK = (-0.58, 1.18, -0.42, 0.62)  # left, right, top, bottom of the surroundings, in digit widths
ABOVE, BELOW = (-0.4, -0.04), (0.05, 0.5)
ROW_PX = (64, 520)
ROWS_ABOVE, ROWS_BELOW = 2, 4
ROW_GAP_PX = 19  # between words of a row
ROW_APART = 0.03  # digit widths; the rows of a card are 0.07 apart
VALUE_LEFT, VALUE_RIGHT = -0.07, 1.1  # the column of values, in digit widths from the first digit
AGAIN = ((-0.5, 1.04, -0.45, 1.45), (-0.5, 1.03, -0.2, 1.2))  # croppings of the digits' box for a second look
AGAIN_PX = 600
VALUE_LATE = 0.45  # a piece that begins before this belongs to the row's value, whose first word may be faint
WORTH_AGAIN = 11  # digits in a line that is no number yet
SURE = 0.95
DISSENT = 0.5  # a dissenting reading this sure is a dispute, whatever the others say
DISPUTED = 0.79  # under every rule for a single picture, still worth a vote


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """A number that was read, and the box of its digits on the frame."""

    number: Number
    box: Line


def candidates(gray: Image, lines: Sequence[Line], limit: int) -> list[Line]:
    """The lines that may be the number: tall, of a number's shape, in the even steps of digits, each once."""

    def likeness(line: Line) -> float:
        return line.height * float(np.exp(-((np.log(line.width / line.height / USUAL_ASPECT) / 0.45) ** 2)))

    fit = [line for line in lines if ASPECTS[0] <= line.width / line.height <= ASPECTS[1]]
    chosen: list[Line] = []
    for line in sorted(fit, key=likeness, reverse=True):
        if len(chosen) == limit:
            break
        if any(_same(line, other) for other in chosen):
            continue
        square = evenness(gray, line)
        leaning = [(evenness(gray, slanted), slanted) for slanted in _slants(line)]
        even, upright = max(leaning, key=lambda pair: pair[0])
        if max(even, square) >= EVEN_ENOUGH:
            chosen.append(upright if even > LEAN_GAIN * square else line)
    return chosen


def _slants(line: Line) -> list[Line]:
    """The line's box with its short sides leaning: a tilted card's strokes do not stand square on their line."""
    return [line.leaning(lean) for lean in LEANS]


def evenness(gray: Image, line: Line) -> float:
    """Share of the ink's rhythm along `line` that is at one pitch of 13 to 26 letters a line; 0 for faint print."""
    profile = crop(gray, line, RHYTHM_PX, 16).mean(axis=0, dtype=np.float32)
    profile -= cv2.blur(profile[None], (33, 1))[0]
    if float(profile.std()) < FAINT_LEVEL:
        return 0.0
    power = np.abs(np.fft.rfft(profile * np.sqrt(np.hanning(RHYTHM_PX)))) ** 2
    peak = 13 + int(power[13:27].argmax())
    return float(power[peak - 1 : peak + 2].sum() / (power[3:90].sum() + 1e-6))


def read_number(recogniser: Recogniser, image: Image, line: Line) -> Seen | None:
    """The sixteen-digit number on `line`, or None. A line that is not read surely is read again, sharpened."""
    strip = strip_of(line)
    width = _width(strip)
    first = crop(image, strip, width, HEIGHT_PX)
    text = recogniser.read(first)
    number = find_number(text, recogniser.digit_classes)
    if number is None and sum(letter.character.isdigit() for letter in text.letters) < WORTH_AGAIN:
        return None
    if number is None or number.probability < SURE:
        again = [sharpened(first)]
        if number is not None:
            digits = strip.part(number.left, number.right, 0.18, 0.82)
            again += [crop(image, digits.part(*box), AGAIN_PX, HEIGHT_PX) for box in AGAIN]
        others = (find_number(recogniser.read(other), recogniser.digit_classes) for other in again)
        number = join_reads([one for one in (number, *others) if one is not None], number)
    return None if number is None else Seen(number, strip.part(number.left, number.right, 0.18, 0.82))


def sharpened(strip: Image) -> Image:
    soft = cv2.GaussianBlur(strip, (0, 0), 3)
    return np.asarray(cv2.addWeighted(strip, 1.8, soft, -0.8, 0), dtype=np.uint8)


def look_around(recogniser: Recogniser, image: Image, box: Line) -> Surroundings:
    """Reads rows below the digits in `box` down to the birth date, and above them up to the header."""
    (ax, ay), (dx, dy) = box.along, box.down
    side = -1.0 if ax * dy - ay * dx < 0 else 1.0
    square = Line((box.origin[0] + dx / 2, box.origin[1] + dy / 2), (ax, ay), (-ay * side, ax * side))
    block = square.part(*BLOCK)
    size = (round(BLOCK_PX * (BLOCK[1] - BLOCK[0])), round(BLOCK_PX * (BLOCK[3] - BLOCK[2])))
    straight = crop(image, block, *size)
    found = find_print(np.asarray(cv2.cvtColor(straight, cv2.COLOR_BGR2GRAY), dtype=np.uint8))
    rows = _rows(lines_along(found, 0.0, (ROW_GAP_PX,)))
    above = [row for row in rows if ABOVE[0] < row[0] < ABOVE[1]]
    below = [row for row in rows if BELOW[0] < row[0] < BELOW[1]]
    read = [_read_row(recogniser, straight, row) for row in below[:1]]
    for row in below[1:ROWS_BELOW]:
        if understand(read).birth_date is not None:
            break
        read.append(_read_row(recogniser, straight, row))
    for row in above[::-1][:ROWS_ABOVE]:
        read.append(_read_row(recogniser, straight, row))
        if understand(read).header:
            break
    return understand(read)


def _read_row(recogniser: Recogniser, straight: Image, row: tuple[float, Line]) -> Row:
    text = recogniser.read(_row_strip(straight, row[1]))
    return Row(text, row[0], _sides(row[1])[0])


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


def _sides(line: Line) -> tuple[float, float]:
    return (line.origin[0] / BLOCK_PX + BLOCK[0], (line.origin[0] + line.along[0]) / BLOCK_PX + BLOCK[0])


def _at(line: Line, other: Line) -> float:
    """Height of `line` when it is slid along the slope of `other` to the other's middle."""
    slope = other.along[1] / max(other.along[0], 1e-6)
    return _middle(line) - slope * (_centre(line)[0] - _centre(other)[0]) / BLOCK_PX


def _stretched(line: Line, left: float, right: float, *, shrink: bool = False) -> Line:
    """`line` reaching from `left` to `right`, in digit widths; it only grows unless it may shrink."""
    own_left, own_right = _sides(line)
    if not shrink:
        left, right = min(left, own_left), max(right, own_right)
    width = max(own_right - own_left, 1e-6)
    return line.part((left - own_left) / width, (right - own_left) / width, 0.0, 1.0)


def strip_of(line: Line) -> Line:
    """The line with room for the label at its left and for what the ink's height leaves out."""
    labelled = line.width / line.height >= LABELLED_ASPECT
    return line.part(-0.06 if labelled else -LABEL_ROOM, 1.05, -0.3, 1.3)


def _width(strip: Line) -> int:
    return int(np.clip(round(HEIGHT_PX * strip.width / strip.height / 8) * 8, *STRIP_PX))


def _same(line: Line, other: Line) -> bool:
    (x0, y0), (x1, y1) = _centre(line), _centre(other)
    return float(np.hypot(x0 - x1, y0 - y1)) < 0.6 * other.height and 0.85 < line.width / other.width < 1.18


def _centre(line: Line) -> tuple[float, float]:
    (x, y), (ax, ay), (dx, dy) = line.origin, line.along, line.down
    return (x + (ax + dx) / 2, y + (ay + dy) / 2)


def _middle(line: Line) -> float:
    """Height of a line of the block below the number's middle, in digit widths."""
    return _centre(line)[1] / BLOCK_PX + BLOCK[2]


def _row_strip(straight: Image, line: Line) -> Image:
    strip = line.part(-0.03, 1.03, -0.35, 1.35)
    width = int(np.clip(round(HEIGHT_PX * strip.width / strip.height / 8) * 8, *ROW_PX))
    return crop(straight, strip, width, HEIGHT_PX)


def join_reads(numbers: Sequence[Number], first: Number | None) -> Number | None:
    """One number out of several readings of one line: agreement lets the surest speak, dispute caps it.

    It keeps the place of `first`, whose line the others were cut from.
    """
    if not numbers:
        return None
    votes: dict[str, list[Number]] = {}
    for number in numbers:
        votes.setdefault(number.digits, []).append(number)
    group = max(votes.values(), key=lambda same: (len(same), max(one.probability for one in same)))
    best = max(group, key=lambda number: number.probability)
    others = [number for number in numbers if number.digits != best.digits]
    disputed = 2 * len(others) >= len(group) or any(number.probability >= DISSENT for number in others)
    place = first or best
    return Number(
        best.digits,
        min(best.probability, DISPUTED) if others and disputed else best.probability,
        place.left,
        place.right,
        any(number.label for number in group),
    )
