"""The sixteen digits of a line: decoded over digits only, evenly spaced, with the odds of every digit."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kiosk.domain.nik import LENGTH
from kiosk.vision.nets import Scores
from kiosk.vision.text import Letter, Text, best_path

LABEL = "NIK"
STEPS = (0.5, 1.6)  # distance of two digits by the usual one; outside, one was lost or invented
NAMES = ("", *"0123456789")
ALIKE = str.maketrans("1L|!H", "IIIIN")
FLOOR = 0.004  # no reader is ever surer than this against a digit

Odds = npt.NDArray[np.float64]  # n×10: the probability of each digit at each place


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """Sixteen digits on a line. `left`, `right` bound them in 0..1 of the line; `label`: NIK stands before them."""

    digits: str
    probability: float
    left: float
    right: float
    label: bool
    odds: Odds = field(compare=False)


def find_number(text: Text, digit_classes: Sequence[int]) -> Number | None:
    """The number that ends the line, or None when there are not exactly sixteen evenly spaced digits."""
    scores = text.scores[:, [0, *digit_classes]]
    found: Number | None = None
    for start in _starts(text):
        rest = scores.copy()
        rest[: round(start * len(rest))] = 0.0
        number = number_of(rest)
        if number is not None and (found is None or number.probability > found.probability):
            pitch = (number.right - number.left) / LENGTH
            label = "".join(letter.character for letter in text.letters if letter.at < number.left - 0.1 * pitch)
            found = Number(number.digits, number.probability, number.left, number.right, is_label(label), number.odds)
    return found


def number_of(scores: Scores) -> Number | None:
    """The number that ends a line of T×11 scores (blank and digits)."""
    letters = _evenly(best_path(scores, NAMES))
    if letters is None:
        return None
    half = (letters[-1].at - letters[0].at) / (LENGTH - 1) / 2
    return Number(
        "".join(letter.character for letter in letters),
        min(letter.probability for letter in letters),
        letters[0].at - half,
        letters[-1].at + half,
        False,
        odds_at(scores, letters),
    )


def joined(first: Odds, second: Odds) -> Odds:
    """What two readers that err independently say together."""
    both = first * second
    return np.asarray(both / both.sum(axis=1, keepdims=True), dtype=np.float64)


def said(odds: Odds) -> str:
    return "".join(str(digit) for digit in odds.argmax(axis=1))


def is_label(text: str) -> bool:
    """Whether `text` ends in NIK, give or take one letter that was misread."""
    word = "".join(letter for letter in text.upper().translate(ALIKE) if letter.isalpha())[-3:]
    return word in ("NI", "IK", "NK") or sum(a == b for a, b in zip(word, LABEL, strict=False)) >= 2


def odds_at(scores: Scores, letters: tuple[Letter, ...]) -> Odds:
    """The best any column near a digit says for each of the ten; what is left to the blank is spread over all."""
    rows = []
    for letter in letters:
        at = int(letter.at * len(scores))
        rows.append(scores[max(0, at - 1) : at + 2, 1:].max(axis=0))
    odds = np.array(rows, dtype=np.float64)
    odds += np.maximum(0.0, 1.0 - odds.sum(axis=1, keepdims=True)) / 10 + FLOOR
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)


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
