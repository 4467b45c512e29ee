"""The ground of a card's photograph: red for an odd year of birth, blue for an even one. Only a hint."""

import cv2
import numpy as np

from kiosk.domain.reading import Field
from kiosk.vision.locate import Image

PLACES = ((0.77, 0.8), (0.91, 0.94))  # left and right of the head, in card widths
TOP, BOTTOM = 0.33, 0.44  # in card heights
STEP = 5  # samples along each side of a place
SATURATED, LIT = 70, 30  # of 255; less is no colour
RED, BLUE = 18, (95, 135)  # of OpenCV's 180 hues: at most RED from 0
MOSTLY = 0.6


def photograph(frame: Image, card: tuple[tuple[float, float], ...]) -> Field | None:
    """frame: H×W×3 uint8 BGR; card: its corners in fractions of the frame, clockwise from its top left.

    Returns `red` or `blue`, with the share of the samples that say so; None when most say neither.
    """
    if len(card) != 4:
        return None
    height, width = frame.shape[:2]
    corners = np.array(card, np.float32) * (width, height)
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
    places = [
        (x, y) for left, right in PLACES for x in np.linspace(left, right, STEP) for y in np.linspace(TOP, BOTTOM, STEP)
    ]
    points = (
        cv2.perspectiveTransform(np.array([places], np.float64), np.asarray(matrix, np.float64))[0].round().astype(int)
    )
    inside = points[((points >= 0) & (points < (width, height))).all(axis=1)]
    if len(inside) < len(points):
        return None
    samples = frame[inside[:, 1], inside[:, 0]][None]
    hue, saturation, value = cv2.split(np.asarray(cv2.cvtColor(samples, cv2.COLOR_BGR2HSV), dtype=np.uint8))
    coloured = (saturation >= SATURATED) & (value >= LIT)
    red = float((coloured & ((hue <= RED) | (hue >= 180 - RED))).mean())
    blue = float((coloured & (hue >= BLUE[0]) & (hue <= BLUE[1])).mean())
    name, share = ("red", red) if red > blue else ("blue", blue)
    return Field(name, share) if share >= MOSTLY else None
