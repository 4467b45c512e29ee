"""Finds lines of dark print on a lighter ground, at any angle: black-hat, components the size of letters, closing.

It looks for lines and not for the card: a card's edge hides behind fingers and clutter, its number does not.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Vector = npt.NDArray[np.float64]

WORK_PX = 960  # long side of the picture that is searched
STROKE_PX = 13  # black-hat kernel: wider than the stroke of the largest digits, in searched pixels
LETTER_PX = (4, 64)  # height of a letter in searched pixels
LINE_ASPECT = (4.5, 40.0)  # width by height of a line
ANGLE_STEP = 7.5  # degrees between the directions that are tried
UPRIGHT = 31.0  # degrees of roll that a person's hand gives
UPRIGHT_BONUS = 1.15
REACHES = (13, 25)
LONGEST_PX = 900  # of a line
MOST = 14  # lines of one reach that may be the number
CLEARLY = 2  # more rows than on the other side
ROW_APART = 0.03  # widths of the number; the rows of a card are 0.07 apart
AVERAGED_BELOW = 0.7  # pictures that become smaller than this share
AROUND_PX = 61  # side of the neighbourhood whose strokes a stroke must exceed
LEVELS = np.clip(1.35 * np.arange(256) + 2.0, 6, 255).astype(np.uint8)  # by the mean stroke around


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print. `origin` is its top left corner, `along` and `down` its sides; (x, y) in frame pixels."""

    origin: tuple[float, float]
    along: tuple[float, float]
    down: tuple[float, float]

    @property
    def width(self) -> float:
        return float(np.hypot(*self.along))

    @property
    def height(self) -> float:
        return float(np.hypot(*self.down))

    @property
    def centre(self) -> tuple[float, float]:
        (x, y), (ax, ay), (dx, dy) = self.origin, self.along, self.down
        return (x + (ax + dx) / 2, y + (ay + dy) / 2)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        (x, y), (ax, ay), (dx, dy) = self.origin, self.along, self.down
        return ((x, y), (x + ax, y + ay), (x + ax + dx, y + ay + dy), (x + dx, y + dy))

    def part(self, left: float, right: float, top: float, bottom: float) -> "Line":
        """A box in this line's own units: 0..1 is its width and its height; may reach beyond it."""
        (x, y), (ax, ay), (dx, dy) = self.origin, self.along, self.down
        return Line(
            (x + ax * left + dx * top, y + ay * left + dy * top),
            (ax * (right - left), ay * (right - left)),
            (dx * (bottom - top), dy * (bottom - top)),
        )

    def leaning(self, lean: float) -> "Line":
        """The same line with its short sides leaning by `lean` (sideways by height) about its middle."""
        (x, y), (ax, ay), (dx, dy) = self.origin, self.along, self.down
        shift = lean * self.height / max(self.width, 1e-6)
        return Line((x - ax * shift / 2, y - ay * shift / 2), self.along, (dx + ax * shift, dy + ay * shift))

    def turned(self) -> "Line":
        """The same box seen upside down."""
        (x, y), (ax, ay), (dx, dy) = self.origin, self.along, self.down
        return Line((x + ax + dx, y + ay + dy), (-ax, -ay), (-dx, -dy))


def line_of(origin: Vector, along: Vector, down: Vector) -> Line:
    """A Line out of three 2-vectors."""
    return Line(
        (float(origin[0]), float(origin[1])), (float(along[0]), float(along[1])), (float(down[0]), float(down[1]))
    )


def crop(image: Image, line: Line, width: int, height: int, *, bare: bool = False) -> Image:
    """`line` straightened to width × height pixels; beyond the frame its edge is repeated, or nothing where `bare`."""
    corners = np.array(line.corners, dtype=np.float32)[[0, 1, 3]]
    target = np.array([[0, 0], [width, 0], [0, height]], dtype=np.float32)
    matrix = cv2.getAffineTransform(corners, target)
    shrink = line.height / height
    edge = cv2.BORDER_CONSTANT if bare else cv2.BORDER_REPLICATE
    how = cv2.INTER_AREA if shrink > 2 else cv2.INTER_LINEAR if shrink > 0.9 else cv2.INTER_CUBIC
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), flags=how, borderMode=edge), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Print:
    """What on a frame looks like letters. `mask` is 0 or 255 at `scale` of the frame; `letters` counts them."""

    mask: Image
    scale: float
    letters: int


def find_print(gray: Image, longest: int = WORK_PX) -> Print:
    """gray: H×W uint8, searched with a long side of `longest`. Keeps the dark strokes that hang together like letters
    or short words.
    """
    scale = min(1.0, longest / max(gray.shape))
    small = gray if scale == 1.0 else _smaller(gray, scale)
    small = np.asarray(cv2.GaussianBlur(small, (3, 3), 0), dtype=np.uint8)
    strokes = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((STROKE_PX, STROKE_PX), np.uint8))
    level = cv2.LUT(cv2.blur(strokes, (AROUND_PX, AROUND_PX)), LEVELS)
    mask = np.asarray(cv2.compare(strokes, level, cv2.CMP_GT), dtype=np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_16U)
    width, height, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    longer, shorter = np.maximum(width, height), np.minimum(width, height)
    fit = (longer >= LETTER_PX[0]) & (shorter <= LETTER_PX[1]) & (longer <= 420) & (area >= 6)
    ruled = (longer > 60) & (longer > 12 * shorter)  # edges and ruled lines
    keep = np.where(fit & np.logical_not(ruled), 255, 0).astype(np.uint8)
    keep[0] = 0  # the ground
    return Print(np.take(keep, np.asarray(labels)), scale, int(np.count_nonzero(keep)))


def _smaller(gray: Image, scale: float) -> Image:
    """By averaging only where it matters: it costs six times as much."""
    how = cv2.INTER_AREA if scale < AVERAGED_BELOW else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=how), dtype=np.uint8)


def directions(found: Print, limit: int) -> list[float]:
    """The likeliest angles of text lines in degrees (-90..90, clockwise), best first: where rows of ink are sharpest.

    Two answers are at least 15 degrees apart; an upright card is preferred a little to stripes in the background.
    """
    small = cv2.resize(found.mask, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    side = int(np.hypot(*small.shape)) + 1
    centre = np.array([small.shape[1] / 2, small.shape[0] / 2])
    angles = np.arange(-90.0, 90.0, ANGLE_STEP)
    scores = np.zeros(len(angles))
    for index, angle in enumerate(angles):
        matrix = np.asarray(cv2.getRotationMatrix2D(centre.tolist(), float(angle), 1.0), dtype=np.float64)
        matrix[:, 2] += side / 2 - centre
        turned = cv2.warpAffine(small, matrix, (side, side), flags=cv2.INTER_LINEAR)
        rows = cv2.blur(turned, (61, 1))  # local rows, not whole ones: a card covers a part of the frame only
        scores[index] = cv2.norm(rows[1:], rows[:-1], cv2.NORM_L1)
    scores[np.abs(angles) <= UPRIGHT] *= UPRIGHT_BONUS
    chosen: list[float] = []
    for index in np.argsort(scores)[::-1]:
        angle = float(angles[index])
        if all(abs((angle - other + 90) % 180 - 90) >= 15 for other in chosen):
            chosen.append(angle)
    return chosen[:limit]


def lines_along(found: Print, angle: float, reaches: tuple[int, ...] = REACHES) -> list[Line]:
    """Lines within about half a step of `angle` degrees, as boxes in frame pixels.

    `reaches` are the gaps between letters that are bridged, in searched pixels.
    """
    turned, back = _turn(found.mask, angle)
    lines = []
    for reach in reaches:
        labels, boxes = _joined(turned, reach)
        lines += [_straighten(labels, box, back, found.scale) for box in boxes]
    return [line for line in lines if line is not None]


@dataclass(frozen=True, slots=True)
class Standing:
    """A line with the number of rows of print that stand below and above it, as near as on a card."""

    line: Line
    below: int
    above: int

    @property
    def ways(self) -> tuple[Line, ...]:
        """The line as it stands and upside down, or only one of them: most of a card's rows are below its number."""
        if self.below >= self.above + CLEARLY:
            return (self.line,)
        if self.above >= self.below + CLEARLY:
            return (self.line.turned(),)
        return (self.line, self.line.turned()) if self.below >= self.above else (self.line.turned(), self.line)


def standing(
    found: Print, angle: float, aspect: float, fewest: int, reaches: tuple[int, ...] = REACHES
) -> list[Standing]:
    """The tallest lines along `angle` of about `aspect` (width by height), with `fewest` rows on one side of them."""
    turned, back = _turn(found.mask, angle)
    chosen = []
    for reach in reaches:
        labels, boxes = _joined(turned, reach)
        width, high = boxes[:, 3], boxes[:, 5] / np.maximum(boxes[:, 3], 1)
        like = high * np.exp(-((np.log(width / high / aspect) / 0.6) ** 2))
        for index in np.argsort(like)[::-1][:MOST]:
            below, above = _rows_by(boxes, int(index))
            if max(below, above) >= fewest:
                line = _straighten(labels, boxes[index], back, found.scale)
                if line is not None:
                    chosen.append(Standing(line, below, above))
    return chosen


def _rows_by(boxes: npt.NDArray[np.int32], index: int) -> tuple[int, int]:
    """How many rows stand below and above one of `boxes`, in its own widths where a card has them."""
    _, x, y, width, height, _ = boxes[index]
    across = (boxes[:, 1] + boxes[:, 3] / 2 - x - width / 2) / width
    away = (boxes[:, 2] + boxes[:, 4] / 2 - y - height / 2) / width
    near = (across > -0.8) & (across < 1.0) & (boxes[:, 3] > 0.12 * width) & (boxes[:, 4] < 2.0 * height)
    sides = []
    for side in (away, -away):
        places = np.sort(side[near & (side > 0.04) & (side < 0.62)])
        sides.append(int(np.count_nonzero(np.diff(places, prepend=-1.0) > ROW_APART)))
    return sides[0], sides[1]


def _turn(mask: Image, angle: float) -> tuple[Image, npt.NDArray[np.float64]]:
    """The mask turned by `angle` about its middle, whole, and the 2×3 matrix that leads back."""
    if angle == 0.0:
        return mask, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    c, s = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = int(width * c + height * s) + 1, int(width * s + height * c) + 1
    matrix[:, 2] += (wide / 2 - width / 2, high / 2 - height / 2)
    turned = cv2.warpAffine(mask, matrix, (wide, high), flags=cv2.INTER_NEAREST)
    return np.asarray(turned, dtype=np.uint8), np.asarray(cv2.invertAffineTransform(matrix), dtype=np.float64)


def _joined(turned: Image, reach: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int32]]:
    """Print joined over gaps of `reach`: labels, and per piece that may be a line n×6: label, x, y, w, h, area."""
    joined = cv2.morphologyEx(turned, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((3, 9), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8, ltype=cv2.CV_16U)
    width, height, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    fit = (width >= 60) & (width <= LONGEST_PX) & (height >= 6) & (height <= 140) & (width >= 2.5 * height)
    fit &= 5 * area >= width * height
    fit[0] = False
    kept = np.flatnonzero(fit)
    return np.asarray(labels, dtype=np.uint16), np.column_stack([kept, stats[kept]]).astype(np.int32)


def _straighten(
    labels: npt.NDArray[np.uint16], box: npt.NDArray[np.int32], back: npt.NDArray[np.float64], scale: float
) -> Line | None:
    """The box of one joined line: its slope from the ink's middle per column, its height from the ink around it."""
    label, x, y, wide, tall, _ = box.tolist()
    part = (labels[y : y + tall, x : x + wide] == label).astype(np.float32)
    columns = part.sum(axis=0, dtype=np.float32)
    inked = np.flatnonzero(columns)
    weight = columns[inked]
    high = float(np.partition(weight, 3 * len(weight) // 4)[3 * len(weight) // 4]) + 1
    width = part.shape[1]
    if not LINE_ASPECT[0] <= width / high <= LINE_ASPECT[1]:
        return None
    middle = (np.arange(part.shape[0], dtype=np.float32) @ part)[inked] / weight
    total = float(weight.sum())
    mean_x, mean_y = float(inked @ weight) / total, float(middle @ weight) / total
    away = inked - mean_x
    slope = float(away * weight @ (middle - mean_y)) / max(float(away * away @ weight), 1e-6)
    if abs(slope) > 0.25:
        return None
    left = np.array([x, y + mean_y + slope * (0 - mean_x)])
    right = np.array([x + width, y + mean_y + slope * (width - mean_x)])
    across = np.array([-slope, 1.0]) / np.hypot(1.0, slope) * high
    turn = back[:, :2]
    start = (turn @ (left - across / 2) + back[:, 2]) / scale
    along, down = turn @ (right - left) / scale, turn @ across / scale
    return line_of(start, along, down)
