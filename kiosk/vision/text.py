"""Runs the text recogniser (cut from PP-OCRv6, see scripts/cut-model) over straightened lines, with cv2.dnn."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import DeviceError
from kiosk.vision.locate import Image

HEIGHT_PX = 48  # of a line, as the recogniser was trained

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """One character, its probability and where its middle is (0..1 of the line's width)."""

    character: str
    probability: float
    at: float


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """A line as read. `scores` (T×C) are the recogniser's probabilities per column, class 0 is the blank."""

    letters: tuple[Letter, ...]
    scores: Scores

    @property
    def plain(self) -> str:
        return "".join(letter.character for letter in self.letters)

    @property
    def confidence(self) -> float:
        """Mean probability of the characters; 0.0 for an empty line."""
        return float(np.mean([letter.probability for letter in self.letters])) if self.letters else 0.0


class Recogniser:
    """Reads lines. Not thread-safe: one per worker."""

    def __init__(self, model: Path) -> None:
        """`model` is the .onnx file; its alphabet is the .txt beside it. Raises DeviceError `recogniser.missing`."""
        try:
            self.alphabet = model.with_suffix(".txt").read_text(encoding="ascii").rstrip("\n")
            self._net = cv2.dnn.readNetFromONNX(str(model))
        except (OSError, ValueError, cv2.error) as error:
            raise DeviceError("recogniser.missing", file=model.name) from error
        self._names = ("", *self.alphabet)
        self.digit_classes = [self.alphabet.index(digit) + 1 for digit in "0123456789"]

    def read(self, strip: Image) -> Text:
        """strip: 48×W×3 uint8 BGR, any W. Batches gain nothing: the time goes with the width."""
        self._net.setInput(cv2.dnn.blobFromImage(strip, 1 / 127.5, mean=(127.5, 127.5, 127.5)))
        scores = np.asarray(self._net.forward(), dtype=np.float32)[0]
        return Text(best_path(scores, self._names), scores)


def best_path(scores: Scores, names: Sequence[str]) -> tuple[Letter, ...]:
    """CTC best path over scores T×C, class 0 is the blank: runs of one class become one letter."""
    best = scores.argmax(axis=1)
    sure = scores[np.arange(len(best)), best]
    edges = np.flatnonzero(np.diff(best)) + 1
    letters = []
    for start, stop in zip([0, *edges.tolist()], [*edges.tolist(), len(best)], strict=True):
        if best[start]:
            weight = sure[start:stop]
            at = float((weight * np.arange(start, stop)).sum() / max(float(weight.sum()), 1e-6)) + 0.5
            letters.append(Letter(names[best[start]], float(weight.max()), at / len(best)))
    return tuple(letters)
