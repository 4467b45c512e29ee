"""What a person could change so that the card can be read: message ids, cheapest tests first."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.vision.locate import Image, Line, crop, line_of

Corners = tuple[tuple[float, float], ...]

CLOSER = "hint.closer"
HOLD_STILL = "hint.hold_still"
TOO_DARK = "hint.too_dark"
GLARE = "hint.glare"
NO_CARD = "hint.no_card"
NOT_KTP = "hint.not_ktp"
UNREADABLE = "hint.unreadable"

DARK_LEVEL = 28  # of 255; the brightest tenth of the picture is darker than this
GLARE_LEVEL = 250
GLARE_SHARE = 0.015
SHARP_ENOUGH = 35.0  # variance of the Laplacian on a line that is straightened to 48 pixels
SMALL_PX = 15  # height of digits in the frame under which they are too far away
FEW_LETTERS = 25
CARD_WIDTH = 2.19  # of an e-KTP, in widths of its sixteen digits; its height follows from ID-1
CARD_RATIO = 85.6 / 53.98
NUMBER_AT = (0.258, 0.214)  # of the card: where the digits begin, and their middle below its top edge


@dataclass(frozen=True, slots=True)
class Advice:
    """What to tell the person: `hint`, `mark` and `card` as in domain.reading.Reading."""

    hint: str
    mark: tuple[float, float, float] | None = None
    card: Corners = ()


class Guide:
    """Finds what keeps the frames of one look from being read. One per look; a single picture has its own."""

    def advise(
        self,
        frame: Image,
        gray: Image,
        *,
        letters: int,
        lines: Sequence[Line],
        number: Line | None = None,
        anchored: bool = True,
        foreign: bool = False,
        digits_seen: int = 0,
    ) -> Advice:
        """frame: H×W×3 BGR, gray: H×W.

        letters: pieces of print; lines: all lines of print that were found; number: the line of a number that was read
        but is not accepted yet; anchored, foreign: what stands around that number; digits_seen: on the likeliest line.
        """
        if number is not None:
            card = card_around(gray, number)
            if foreign or not anchored:
                return Advice(NOT_KTP, None, card)
            return Advice(for_line(gray, number, crop(frame, number, 480, 48)), None, card)
        if too_dark(gray) or not lines:
            return Advice(without_line(gray, letters))
        tallest = lines[0]
        return Advice(for_line(gray, tallest, crop(frame, tallest, 480, 48)))


def card_around(gray: Image, number: Line) -> Corners:
    """Corners of the card that `number` stands on, in fractions of the frame, clockwise from the card's top left."""
    along = np.array(number.along)
    side = 1.0 if number.along[0] * number.down[1] >= number.along[1] * number.down[0] else -1.0
    across = along * CARD_WIDTH
    down = np.array([-along[1], along[0]]) * side * CARD_WIDTH / CARD_RATIO
    middle = np.array(number.origin) + np.array(number.down) / 2
    box = line_of(middle - NUMBER_AT[0] * across - NUMBER_AT[1] * down, across, down)
    height, width = gray.shape
    return tuple((x / width, y / height) for x, y in box.corners)


def too_dark(gray: Image) -> bool:
    return float(np.percentile(gray[::8, ::8], 90)) < DARK_LEVEL


def glaring(gray: Image) -> bool:
    """Whether a spot is burnt out: bright to the limit while most of the picture is not."""
    thumb = gray[::4, ::4]
    share = float((thumb >= GLARE_LEVEL).mean())
    return GLARE_SHARE < share < 0.4 and float(np.median(thumb)) < 215


def for_line(gray: Image, line: Line, strip: Image) -> str:
    """Why a line that looks like the number could not be read. strip: the line as 48×W×3."""
    if line.height < SMALL_PX:
        return CLOSER
    if glaring(gray):
        return GLARE
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    if cv2.Laplacian(grey, cv2.CV_64F).var() < SHARP_ENOUGH:
        return HOLD_STILL
    return UNREADABLE


def without_line(gray: Image, letters: int) -> str:
    """Nothing that looks like the number was found."""
    if too_dark(gray):
        return TOO_DARK
    return NO_CARD if letters < FEW_LETTERS else CLOSER
