"""What a person could change so that the card can be read: one hint for a frame, with its place where it has one.

The first row that is true is the hint. Light comes before all, because nothing else can be told in the dark; then
where the card is; then what spoils its print; what kind of card it is only when it can be seen well.

    hint.too_dark      the brightest twentieth of the frame is darker than DARK
    hint.further       print fills the frame, or the card is larger than it
    hint.no_card       nothing is as large as a card held out, and nothing small has a photograph
    hint.closer        a card, or the digits of its number, is too small
    hint.glare         a burnt-out spot on the card; a lamp beside it is none
    hint.hold_still    the card's steepest edges are soft
    hint.not_ktp       a number without what stands around it on an e-KTP
    hint.finger        something neither ground nor light hides a part of the number's place
    hint.straighten    two opposite sides differ much, or the proportions are not a card's
    hint.wrong_side    little print on pale blue, no photograph, no row of digits: the back
    hint.not_ktp       no photograph
    hint.unreadable    none of these
    hint.hold_still    none of these, and a number is being read: votes gather
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kiosk.vision.locate import Line, line_of
from kiosk.vision.scene import RATIO, Face, Scene

Corners = tuple[tuple[float, float], ...]
Mark = tuple[float, float, float]

CLOSER = "hint.closer"
FURTHER = "hint.further"
STRAIGHTEN = "hint.straighten"
HOLD_STILL = "hint.hold_still"
TOO_DARK = "hint.too_dark"
GLARE = "hint.glare"
WRONG_SIDE = "hint.wrong_side"
FINGER = "hint.finger"
NO_CARD = "hint.no_card"
NOT_KTP = "hint.not_ktp"
UNREADABLE = "hint.unreadable"

DARK = 36  # of 255
SMALL_PX = 15  # height of digits in the frame under which they are too far away
SMALL_CARD = 0.1  # of the frame
SOFT = 0.165  # made cards in motion had 0.06 to 0.16, still ones 0.19 to 0.5
LITTLE_PRINT = 0.25  # of the card's face; fronts had 0.37 to 0.5, drawn backs 0.14 to 0.16
PHOTO = 0.15  # of the photograph's place; fronts had 0.3 to 0.75, others up to 0.06
HIDDEN = 0.12  # of the number's place; 0.15 to 0.61 under a finger, up to 0.09 without
YELLOW = 5  # Lab b of the ground: an e-KTP is of a pale blue on both sides
ROW = 8  # digits in a line
TILTED = 0.12  # by which opposite sides differ
PROPORTIONS = (1.42, 1.85)
NEAR = 0.25  # of the width of the card that the number says, by which a corner that is seen may be elsewhere
CARD_WIDTH = 2.19  # of an e-KTP, in widths of its sixteen digits
NUMBER_AT = (0.258, 0.214)  # of the card: where the digits begin, and their middle below its top edge


@dataclass(frozen=True, slots=True)
class Advice:
    """What to tell the person: `hint`, `mark` and `card` as in domain.reading.Reading."""

    hint: str
    mark: Mark | None = None
    card: Corners = ()


class Seen:
    """What the tests ask: the scene, the straightened card on it, and what the readers know."""

    def __init__(self, scene: Scene, number: Line | None, known: bool, digits: int) -> None:
        self.scene, self.number, self.known, self.digits = scene, number, known, digits
        self.card = scene.card
        self.face = Face(scene, self.card) if self.card else None

    @property
    def photo(self) -> float:
        return self.face.photo if self.face else 0.0


def _further(seen: Seen) -> bool:
    wide = seen.number.width * CARD_WIDTH if seen.number else 0.0
    return seen.scene.filled or wide > seen.scene.gray.shape[1]


def _no_card(seen: Seen) -> bool:
    if seen.number:
        return False
    return seen.card is None or (seen.card.area < SMALL_CARD and seen.photo < PHOTO)


def _closer(seen: Seen) -> bool:
    if seen.number:
        return seen.number.height < SMALL_PX
    return seen.card is not None and seen.card.area < SMALL_CARD


def _glare(seen: Seen) -> bool:
    return seen.face is not None and seen.face.spot is not None


def _soft(seen: Seen) -> bool:
    return seen.face is not None and seen.face.sharpness < SOFT


def _wrong_side(seen: Seen) -> bool:
    face = seen.face
    bare = face is not None and face.ink < LITTLE_PRINT and face.photo < PHOTO and face.tint[1] <= YELLOW
    return bare and seen.number is None and seen.digits < ROW


def _finger(seen: Seen) -> bool:
    return seen.face is not None and seen.face.covered > HIDDEN and seen.number is None


def _crooked(seen: Seen) -> bool:
    card = seen.card
    return card is not None and (card.tilt > TILTED or not PROPORTIONS[0] < card.ratio < PROPORTIONS[1])


CAUSES: tuple[tuple[str, Callable[[Seen], bool]], ...] = (
    (TOO_DARK, lambda seen: seen.number is None and seen.scene.brightness < DARK),
    (FURTHER, _further),
    (NO_CARD, _no_card),
    (CLOSER, _closer),
    (GLARE, _glare),
    (HOLD_STILL, _soft),
    (NOT_KTP, lambda seen: not seen.known),
    (FINGER, _finger),
    (STRAIGHTEN, _crooked),
    (WRONG_SIDE, _wrong_side),
    (NOT_KTP, lambda seen: seen.number is None and seen.photo < PHOTO),
    (HOLD_STILL, lambda seen: seen.number is not None),
    (UNREADABLE, lambda seen: True),
)


def advise(scene: Scene, number: Line | None = None, *, known: bool = True, digits_seen: int = 0) -> Advice:
    """One hint for a frame that was not accepted.

    number: the line of a number that was read but is not accepted yet; known: whether what stands around it is an
    e-KTP's; digits_seen: on the likeliest line when no number was read, 0 when nobody counted.
    """
    seen = Seen(scene, number, known, digits_seen)
    hint = next(hint for hint, true in CAUSES if true(seen))
    return Advice(hint, _mark(seen) if hint == GLARE else None, _around(scene, number) if number else ())


def card_around(scene: Scene, number: Line) -> Corners:
    """Corners of the card that `number` stands on, in fractions of the frame, clockwise from the card's top left."""
    return _around(scene, number)


def _mark(seen: Seen) -> Mark | None:
    spot = seen.face.spot if seen.face else None
    if spot is None:
        return None
    height, width = seen.scene.grey.shape
    return (spot[0] / width, spot[1] / height, spot[2] / width)


def _around(scene: Scene, number: Line) -> Corners:
    """The card that is seen where the number says that it must be, else what the number says."""
    along = np.array(number.along)
    side = 1.0 if number.along[0] * number.down[1] >= number.along[1] * number.down[0] else -1.0
    across = along * CARD_WIDTH
    down = np.array([-along[1], along[0]]) * side * CARD_WIDTH / RATIO
    middle = np.array(number.origin) + np.array(number.down) / 2
    box = line_of(middle - NUMBER_AT[0] * across - NUMBER_AT[1] * down, across, down)
    said = np.array(box.corners)
    if scene.card is not None:
        seen = scene.card.corners / scene.scale
        turns = [np.roll(seen, turn, axis=0) for turn in range(4)]
        nearest = min(turns, key=lambda corners: float(np.abs(corners - said).sum()))
        if float(np.hypot(*(nearest - said).T).max()) < NEAR * box.width:
            said = nearest
    height, width = scene.gray.shape
    return tuple((float(x) / width, float(y) / height) for x, y in said)
