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
WIDTHS_PX = (96, 800)

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
        self.digit_classes = [self.alphabet.index(digit) + 1 for digit in "0123456789"]

    def read(self, strips: Sequence[Image]) -> list[Text]:
        """strips: each 48×W×3 uint8 BGR, any W; they are read in one pass, padded to the widest."""
        if not strips:
            return []
        widest = max(strip.shape[1] for strip in strips)
        batch = np.full((len(strips), HEIGHT_PX, widest, 3), 127, dtype=np.uint8)
        for row, strip in enumerate(strips):
            batch[row, :, : strip.shape[1]] = strip
        blob = cv2.dnn.blobFromImages(list(batch), 1 / 127.5, mean=(127.5, 127.5, 127.5))
        self._net.setInput(blob)
        answers = np.asarray(self._net.forward(), dtype=np.float32)
        return [self._decode(answers[row], strip.shape[1] / widest) for row, strip in enumerate(strips)]

    def _decode(self, scores: Scores, share: float) -> Text:
        scores = scores[: max(1, round(len(scores) * share))]
        return Text(best_path(scores, ("", *self.alphabet)), scores)


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
