"""The quick reader: a small net of our own (scripts/train-digits) for the digits of a straightened line.

It costs a tenth of the text recogniser and fails differently: it was trained on made OCR-A strips, the other on print.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kiosk.vision.digits import NAMES
from kiosk.vision.locate import Image, Line, crop
from kiosk.vision.nets import Net, Scores
from kiosk.vision.text import Letter, best_path

HEIGHT_PX, WIDTH_PX = 32, 320
FLAT_LEVEL = 4.0  # deviation of grey under which a strip is not stretched further


class DigitReader:
    """Not thread-safe: one per worker."""

    def __init__(self, model: Path) -> None:
        """Raises DeviceError `recogniser.missing`."""
        self._net = Net(model)

    def scores(self, gray: Image, boxes: Sequence[Line]) -> list[Scores]:
        """Per box 80×11 probabilities of blank and the ten digits, left to right; everything else is blank."""
        if not boxes:
            return []
        strips = np.stack([normal(crop(gray, box, WIDTH_PX, HEIGHT_PX)) for box in boxes])
        answer = self._net(strips[:, None])
        return list(answer.reshape(len(boxes), len(NAMES), -1).transpose(0, 2, 1))


def digits(scores: Scores) -> tuple[Letter, ...]:
    """The digits along a line."""
    return best_path(scores, NAMES)


def normal(strip: Image) -> Scores:
    """Grey values with mean 0 and deviation 1, as the nets were trained."""
    values = strip.astype(np.float32)
    return np.asarray((values - values.mean()) / max(float(values.std()), FLAT_LEVEL), dtype=np.float32)
