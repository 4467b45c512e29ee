"""The slow reader: a text recogniser cut from PP-OCRv6 (scripts/cut-model) over straightened lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kiosk.domain.errors import DeviceError
from kiosk.vision.locate import Image
from kiosk.vision.nets import Net, Scores

HEIGHT_PX = 48  # of a line, as the recogniser was trained


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

    @property
    def least(self) -> float:
        """Probability of the least sure character that is no space; 0.0 for an empty line."""
        return min((letter.probability for letter in self.letters if letter.character != " "), default=0.0)


class Recogniser:
    """Reads lines. Not thread-safe: one per worker."""

    def __init__(self, model: Path) -> None:
        """`model` is the .onnx file; its alphabet is the .txt beside it. Raises DeviceError `recogniser.missing`."""
        try:
            self.alphabet = model.with_suffix(".txt").read_text(encoding="ascii").rstrip("\n")
        except (OSError, ValueError) as error:
            raise DeviceError("recogniser.missing", file=model.name) from error
        self._net = Net(model)
        self._names = ("", *self.alphabet)
        self.digit_classes = [self.alphabet.index(digit) + 1 for digit in "0123456789"]

    def read(self, strip: Image) -> Text:
        """strip: 48×W uint8 grey, any W. Batches gain nothing: the time goes with the width."""
        values = (strip.astype(np.float32) - 127.5) / 127.5
        scores = self._net(np.broadcast_to(values, (1, 3, *values.shape)))[0]  # it was trained on colours
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
