"""The printed number of an e-KTP: candidates among the lines, their digits, and what stands around them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.vision.digits import Number, find_number
from kiosk.vision.fields import Row, Surroundings, understand
from kiosk.vision.locate import Image, Line, crop, find_print, lines_along
from kiosk.vision.text import HEIGHT_PX, Recogniser, Text

USUAL_ASPECT = 12.5  # width by height of the sixteen digits, colon included
ASPECTS = (8.5, 26.0)
LABELLED_ASPECT = 17.0  # from here on the label is part of the line already
LABEL_ROOM = 0.52  # how far left of the digits the label begins, in digit widths
STRIP_PX = (240, 640)
BLOCK_PX = 480  # width of the digits in the straightened surroundings
BLOCK = (-0.58, 1.18, -0.42, 0.62)  # left, right, top, bottom of the surroundings, in digit widths
ABOVE, BELOW = (-0.4, -0.04), (0.05, 0.5)
ROW_PX = (96, 560)
ROWS_ABOVE, ROWS_BELOW = 2, 4


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """A number that was read, and the box of its digits on the frame."""

    number: Number
    box: Line


def candidates(lines: Sequence[Line], limit: int) -> list[Line]:
    """The lines that may be the number: tall, of a number's shape, each once."""

    def likeness(line: Line) -> float:
        return line.height * float(np.exp(-((np.log(line.width / line.height / USUAL_ASPECT) / 0.45) ** 2)))

    fit = [line for line in lines if ASPECTS[0] <= line.width / line.height <= ASPECTS[1]]
    chosen: list[Line] = []
    for line in sorted(fit, key=likeness, reverse=True):
        if len(chosen) == limit:
            break
        if not any(_same(line, other) for other in chosen):
            chosen.append(line)
    return chosen


def read_numbers(recogniser: Recogniser, image: Image, lines: Sequence[Line]) -> list[Seen]:
    """The sixteen-digit numbers on `lines`, surest first; one pass of the recogniser."""
    strips = [strip_of(line) for line in lines]
    texts = recogniser.read([crop(image, strip, _width(strip), HEIGHT_PX) for strip in strips])
    seen = []
    for strip, text in zip(strips, texts, strict=True):
        number = find_number(text, recogniser.digit_classes)
        if number is not None:
            seen.append(Seen(number, strip.part(number.left, number.right, 0.18, 0.82)))
    return sorted(seen, key=lambda one: -one.number.probability)


def read_again(recogniser: Recogniser, image: Image, seen: Seen) -> list[Number]:
    """The same digits from two other croppings, for a number that was not read surely."""
    boxes = [seen.box.part(-0.5, 1.04, -0.45, 1.45), seen.box.part(-0.5, 1.03, -0.2, 1.2)]
    strips = [crop(image, box, 600, HEIGHT_PX) for box in boxes]
    found = (find_number(text, recogniser.digit_classes) for text in recogniser.read(strips))
    return [number for number in found if number is not None]


def look_around(recogniser: Recogniser, image: Image, box: Line) -> Surroundings:
    """Reads the header above and the first rows below the digits in `box`."""
    (ax, ay), (dx, dy) = box.along, box.down
    side = -1.0 if ax * dy - ay * dx < 0 else 1.0
    square = Line((box.origin[0] + dx / 2, box.origin[1] + dy / 2), (ax, ay), (-ay * side, ax * side))
    block = square.part(*BLOCK)
    size = (round(BLOCK_PX * (BLOCK[1] - BLOCK[0])), round(BLOCK_PX * (BLOCK[3] - BLOCK[2])))
    straight = crop(image, block, *size)
    lines = lines_along(find_print(np.asarray(cv2.cvtColor(straight, cv2.COLOR_BGR2GRAY), dtype=np.uint8)), 0.0, (15,))
    placed = [(_middle(line), line) for line in lines]
    above = sorted((p for p in placed if ABOVE[0] < p[0] < ABOVE[1]), key=lambda p: -p[0])
    below = sorted((p for p in placed if BELOW[0] < p[0] < BELOW[1] and _holds_value(p[1])), key=lambda p: p[0])
    chosen = above[:ROWS_ABOVE] + below[:ROWS_BELOW]
    texts = recogniser.read([_row_strip(straight, line) for _, line in chosen])
    return understand([Row(text, y) for (y, _), text in zip(chosen, texts, strict=True)])


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


def _holds_value(line: Line) -> bool:
    """Whether a row's line reaches into the column of values; a label alone does not."""
    left = line.origin[0] / BLOCK_PX + BLOCK[0]
    return left < 0.3 and left + line.width / BLOCK_PX > 0.12


def _row_strip(straight: Image, line: Line) -> Image:
    strip = line.part(-0.03, 1.03, -0.35, 1.35)
    width = int(np.clip(round(HEIGHT_PX * strip.width / strip.height / 8) * 8, *ROW_PX))
    return crop(straight, strip, width, HEIGHT_PX)


def join_reads(first: Number, again: Sequence[Number]) -> Number:
    """One number out of several readings of the same frame: agreement lets the surest speak, dispute caps it."""
    votes: dict[str, list[Number]] = {}
    for number in (first, *again):
        votes.setdefault(number.digits, []).append(number)
    ranked = sorted(votes.values(), key=lambda group: (len(group), max(n.probability for n in group)), reverse=True)
    best = max(ranked[0], key=lambda number: number.probability)
    disputed = len(votes) > 1
    return Number(
        best.digits,
        min(best.probability, DISPUTED) if disputed else best.probability,
        first.left,
        first.right,
        first.label or best.label,
    )


DISPUTED = 0.79  # under every rule for a single picture, still worth a vote


__all__ = ["Seen", "Text", "candidates", "join_reads", "look_around", "read_again", "read_numbers"]
