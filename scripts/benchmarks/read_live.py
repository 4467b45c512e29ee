"""A clip as a live camera gives it, for `bench read`: the newest frame at the moment when the last look has ended.

Time is simulated: frames come at the clip's rate, a look takes as long as it takes here. 0 is the first held frame.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.vision.reader import Reader

Frame = npt.NDArray[np.uint8]
See = Callable[[Frame, int], tuple[str | None, float]]  # a frame and its ms → what was accepted, ms that it took


@dataclass(frozen=True)
class Accepted:
    """What was accepted, how long after the card came to rest, and how long each look took."""

    text: str | None
    after_ms: float | None
    looks_ms: list[float]


def play(frames: list[tuple[int, Frame]], phases: tuple[str, ...], see: See) -> Accepted:
    rest = frames[phases.index("hold")][0] if "hold" in phases else None
    now, last = 0.0, -1
    looks: list[float] = []
    while True:
        newest = max((index for index, (t_ms, _) in enumerate(frames) if t_ms <= now), default=0)
        if newest == last:  # looked at already: wait for the next
            newest += 1
            if newest == len(frames):
                return Accepted(None, None, looks)
            now = float(frames[newest][0])
        last = newest
        text, took_ms = see(frames[newest][1], frames[newest][0])
        looks.append(took_ms)
        now += took_ms
        if text is not None:
            return Accepted(text, None if rest is None else now - rest, looks)


def ours(reader: Reader) -> See:
    look = reader.begin()

    def see(frame: Frame, t_ms: int) -> tuple[str | None, float]:
        began = time.perf_counter()
        reading = look.see(frame, t_ms)
        took_ms = (time.perf_counter() - began) * 1000
        payload = reading.fields.get("payload")
        return reading.nik or (payload.text if payload else None), took_ms

    return see


def empty(reader: Reader, counters: list[Frame], looks: int = 12) -> tuple[list[float], list[float]]:
    """Milliseconds of the first and of the later looks at counters without a card; only the sensor's noise changes."""
    first: list[float] = []
    later: list[float] = []
    for number, counter in enumerate(counters):
        noise = np.random.default_rng(number)
        look = reader.begin()
        for index in range(looks):
            grain = noise.normal(0, 3, counter.shape).astype(np.int16)
            frame = np.clip(counter + grain, 0, 255).astype(np.uint8)
            began = time.perf_counter()
            look.see(frame, index * 67)
            (later if index else first).append((time.perf_counter() - began) * 1000)
    return first, later


def rolled(frame: Frame, name: str) -> Frame:
    """The frame turned by 15 to 45 degrees, the same for the same name."""
    rng = random.Random(name)
    height, width = frame.shape[:2]
    angle = rng.choice((-1, 1)) * rng.uniform(15, 45)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 0.85)
    return np.asarray(cv2.warpAffine(frame, turn, (width, height), borderMode=cv2.BORDER_REFLECT), dtype=np.uint8)
