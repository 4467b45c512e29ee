"""Made frames that cannot be read, each for one reason: a shipped specimen card, or a drawn back, before a made camera.

The cards are cut out of the shipped frames, so that no font is needed.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.resources import ASSETS

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))
from specimen_cards import HEIGHT, WIDTH, Card, ground
from specimen_frames import SIZE, Spoil, counter, frame

Image = npt.NDArray[np.uint8]
PLAIN = Spoil(0.6, 4.0, 0.0, 0.5, 0.0, 3.0, 1.0, False, False, 88)
CARDS = {  # corners of the card on the shipped frame, clockwise from its top left
    "ktp-easy-000": ((351, 132), (1110, 121), (1111, 605), (357, 606)),
    "ktp-easy-009": ((295, 149), (1223, 130), (1218, 710), (318, 715)),
    "no-kk-002": ((225, 144), (1000, 195), (933, 666), (235, 580)),
    "no-bpjs-003": ((172, 211), (826, 185), (860, 613), (144, 620)),
}


@dataclass(frozen=True)
class Made:
    """A frame, and where on it the spot or lamp is: x, y, radius in pixels."""

    picture: Image
    spot: tuple[float, float, float] | None = None


@cache
def card(name: str) -> Image:
    picture = cv2.imread(str(ASSETS / "specimens" / f"{name}.jpg"))
    assert picture is not None
    target = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(CARDS[name], np.float32), target)
    return np.asarray(cv2.warpPerspective(picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC), np.uint8)


def back(rng: random.Random) -> Image:
    """The back of an e-KTP as far as it matters: an emblem, an outline map and two lines of print on a pale ground."""
    image = ground(rng, rng.choice(((238, 226, 190), (230, 214, 170), (225, 222, 205))))
    ink = (150, 110, 80)
    cv2.ellipse(image, (150, 150), (70, 84), 0, 0, 360, (60, 160, 205), -1)
    for index in range(5):
        centre = (180 + 150 * index + rng.randint(-20, 20), 400 + rng.randint(-40, 40))
        cv2.ellipse(image, centre, (rng.randint(40, 80), rng.randint(14, 40)), rng.randint(-30, 30), 0, 360, ink, 3)
    cv2.rectangle(image, (780, 90), (900, 180), (120, 190, 215), -1)
    cv2.putText(image, "REPUBLIK INDONESIA", (290, 130), cv2.FONT_HERSHEY_DUPLEX, 1.2, (90, 60, 40), 2, cv2.LINE_AA)
    cv2.putText(image, "KARTU TANDA PENDUDUK", (290, 180), cv2.FONT_HERSHEY_DUPLEX, 0.9, (90, 60, 40), 2, cv2.LINE_AA)
    return image


def made(cause: str, seed: int, own: Callable[[random.Random], Image] | None = None) -> Made:
    """Frame number `seed` of a cause; `own` draws the e-KTP instead of the shipped ones."""
    rng = random.Random(f"{cause} {seed}")
    front = own(rng) if own else card(("ktp-easy-000", "ktp-easy-009")[seed % 2])
    how = replace(PLAIN, scale=rng.uniform(0.52, 0.68), roll=rng.uniform(-6, 6), tilt=rng.uniform(0, 8))
    wide = None
    if cause == "near":
        how = replace(how, scale=rng.uniform(1.3, 1.6))
    elif cause in ("far", "far-busy"):
        how = replace(how, scale=rng.uniform(0.13, 0.2))
    elif cause == "tilt":
        how = replace(how, tilt=rng.uniform(55, 65))
    elif cause in ("motion", "motion-lamp"):
        how = replace(how, motion=rng.uniform(20, 40))
    elif cause == "dark":
        how = replace(how, gain=rng.uniform(0.01, 0.025))
    elif cause in ("back", "back-lamp"):
        front = back(rng)
    elif cause in ("kk", "bpjs"):
        front = card({"kk": "no-kk-002", "bpjs": "no-bpjs-003"}[cause])
    scene = counter(rng)
    if cause == "far":
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), 60), dtype=np.uint8)  # out of focus, as it is behind a card
    if cause == "empty":
        return Made(frame(rng, None, how, scene)[0])
    picture, matrix = frame(rng, Card(front, cause), how, scene)
    if cause == "finger":
        _finger(rng, picture, matrix)
    elif cause == "glare":
        wide = (*_at(matrix, rng.uniform(330, 660), rng.uniform(120, 160)), rng.uniform(60, 110))
    elif cause.endswith("lamp"):
        wide = (*_off(matrix), rng.uniform(40, 80))
    if wide is not None:
        picture = _lit(picture, wide)
    return Made(picture, wide)


def _at(matrix: npt.NDArray[np.float64], x: float, y: float) -> tuple[float, float]:
    place = cv2.perspectiveTransform(np.array([[[x, y]]], np.float64), matrix)[0, 0]
    return (float(place[0]), float(place[1]))


def _off(matrix: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The corner of the frame that is farthest from the card."""
    x, y = _at(matrix, WIDTH / 2, HEIGHT / 2)
    return (40.0 if x > SIZE[0] / 2 else SIZE[0] - 40.0, 40.0 if y > SIZE[1] / 2 else SIZE[1] - 40.0)


def _lit(picture: Image, spot: tuple[float, float, float]) -> Image:
    x, y, radius = spot
    ys, xs = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    light = 600 * np.exp(-(((xs - x) / radius) ** 2 + ((ys - y) / (0.6 * radius)) ** 2) * 1.2)
    return np.asarray(np.clip(picture + light[..., None], 0, 255), dtype=np.uint8)


def _finger(rng: random.Random, picture: Image, matrix: npt.NDArray[np.float64]) -> None:
    """A fingertip on the number, from above or from either side; as wide as a finger, in any skin."""
    thick = rng.uniform(120, 170)
    skin = rng.choice(((75, 105, 150), (100, 140, 195), (140, 175, 225), (60, 85, 125)))
    if rng.random() < 0.4:
        x = rng.uniform(330, 640)
        tip, root = (x, 140.0), (x + rng.uniform(-120, 120), -500.0)
    elif rng.random() < 0.6:
        tip, root = (rng.uniform(480, 600), 135.0), (WIDTH + 400.0, rng.uniform(-150, 200))
    else:
        tip, root = (rng.uniform(380, 480), 135.0), (-400.0, rng.uniform(-150, 200))
    scale = float(np.hypot(*(np.array(_at(matrix, 600, 300)) - _at(matrix, 500, 300)))) / 100
    ends = [tuple(round(v) for v in _at(matrix, *end)) for end in (tip, root)]
    cv2.line(picture, ends[0], ends[1], skin, round(thick * scale), cv2.LINE_AA)
    shade = tuple(int(v * 0.85) for v in skin)
    cv2.circle(picture, ends[0], round(thick * scale * 0.3), shade, -1, cv2.LINE_AA)
