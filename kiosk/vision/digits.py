"""The sixteen digits of a line: decoded over digits only, evenly spaced, with the least sure one's probability."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kiosk.domain.nik import LENGTH
from kiosk.vision.text import Letter, Text, best_path

LABEL = "NIK"
STEPS = (0.5, 1.6)  # distance of two digits by the usual one; outside, one was lost or invented
NAMES = ("", *"0123456789")
ALIKE = str.maketrans("1L|!H", "IIIIN")


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """Sixteen digits on a line. `left`, `right` bound them in 0..1 of the line; `label`: NIK stands before them."""

    digits: str
    probability: float
    left: float
    right: float
    label: bool


def find_number(text: Text, digit_classes: Sequence[int]) -> Number | None:
    """The number that ends the line, or None when there are not exactly sixteen evenly spaced digits."""
    scores = text.scores[:, [0, *digit_classes]]
    found: Number | None = None
    for start in _starts(text):
        rest = scores.copy()
        rest[: round(start * len(rest))] = 0.0
        letters = _evenly(best_path(rest, NAMES))
        if letters is None:
            continue
        probability = min(letter.probability for letter in letters)
        if found is None or probability > found.probability:
            pitch = (letters[-1].at - letters[0].at) / (LENGTH - 1)
            label = "".join(letter.character for letter in text.letters if letter.at < letters[0].at - 0.6 * pitch)
            found = Number(
                "".join(letter.character for letter in letters),
                probability,
                letters[0].at - pitch / 2,
                letters[-1].at + pitch / 2,
                is_label(label),
            )
    return found


def is_label(text: str) -> bool:
    """Whether `text` ends in NIK, give or take one letter that was misread."""
    word = "".join(letter for letter in text.upper().translate(ALIKE) if letter.isalpha())[-3:]
    return word in ("NI", "IK", "NK") or sum(a == b for a, b in zip(word, LABEL, strict=False)) >= 2


def _starts(text: Text) -> list[float]:
    """Where the digits may begin: at the left end, or after a letter or colon in the left part of the line."""
    ends = [letter.at + 0.004 for letter in text.letters if letter.at < 0.6 and not letter.character.isdigit()]
    return [0.0, *ends[-8:]]


def _evenly(letters: tuple[Letter, ...]) -> tuple[Letter, ...] | None:
    """The last sixteen digits when they stand in even steps and what stands before them is clearly apart."""
    if len(letters) < LENGTH:
        return None
    chosen = letters[-LENGTH:]
    steps = np.diff([letter.at for letter in chosen])
    usual = float(np.median(steps))
    if usual <= 0 or float(steps.min()) < STEPS[0] * usual or float(steps.max()) > STEPS[1] * usual:
        return None
    before = letters[:-LENGTH]
    if before and chosen[0].at - before[-1].at < STEPS[1] * usual:
        return None
    return chosen
