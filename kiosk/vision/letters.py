"""The quick text reader: a small net of our own (scripts/train-letters) for header, label and rows of a card.

It costs a fifth of the slow one. Small letters come out as capitals.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kiosk.domain.errors import DeviceError
from kiosk.vision.glyphs import normal
from kiosk.vision.locate import Image, Line, crop
from kiosk.vision.nets import Net
from kiosk.vision.text import Text, best_path

HEIGHT_PX = 32
WIDTHS_PX = (32, 768)
STRETCH = 1.12  # strips are read a little wider than they are, as the net was trained


class LetterReader:
    """Not thread-safe: one per worker."""

    def __init__(self, model: Path) -> None:
        """`model` is the .onnx file; its alphabet is the .txt beside it. Raises DeviceError `recogniser.missing`."""
        try:
            alphabet = model.with_suffix(".txt").read_text(encoding="ascii").rstrip("\n")
        except (OSError, ValueError) as error:
            raise DeviceError("recogniser.missing", file=model.name) from error
        self.names = ("", *alphabet)
        self.digit_classes = [self.names.index(digit) for digit in "0123456789"]
        self._net = Net(model)

    def read(self, gray: Image, boxes: Sequence[Line]) -> list[Text]:
        """gray: H×W uint8; one Text per box. A box holds a line with half a letter's height above and below it."""
        return [self._one(gray, box) for box in boxes]  # a batch would be as wide as its widest

    def _one(self, gray: Image, box: Line) -> Text:
        strip = normal(crop(gray, box, _width(box), HEIGHT_PX))
        scores = self._net(strip[None, None])[0, :, 0].T
        return Text(best_path(scores, self.names), scores)


def _width(box: Line) -> int:
    return int(np.clip(round(STRETCH * HEIGHT_PX * box.width / max(box.height, 1.0) / 8) * 8, *WIDTHS_PX))
