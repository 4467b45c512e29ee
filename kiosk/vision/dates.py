"""The printed birth date of a card: whether it is the one that the number says, by both quick readers."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from kiosk.vision import glyphs
from kiosk.vision.digits import Odds, joined, odds_at
from kiosk.vision.nets import Scores
from kiosk.vision.text import Letter, Text

LENGTH = 8  # DDMMYYYY
TAIL = 12  # characters at a row's end in which its date stands
DIGITS = "0123456789"
LIKELY = -6.0  # log of how much less the expected date fits than what was read best; a clear other digit has -8 or less
LEAST = 1e-4  # no column is surer against a class
ALONE = 0.8  # odds of the least sure digit of a date that nobody expected

Logs = npt.NDArray[np.float64]


def printed(quick: Scores | None, row: Text, names: tuple[str, ...], said: date | None) -> tuple[date, float] | None:
    """quick: T×11 of the reader of digits over the row's end; row: the whole row by the reader of letters, whose
    classes are `names`; said: the date of the number. Returns the date and how sure it is, 0..1.
    """
    if said is not None:
        fits = [fits_row(row, names, said)]
        if quick is not None:
            fits.append(fit(quick, [int(digit) + 1 for digit in f"{said:%d%m%Y}"]))
        likely = sum(fits) / len(fits)
        if likely >= LIKELY:
            return said, float(np.exp(likely / LENGTH))
    seen = [odds for odds in (_by_digits(quick), _by_letters(row, names)) if odds is not None]
    odds = joined(*seen) if len(seen) == 2 else None
    if odds is None or float(odds.max(axis=1).min()) < ALONE:
        return None
    digits = "".join(DIGITS[index] for index in odds.argmax(axis=1))
    try:
        return date(int(digits[4:]), int(digits[2:4]), int(digits[:2])), float(odds.max(axis=1).min())
    except ValueError:
        return None


def fits_row(row: Text, names: tuple[str, ...], said: date) -> float:
    """How well `said` fits the row, as `fit` tells it."""
    return fit(row.scores, [names.index(letter) for letter in f"{said:%d-%m-%Y}"])


def fit(scores: Scores, classes: Sequence[int]) -> float:
    """Log of how well `classes` in a row fit somewhere on T×C CTC scores, against the best path; 0.0 is perfect.

    Viterbi over blank, class, blank, class … blank (Graves 2006), free before and after.
    """
    logs: Logs = np.log(np.maximum(scores.astype(np.float64), LEAST))
    best = logs.max(axis=1)
    before, after = np.concatenate(([0.0], np.cumsum(best))), np.concatenate((np.cumsum(best[::-1])[::-1], [0.0]))
    states = np.zeros(2 * len(classes) + 1, np.intp)
    states[1::2] = classes
    skips = np.zeros(len(states), dtype=bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    seen = logs[:, states]
    at = np.full(len(states), -np.inf)
    most = -np.inf
    for t in range(len(seen)):
        came = at.copy()
        came[1:] = np.maximum(came[1:], at[:-1])
        came[2:] = np.maximum(came[2:], np.where(skips[2:], at[:-2], -np.inf))
        came[:2] = np.maximum(came[:2], before[t])
        at = came + seen[t]
        most = max(most, float(at[-2:].max() + after[t + 1]))
    return most - float(before[-1])


def _by_digits(scores: Scores | None) -> Odds | None:
    letters = glyphs.digits(scores) if scores is not None else ()
    return odds_at(scores, letters[-LENGTH:]) if scores is not None and len(letters) >= LENGTH else None


def _by_letters(row: Text, names: tuple[str, ...]) -> Odds | None:
    tail: list[Letter] = []
    for letter in reversed(row.letters[-TAIL:]):
        if letter.character in DIGITS:
            tail.append(letter)
        elif letter.character not in "-. /":
            break
    if len(tail) != LENGTH:
        return None
    classes: npt.NDArray[np.intp] = np.array([0, *(names.index(digit) for digit in DIGITS)])
    return odds_at(row.scores[:, classes], tuple(reversed(tail)))
