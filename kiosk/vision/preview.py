"""A camera frame made ready for the screen: RGBA at the size wanted, into a buffer that is used again."""

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


def rgba(frame: Pixels, size: tuple[int, int], into: Pixels | None = None) -> Pixels:
    """frame: H×W×3 uint8 BGR. Returns height×width×4 uint8 RGBA for size = (width, height).

    `into` is filled and returned when it has that shape, so that no memory is taken per frame.
    """
    width, height = size
    if into is None or into.shape != (height, width, 4):
        into = np.empty((height, width, 4), dtype=np.uint8)
    if (frame.shape[1], frame.shape[0]) != size:
        frame = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    cv2.cvtColor(frame, cv2.COLOR_BGR2RGBA, dst=into)
    return into
