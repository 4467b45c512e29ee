"""A visit as one picture for the README: its screens in two rows, each a panel with round corners on a warm ground."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

STEPS = ("attract", "consent", "scan", "confirm", "occupation", "understand", "income", "programme", "check", "receipt")
ACROSS = 5
WIDTH, GAP, ROUND = 384, 28, 18  # pixels; GitHub shows a README about 830 wide, or twice that on a fine display
GROUND, FRAME = (224, 236, 243), (61, 33, 20)  # BGR


def strip(pictures: dict[str, Path], target: Path) -> None:
    """`pictures`: the screenshot of each step, all of one size; a step without one is left out."""
    shown = [panel(pictures[step]) for step in STEPS if step in pictures]
    height, width = shown[0].shape[:2]
    rows = [shown[at : at + ACROSS] for at in range(0, len(shown), ACROSS)]
    size = (len(rows) * (height + GAP) + GAP, ACROSS * (width + GAP) + GAP, 3)
    sheet = np.full(size, GROUND, np.uint8)
    for row, panels in enumerate(rows):
        for column, one in enumerate(panels):
            top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
            sheet[top : top + height, left : left + width] = one
    cv2.imwrite(str(target), sheet, [cv2.IMWRITE_WEBP_QUALITY, 88])


def panel(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(path)
    height = picture.shape[0] * WIDTH // picture.shape[1]
    picture = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    fine = 4  # drawn larger first, for smooth corners
    mask = np.zeros((height * fine, WIDTH * fine), np.uint8)
    r = ROUND * fine
    cv2.rectangle(mask, (r, 0), (WIDTH * fine - r, height * fine), 255, -1)
    cv2.rectangle(mask, (0, r), (WIDTH * fine, height * fine - r), 255, -1)
    for x in (r, WIDTH * fine - r - 1):
        for y in (r, height * fine - r - 1):
            cv2.circle(mask, (x, y), r, 255, -1)
    share = cv2.resize(mask, (WIDTH, height), interpolation=cv2.INTER_AREA)[..., None] / 255.0
    edge = np.ones((2 * fine + 1, 2 * fine + 1), np.uint8)
    inner = cv2.erode(mask, edge, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    inside = cv2.resize(inner, (WIDTH, height), interpolation=cv2.INTER_AREA)[..., None] / 255.0
    framed = picture * inside + np.array(FRAME) * (1 - inside)
    return np.asarray(framed * share + np.array(GROUND) * (1 - share), np.uint8)
