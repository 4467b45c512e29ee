"""The quick reader: a small net of our own (scripts/specimen-digits) for the digits of a straightened line.

It costs a tenth of the text recogniser and fails differently: it was trained on made OCR-A strips, the other on print.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from kiosk.domain.errors import DeviceError
from kiosk.vision.digits import NAMES
from kiosk.vision.locate import Image, Line, crop
from kiosk.vision.text import Letter, Scores, best_path

HEIGHT_PX, WIDTH_PX = 32, 320
FLAT_LEVEL = 4.0  # deviation of grey under which a strip is not stretched further


class DigitReader:
    """Not thread-safe: one per worker."""

    def __init__(self, model: Path) -> None:
        """Raises DeviceError `recogniser.missing`."""
        try:
            self._net = cv2.dnn.readNetFromONNX(str(model))
        except cv2.error as error:
            raise DeviceError("recogniser.missing", file=model.name) from error

    def scores(self, gray: Image, boxes: Sequence[Line]) -> list[Scores]:
        """Per box 80×11 probabilities of blank and the ten digits, left to right; everything else is blank."""
        if not boxes:
            return []
        strips = np.stack([_normal(crop(gray, box, WIDTH_PX, HEIGHT_PX)) for box in boxes])
        self._net.setInput(strips[:, None])
        answer = np.asarray(self._net.forward(), dtype=np.float32)
        return list(answer.reshape(len(boxes), len(NAMES), -1).transpose(0, 2, 1))


def digits(scores: Scores) -> tuple[Letter, ...]:
    """The digits along a line."""
    return best_path(scores, NAMES)


def _normal(strip: Image) -> Scores:
    values = strip.astype(np.float32)
    return np.asarray((values - values.mean()) / max(float(values.std()), FLAT_LEVEL), dtype=np.float32)
