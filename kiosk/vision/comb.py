"""The rows below a number: equally apart, so they are found together, where single ones touch or are faint."""

import numpy as np
import numpy.typing as npt

from kiosk.vision.locate import Image

PITCHES = np.arange(0.046, 0.0961, 0.001)  # digit widths from row to row
FIRSTS = np.arange(0.05, 0.15, 0.002)  # of the first row below the number's middle
ROWS = 7  # that are compared with their gaps; below them an e-KTP has five more
BAND = 0.2  # of the pitch, above and below a row's middle, and a gap's
NUDGE = 0.25  # of the pitch, by which one row may be off: perspective
HALF = 0.5  # of the usual ink, that a row above the comb's first must have
CLEAR = 0.35  # of the ink of the rows, by which they must exceed their gaps

Profile = npt.NDArray[np.float64]


def rows(mask: Image, top: float, unit: float, columns: tuple[int, int], count: int) -> list[tuple[float, float]]:
    """Middles and heights of the rows in digit widths below the number's middle; empty when no comb is clear.

    mask: letters, 0 or 255; `top`: height of its first row and `unit`: pixels of it, both in digit widths;
    columns: where every row has ink.
    """
    ink = (mask[:, columns[0] : columns[1]] > 0).mean(axis=1, dtype=np.float64)
    sums = np.concatenate(([0.0], np.cumsum(ink)))

    def mean(middle: Profile, half: Profile) -> Profile:
        low = np.clip(np.round((middle - half - top) * unit), 0, len(ink) - 1).astype(int)
        high = np.clip(np.round((middle + half - top) * unit), 1, len(ink)).astype(int)
        return np.asarray((sums[np.maximum(high, low + 1)] - sums[low]) / np.maximum(high - low, 1), dtype=np.float64)

    pitch, first = (grid[..., None] for grid in np.meshgrid(PITCHES, FIRSTS, indexing="ij"))
    steps = np.arange(ROWS)
    inside = mean(first + pitch * steps, BAND * pitch + 0 * first)
    between = mean(first + pitch * (steps + 0.5), BAND * pitch + 0 * first)
    score = inside.mean(axis=2) - between.mean(axis=2) + 0.25 * inside.min(axis=2)
    best = np.unravel_index(int(score.argmax()), score.shape)
    apart, start = float(PITCHES[best[0]]), float(FIRSTS[best[1]])
    if score[best] < CLEAR * float(inside[best].mean()) or float(inside[best].mean()) <= 0.02:
        return []
    while (
        start - apart >= FIRSTS[0]
        and mean(np.array([start - apart]), np.array([BAND * apart]))[0] > HALF * inside[best].mean()
    ):
        start -= apart  # the comb fits as well from the second row on
    found = []
    off = 0.0
    for index in range(count):
        tries = start + apart * index + off + np.linspace(-NUDGE, NUDGE, 11) * apart
        half = np.full(len(tries), BAND * apart)
        contrast = mean(tries, half) - 0.5 * (mean(tries - apart / 2, half) + mean(tries + apart / 2, half))
        middle = float(tries[int((contrast - 0.02 * np.abs(np.linspace(-1, 1, 11))).argmax())])
        off = middle - start - apart * index
        found.append((middle, apart))
    return found
