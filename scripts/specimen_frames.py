"""Puts a drawn card before a made camera for scripts/specimen: ground, hand, light, lens, motion, noise, JPEG."""

import random
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from specimen_cards import HEIGHT, WIDTH, Card, Image

Light = npt.NDArray[Any]
Matrix = npt.NDArray[np.float64]
Corners = list[tuple[float, float]]
SIZE = (1280, 720)


@dataclass(frozen=True)
class Spoil:
    """How a frame is spoilt; lengths in frame pixels, angles in degrees."""

    scale: float  # the card's width by the frame's
    tilt: float
    roll: float
    blur: float
    motion: float
    noise: float
    gain: float
    glare: bool
    hand: bool
    quality: int
    poor: bool = False  # a 640×480 webcam
    worn: float = 0.0
    covered: bool = False  # a finger lies on the number
    shift: tuple[float, float] = (0.0, 0.0)  # of the whole card, when it comes and goes


GRADES: dict[str, dict[str, Any]] = {
    "easy": {
        "scale": (0.55, 0.78),
        "tilt": (0, 8),
        "roll": 4,
        "blur": (0.3, 0.8),
        "motion": (0, 1.5),
        "noise": (1, 4),
        "gain": (0.8, 1.05),
        "glare": 0.0,
        "hand": 0.2,
        "quality": (80, 95),
        "poor": 0.0,
    },
    "typical": {
        "scale": (0.45, 0.72),
        "tilt": (0, 15),
        "roll": 8,
        "blur": (0.4, 1.2),
        "motion": (0, 4),
        "noise": (2, 7),
        "gain": (0.6, 1.05),
        "glare": 0.3,
        "hand": 0.6,
        "quality": (60, 92),
        "poor": 0.0,
    },
    "hard": {
        "scale": (0.36, 0.6),
        "tilt": (4, 25),
        "roll": 17,
        "blur": (0.5, 2.0),
        "motion": (0.4, 8),
        "noise": (2, 12),
        "gain": (0.35, 1.1),
        "glare": 0.55,
        "hand": 0.8,
        "quality": (35, 85),
        "poor": 0.06,
    },
    "old": {
        "scale": (0.45, 0.7),
        "tilt": (0, 15),
        "roll": 8,
        "blur": (0.4, 1.2),
        "motion": (0, 4),
        "noise": (2, 8),
        "gain": (0.5, 1.05),
        "glare": 0.3,
        "hand": 0.6,
        "quality": (55, 92),
        "poor": 0.0,
    },
    "poor": {
        "scale": (0.44, 0.7),
        "tilt": (0, 15),
        "roll": 8,
        "blur": (0.4, 1.0),
        "motion": (0, 3),
        "noise": (4, 14),
        "gain": (0.16, 0.7),
        "glare": 0.2,
        "hand": 0.5,
        "quality": (30, 75),
        "poor": 1.0,
    },
}
GRADES["covered"] = GRADES["typical"]  # fmt: skip


def spoil(rng: random.Random, grade: str) -> Spoil:
    g = GRADES[grade]
    return Spoil(
        scale=rng.uniform(*g["scale"]),
        tilt=rng.uniform(*g["tilt"]),
        roll=rng.gauss(0, g["roll"] / 2),
        blur=rng.uniform(*g["blur"]),
        motion=rng.uniform(*g["motion"]),
        noise=rng.uniform(*g["noise"]),
        gain=rng.uniform(*g["gain"]),
        glare=rng.random() < g["glare"],
        hand=rng.random() < g["hand"],
        quality=rng.randint(*g["quality"]),
        poor=rng.random() < g["poor"],
        worn=rng.uniform(0, 0.5) if grade in ("hard", "old") else 0.0,
        covered=grade == "covered",
    )


def jitter(rng: random.Random, how: Spoil) -> Spoil:
    """The same hand a moment later."""
    return replace(
        how,
        roll=how.roll + rng.gauss(0, 1.0),
        blur=max(0.2, how.blur * rng.uniform(0.75, 1.2)),
        motion=max(0.0, how.motion * rng.uniform(0.5, 1.2)),
        tilt=how.tilt * rng.uniform(0.9, 1.1),
    )


def counter(rng: random.Random) -> Image:
    """A busy counter: planks, tiles, cloth or goods, with papers full of print and cables on it."""
    noise = np.random.default_rng(rng.getrandbits(32))
    width, height = SIZE
    base: Light = np.array([rng.randint(40, 210) for _ in range(3)], np.float32)
    picture: Light = np.zeros((height, width, 3), np.float32) + base
    for size, strong in ((9, 30), (40, 18), (160, 9)):
        patch = noise.normal(0, strong, (size * 9 // 16 + 2, size, 3)).astype(np.float32)
        picture += cv2.resize(patch, SIZE, interpolation=cv2.INTER_CUBIC)
    kind = rng.choice(("planks", "tiles", "cloth", "goods"))
    if kind == "planks":
        for y in range(rng.randint(0, 60), height, rng.randint(60, 160)):
            cv2.line(picture, (0, y), (width, y + rng.randint(-20, 20)), (base * 0.4).tolist(), rng.randint(2, 5))
    elif kind == "tiles":
        step = rng.randint(60, 140)
        for at in range(0, width, step):
            cv2.line(picture, (at, 0), (at, height), (base * 0.6).tolist(), 3)
            cv2.line(picture, (0, at), (width, at), (base * 0.6).tolist(), 3)
    elif kind == "cloth":
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        weave = np.sin(xs / rng.uniform(2, 9)) * np.sin(ys / rng.uniform(2, 9)) * rng.uniform(5, 35)
        picture += weave[..., None]
    else:
        for _ in range(rng.randint(8, 30)):
            centre = (rng.randint(0, width), rng.randint(0, height))
            colour = [rng.randint(20, 240) for _ in range(3)]
            cv2.ellipse(picture, centre, (rng.randint(15, 110), rng.randint(15, 110)), 0, 0, 360, colour, -1)
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    for _ in range(rng.randint(0, 2)):
        paper(rng, picture)
    return np.asarray(picture, dtype=np.uint8)


def paper(rng: random.Random, picture: Image) -> None:
    """A price list or slip with rows of digits lies about."""
    sheet = np.full((360, 260, 3), rng.randint(190, 250), np.uint8)
    for y in range(30, 350, rng.randint(18, 30)):
        text = "".join(rng.choice("0123456789 RPKGX.") for _ in range(rng.randint(6, 18)))
        cv2.putText(sheet, text, (12, y), cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.4, 0.6), (40, 40, 40), 1, cv2.LINE_AA)
    centre = (rng.randint(100, SIZE[0] - 100), rng.randint(80, SIZE[1] - 80))
    matrix: Light = cv2.getRotationMatrix2D((130, 180), rng.uniform(-180, 180), rng.uniform(0.6, 1.3))
    matrix[:, 2] += np.array(centre) - (130, 180)
    cv2.warpAffine(sheet, matrix, SIZE, dst=picture, borderMode=cv2.BORDER_TRANSPARENT)


def frame(rng: random.Random, card: Card | None, how: Spoil, scene: Image) -> tuple[Image, Matrix]:
    """The frame (BGR uint8) and the 3×3 matrix from the card to the frame."""
    noise = np.random.default_rng(rng.getrandbits(32))
    picture: Light = scene.astype(np.float32)
    matrix = np.eye(3)
    if card is not None:
        matrix = _pose(rng, how)
        worn = card.image.astype(np.float32)
        if how.worn:
            rubbed = cv2.resize(
                noise.random((20, 32)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
            )
            worn += (235 - worn) * (how.worn * np.clip(rubbed, 0, 1))[..., None]
        mask = np.zeros((HEIGHT, WIDTH), np.float32)
        cv2.rectangle(mask, (12, 0), (WIDTH - 12, HEIGHT), 1.0, -1)
        cv2.rectangle(mask, (0, 12), (WIDTH, HEIGHT - 12), 1.0, -1)
        smaller = how.scale * SIZE[0] / WIDTH
        soft = cv2.GaussianBlur(worn, (0, 0), max(0.3, 0.42 / smaller)) if smaller < 0.9 else worn
        laid = cv2.warpPerspective(soft, matrix, SIZE, flags=cv2.INTER_LINEAR)
        cover = _of_all(cv2.warpPerspective(mask, matrix, SIZE, flags=cv2.INTER_LINEAR))
        shadow = cv2.GaussianBlur(cover, (0, 0), 9) * np.float32(0.35)
        picture = picture * (1 - shadow) * (1 - cover) + laid * cover
        if how.hand:
            _hand(rng, picture, matrix)
        if how.covered and card.number:
            _finger_on(rng, picture, matrix, card.number)
    light = 1 + rng.uniform(-0.25, 0.25) * np.linspace(-1, 1, SIZE[0], dtype=np.float32)[None, :, None]
    picture *= light * np.array([rng.uniform(0.9, 1.08), 1.0, rng.uniform(0.92, 1.1)], np.float32)
    if how.glare:
        _glare(rng, picture, matrix)
    picture *= how.gain
    if how.poor:
        picture = cv2.resize(picture[:, 160:1120], (640, 480), interpolation=cv2.INTER_AREA)
        matrix = np.array([[640 / 960, 0, -160 * 640 / 960], [0, 480 / 720, 0], [0, 0, 1]]) @ matrix
    picture = cv2.GaussianBlur(picture, (0, 0), max(0.2, how.blur))
    if how.motion > 1:
        picture = cv2.filter2D(picture, -1, streak(how.motion, rng.uniform(0, 180)))
    height, width = picture.shape[:2]
    for shape, strength in (((height, width), how.noise), ((height, width, 3), how.noise * 0.4)):
        grain = noise.standard_normal(shape, np.float32)
        picture = cv2.scaleAdd(_of_all(grain) if grain.ndim == 2 else grain, strength, picture)
    picture = cv2.add(picture, np.zeros_like(picture), dtype=cv2.CV_8U)  # rounds and saturates
    stored = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, how.quality])[1]
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), dtype=np.uint8), matrix


def _of_all(plane: Light) -> Light:
    """One plane for all three colours."""
    return np.asarray(cv2.merge([plane, plane, plane]))


def streak(length: float, angle: float) -> npt.NDArray[np.float32]:
    size = int(length) | 1
    size = max(3, size + 2)
    kernel: Light = np.zeros((size * 4, size * 4), np.float32)
    half = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * length * 2
    middle = np.array([size * 2, size * 2])
    start, stop = (tuple(int(v) for v in np.round(middle + sign * half)) for sign in (-1, 1))
    cv2.line(kernel, start, stop, 1.0, 4, cv2.LINE_AA)
    kernel = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def _pose(rng: random.Random, how: Spoil) -> Matrix:
    """A pinhole camera over a card that is tilted about a random axis of its plane and rolled."""
    axis, tilt, roll = rng.uniform(0, 2 * np.pi), np.radians(how.tilt), np.radians(how.roll)
    turned = cv2.Rodrigues(np.array([np.cos(axis), np.sin(axis), 0.0]) * tilt)[0]
    turned = turned @ cv2.Rodrigues(np.array([0.0, 0.0, roll]))[0]
    distance = 1.15 / how.scale
    corners = np.array([[-WIDTH, -HEIGHT], [WIDTH, -HEIGHT], [WIDTH, HEIGHT], [-WIDTH, HEIGHT]], np.float64) / (
        2 * WIDTH
    )
    space = np.c_[corners, np.zeros(4)] @ turned.T + (0, 0, distance)
    seen = space[:, :2] / space[:, 2:] * 1.15 * SIZE[0]
    low, high = seen.min(axis=0), seen.max(axis=0)
    cut = 160 if how.poor else 0  # a webcam of 4:3 sees that much less on each side
    room = np.array(SIZE) - (2 * cut, 0) - (high - low)
    spare = np.maximum(room, 0)
    at = np.array([rng.uniform(0.03, 0.97), rng.uniform(0.03, 0.97)]) * spare + np.minimum(room, 0) / 2 - low
    at[0] += how.shift[0] + cut
    at[1] += how.shift[1]
    source = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, (seen + at).astype(np.float32)), dtype=np.float64)


def _hand(rng: random.Random, picture: Light, matrix: Matrix) -> None:
    """A finger or two over an edge; it keeps off the number, as a person told so would."""
    skin = [rng.randint(70, 140), rng.randint(100, 170), rng.randint(140, 215)]
    for _ in range(rng.randint(1, 2)):
        side = rng.random()
        if side < 0.4:
            tip, root = (rng.uniform(-10, 30), rng.uniform(250, 600)), (-400.0, rng.uniform(250, 700))
        elif side < 0.7:
            tip, root = (WIDTH - rng.uniform(0, 120), rng.uniform(200, 600)), (WIDTH + 400.0, rng.uniform(200, 700))
        else:
            tip, root = (rng.uniform(200, 950), HEIGHT - rng.uniform(0, 90)), (rng.uniform(200, 950), HEIGHT + 400.0)
        ends = cv2.perspectiveTransform(np.array([[tip, root]], np.float64), matrix)[0]
        first, second = (tuple(int(v) for v in end) for end in ends)
        cv2.line(picture, first, second, skin, rng.randint(36, 60), cv2.LINE_AA)


def _finger_on(rng: random.Random, picture: Light, matrix: Matrix, number: Corners) -> None:
    """A thumb over two digits or more."""
    (left, top), (right, bottom) = number[0], number[2]
    tip = (left + (right - left) * rng.uniform(0.15, 0.95), (top + bottom) / 2)
    root = (tip[0] + rng.uniform(-250, 250), -400.0)
    ends = cv2.perspectiveTransform(np.array([[tip, root]], np.float64), matrix)[0]
    first, second = (tuple(int(v) for v in end) for end in ends)
    wide = float(np.linalg.norm(matrix[:2, 0])) * (right - left) / 16
    skin = [rng.randint(70, 140), rng.randint(100, 170), rng.randint(140, 215)]
    cv2.line(picture, first, second, skin, max(24, round(wide * rng.uniform(2.2, 4))), cv2.LINE_AA)


def _glare(rng: random.Random, picture: Light, matrix: Matrix) -> None:
    place = np.array([[[rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)]]])
    x, y = cv2.perspectiveTransform(place, matrix)[0, 0]
    ys, xs = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    wide, high = rng.uniform(15, 70), rng.uniform(12, 45)
    spot = np.exp(-(((xs - x) / wide) ** 2 + ((ys - y) / high) ** 2))
    picture += (spot * rng.uniform(90, 400))[..., None]
