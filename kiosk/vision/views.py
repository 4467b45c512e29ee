"""What is searched for a number: a card that was seen, straightened, and the frame as it is."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.vision.locate import Image, Line, Print, find_print
from kiosk.vision.scene import RATIO, Card, Scene

ROOM = 1.08  # around a card, whose corners are seen a little inside
LONGEST_PX = 1100  # of a straightened card
SMALLEST_PX = 48  # of a frame's shorter side
LARGEST_PX = 2600  # longer frames are made smaller before they are searched
LEAST_PX = 320  # of its long side on the frame; nothing on a smaller one can be read

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """A grey picture (H×W uint8), what on it looks like letters, and the 3×3 matrix that leads back to the frame."""

    gray: Image
    print: Print
    back: Matrix
    whole: bool = False

    def on_frame(self, line: Line) -> Line:
        """`line` in frame pixels."""
        corners = np.array([[line.corners[index] for index in (0, 1, 3)]], np.float64)
        (x, y), right, down = cv2.perspectiveTransform(corners, self.back)[0].tolist()
        return Line((x, y), (right[0] - x, right[1] - y), (down[0] - x, down[1] - y))


def whole(gray: Image) -> View:
    return View(gray, find_print(gray), np.eye(3), True)


def straightened(gray: Image, card: Card, scale: float) -> View | None:
    """The card as if seen from above, one way up or the other. `scale`: of the picture on which it was found."""
    middle = card.corners.mean(axis=0)
    corners = ((card.corners - middle) * ROOM + middle) / scale
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width = min(LONGEST_PX, round(float(max(sides[0], sides[2]))))
    if width < LEAST_PX:
        return None
    height = round(width / RATIO)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(gray, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture = np.asarray(flat, dtype=np.uint8)
    return View(picture, find_print(picture), np.linalg.inv(np.asarray(matrix, dtype=np.float64)))


def card_view(scene: Scene) -> View | None:
    """The likeliest card of a frame, None when there is none that is large enough."""
    return straightened(scene.gray, scene.card, scene.scale) if scene.card is not None else None


def gray_of(frame: npt.NDArray[np.uint8]) -> Image:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def fitted(frame: npt.NDArray[np.uint8]) -> Image:
    longest = max(frame.shape[:2])
    if longest <= LARGEST_PX:
        return frame
    scale = LARGEST_PX / longest
    return np.asarray(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
