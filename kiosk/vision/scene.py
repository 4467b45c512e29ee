"""What a frame that was not read shows, on a small picture of it: where a card lies, and what is on the card.

A card is a piece of even ground once its print is closed over, whatever lies about it. Its photograph, a finger and a
burnt-out spot stay visible on that ground, its print does not.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.vision.locate import Image

Points = npt.NDArray[np.float32]
Bits = npt.NDArray[np.bool_]

THUMB_PX = 256  # long side of the small picture
PRINT_PX = 5  # of it: strokes up to this are closed over
EVEN_STEP = 16  # between neighbours of one ground, of 255
RATIO = 85.6 / 53.98  # ID-1, ISO/IEC 7810
RATIOS = (1.1, 3.2)  # of a card that may be tilted
LEAST, MOST = 0.003, 0.85  # of the frame, a card
FILLED, LEAST_FILLED = 0.72, 0.6  # of the box by the hull; less for a hull with four corners
EVEN = 0.4  # of the hull by the ground
PICTURED = 0.3  # of the photograph's place, when a card is preferred for it
SPANNING = 0.8  # of the frame's sides: a table, or a card that is too near
PRINTED = 0.15  # of such a ground, when it is a card
RECT = (160, 100)  # a card straightened
EDGE = 6  # of it, left alone on every side
FAR_FROM_GROUND = 60  # L + a + b of 8-bit Lab
BURNT = 236
BURNT_GAIN = 1.12  # over the card's ground
SPOT = (0.006, 0.4)  # of the card
ROUND = 0.55  # of the box around a spot; light that fades along an edge fills less
NUMBER = (0.2, 0.74, 0.12, 0.3)  # left, right, top, bottom of the sixteen digits on an e-KTP, with room
PHOTO = (0.72, 0.98, 0.28, 0.72)
SHARP_RECT = (480, 300)


@dataclass(frozen=True, slots=True)
class Card:
    """Something flat with four corners (4×2, thumb pixels, clockwise; the first side is a long one)."""

    corners: Points
    area: float  # of the frame
    ratio: float
    tilt: float  # 0 for a rectangle, 1 for a triangle


class Scene:
    """One frame. frame: H×W×3 BGR, gray: H×W; everything else is found when it is asked for, and once."""

    def __init__(self, frame: Image, gray: Image) -> None:
        self.frame, self.gray = frame, gray
        self.scale = min(1.0, THUMB_PX / max(frame.shape[:2]))
        small = cv2.resize(frame, None, fx=self.scale, fy=self.scale, interpolation=cv2.INTER_AREA)
        self.colour = np.asarray(small, dtype=np.uint8)
        self.filled = False  # print fills the frame; known once `card` was asked for
        self.grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)

    @cached_property
    def brightness(self) -> float:
        """Of the brightest twentieth of the frame."""
        return float(np.percentile(self.grey, 95))

    @cached_property
    def closed(self) -> Image:
        kernel = np.ones((PRINT_PX, PRINT_PX), np.uint8)
        return np.asarray(cv2.medianBlur(cv2.morphologyEx(self.colour, cv2.MORPH_CLOSE, kernel), 3), dtype=np.uint8)

    @cached_property
    def card(self) -> Card | None:
        """The likeliest card: with a photograph, large, in proportion. None when print fills the frame: too near."""
        step = cv2.morphologyEx(self.closed, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        step = cv2.max(cv2.max(step[..., 0], step[..., 1]), step[..., 2])
        even = cv2.morphologyEx((step < EVEN_STEP).astype(np.uint8), cv2.MORPH_OPEN, np.ones((4, 4), np.uint8))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(even, connectivity=4)
        found: list[tuple[float, Card]] = []
        for index in np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:5] + 1:
            x, y, w, h, area = (int(v) for v in stats[index])
            if area < LEAST * EVEN * even.size:
                break
            part = (labels[y : y + h, x : x + w] == index).astype(np.uint8)
            if w > SPANNING * even.shape[1] and h > SPANNING * even.shape[0]:
                self.filled = self.filled or self._printed(part, (x, y)) > PRINTED
                continue
            outline, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x, y))
            card = _card_of(cv2.convexHull(np.concatenate(outline)), area, even.size)
            if card is not None:
                likeness = card.area * float(np.exp(-((np.log(card.ratio / RATIO) / 0.2) ** 2)))
                found.append((likeness, card))
        if self.filled or not found:
            return None
        cards = [card for _, card in sorted(found, key=lambda one: -one[0])]
        return next((card for card in cards if len(cards) > 1 and Face(self, card).photo > PICTURED), cards[0])

    def _printed(self, ground: Image, at: tuple[int, int]) -> float:
        """Share of a ground's own hull that has print near it."""
        (x, y), (height, width) = at, ground.shape
        hull = cv2.fillConvexPoly(np.zeros_like(ground), cv2.convexHull(cv2.findNonZero(ground)), 1) > 0
        grey = self.grey[y : y + height, x : x + width]
        return float(_inked(grey, float(np.median(grey[ground > 0])))[hull].mean())


def _inked(grey: Image, ground: float) -> Bits:
    span = cv2.dilate(grey, np.ones((3, 3), np.uint8)) - cv2.erode(grey, np.ones((3, 3), np.uint8))
    return np.asarray(span > 0.12 * ground, dtype=np.bool_)


def _card_of(hull: cv2.typing.MatLike, ground: int, size: int) -> Card | None:
    box = cv2.minAreaRect(hull)
    sides = box[1]
    area = cv2.contourArea(hull)
    if min(sides) < 1 or not LEAST <= area / size <= MOST or ground < EVEN * area:
        return None
    filled, ratio = area / (sides[0] * sides[1]), max(sides) / min(sides)
    found = cv2.approxPolyDP(hull, 0.05 * cv2.arcLength(hull, True), True)
    square = filled > FILLED and abs(np.log(ratio / RATIO)) < 0.1  # a finger or a slip of paper bends its outline only
    four = len(found) == 4 and not square
    if not RATIOS[0] <= ratio <= RATIOS[1] or filled < (LEAST_FILLED if four else FILLED):
        return None
    corners = np.asarray(found[:, 0] if four else cv2.boxPoints(box), np.float32)
    if cv2.contourArea(corners, True) < 0:
        corners = corners[::-1]
    lengths = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    if lengths[0] + lengths[2] < lengths[1] + lengths[3]:
        corners, lengths = np.roll(corners, -1, axis=0), np.roll(lengths, -1)
    long, short = lengths[[0, 2]], lengths[[1, 3]]
    tilt = 1 - min(long.min() / long.max(), short.min() / short.max())
    return Card(np.ascontiguousarray(corners), area / size, float(long.sum() / short.sum()), float(tilt))


class Face:
    """A card straightened, its print closed over; 100×160."""

    def __init__(self, scene: Scene, card: Card) -> None:
        self._scene, self._card = scene, card
        width, height = RECT
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        self._matrix = cv2.getPerspectiveTransform(card.corners, target)
        self._inside = np.zeros((height, width), dtype=bool)
        self._inside[EDGE:-EDGE, EDGE:-EDGE] = True
        self._grey = np.asarray(cv2.warpPerspective(scene.grey, self._matrix, RECT), dtype=np.uint8)
        colour = cv2.warpPerspective(scene.closed, self._matrix, RECT)
        lab = cv2.cvtColor(colour, cv2.COLOR_BGR2LAB).astype(np.int16)
        ground = np.median(lab[self._inside], axis=0).astype(np.int16)
        self.tint = (int(ground[1]) - 128, int(ground[2]) - 128)  # a, b: green to red, blue to yellow
        self._ground = int(np.median(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)[self._inside]))
        self.other: Bits = (np.abs(lab - ground).sum(axis=2) > FAR_FROM_GROUND) & self._inside
        burnt = self._grey >= max(BURNT, BURNT_GAIN * self._ground)  # nothing, where the whole card is burnt out
        opened = cv2.morphologyEx(burnt.astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
        self.burnt: Bits = (opened > 0) & self._inside

    @cached_property
    def turned(self) -> bool:
        """Whether the photograph is on the left."""
        return self._share(self.other, _half_turned(PHOTO)) > self._share(self.other, PHOTO)

    @cached_property
    def photo(self) -> float:
        """How much of the place of an e-KTP's photograph is not ground, either way up."""
        return self._share(self.other & ~self.burnt, _half_turned(PHOTO) if self.turned else PHOTO)

    @cached_property
    def covered(self) -> float:
        """How much of the number's place is hidden by something that is neither ground nor light."""
        lit = cv2.dilate(self.burnt.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
        return self._share(self.other & ~lit, _half_turned(NUMBER) if self.turned else NUMBER)

    @cached_property
    def ink(self) -> float:
        """Share of the card that has print near it."""
        return float(_inked(self._grey, self._ground)[self._inside & ~self.other].mean())

    @cached_property
    def spot(self) -> tuple[float, float, float] | None:
        """The largest round burnt-out spot: x, y and radius in thumb pixels; None when none is worth a word."""
        count, _, stats, centres = cv2.connectedComponentsWithStats(self.burnt.astype(np.uint8))
        largest = 0
        for index in range(1, count):
            area, box = int(stats[index, cv2.CC_STAT_AREA]), stats[index, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1]
            fit = SPOT[0] < area / self.burnt.size < SPOT[1] and area > ROUND * int(box.prod())
            if fit and (largest == 0 or area > stats[largest, cv2.CC_STAT_AREA]):
                largest = index
        if largest == 0:
            return None
        area, back = int(stats[largest, cv2.CC_STAT_AREA]), np.linalg.inv(self._matrix)
        x, y = (float(value) for value in centres[largest])
        at = cv2.perspectiveTransform(np.array([[(x, y), (x + float(np.sqrt(area / np.pi)), y)]]), back)[0]
        return (float(at[0, 0]), float(at[0, 1]), float(np.hypot(*(at[1] - at[0]))))

    @cached_property
    def sharpness(self) -> float:
        """Steepest edges by the contrast, in the direction that has fewest; 0..1."""
        width, height = SHARP_RECT
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        corners = self._card.corners / self._scene.scale
        matrix = cv2.getPerspectiveTransform(np.asarray(corners, np.float32), target)
        card = np.asarray(cv2.warpPerspective(self._scene.gray, matrix, SHARP_RECT), np.uint8)[18:-18, 24:-24]
        contrast = _at_share(card, 0.97) - _at_share(card, 0.03) + 8
        pairs = ((card[:, 2:], card[:, :-2]), (card[2:], card[:-2]), (card[2:, 2:], card[:-2, :-2]),
                 (card[2:, :-2], card[:-2, 2:]))  # fmt: skip
        steps = (np.asarray(cv2.absdiff(one, other), np.uint8) for one, other in pairs)
        return min(_at_share(step, 0.96) for step in steps) / contrast

    @staticmethod
    def _share(bits: Bits, place: tuple[float, float, float, float]) -> float:
        height, width = bits.shape
        left, right, top, bottom = place
        part = bits[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
        return float(part.mean())


def _half_turned(place: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, right, top, bottom = place
    return (1 - right, 1 - left, 1 - bottom, 1 - top)


def _at_share(grey: npt.NDArray[np.uint8], share: float) -> float:
    """The level under which `share` of the pixels are."""
    counts = np.cumsum(cv2.calcHist([np.ascontiguousarray(grey)], [0], None, [256], [0, 256]))
    return float(np.searchsorted(counts, share * counts[-1]))
