"""A clip, or a folder of clips and pictures, played in a loop at its own rate: a kiosk on any laptop."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.devices.camera import CLIPS, Frame
from kiosk.domain.errors import DeviceError

USUAL_FPS = 25.0
PICTURE_S = 2.0  # how long a picture of a folder is held
PICTURE_FPS = 10.0
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})

Image = npt.NDArray[np.uint8]


class ClipCamera:
    live = False  # a picture stands still by design

    def __init__(self, source: str) -> None:
        """`source`: a clip, a picture, or a folder of them, played in the order of their names."""
        self._source = Path(source)
        self._frames: Iterator[tuple[Image, float]] | None = None
        self._closed = threading.Event()
        self._due = 0.0
        self._seq = 0

    def open(self) -> None:
        files = self._files()
        if not files:
            raise DeviceError("camera.absent")
        self._closed.clear()
        self._frames, self._due, self._seq = _played(files), time.monotonic(), 0

    def read(self) -> Frame | None:
        """The next frame, at the moment it is due."""
        if self._frames is None:
            raise DeviceError("camera.lost")
        try:
            image, lasts_s = next(self._frames)
        except (StopIteration, cv2.error):
            raise DeviceError("camera.lost") from None
        now = time.monotonic()
        self._due = max(self._due, now - 1.0)  # after a stall it goes on from here and does not race
        if self._due > now:
            self._closed.wait(self._due - now)
        self._due += lasts_s
        self._seq += 1
        return Frame(image, time.monotonic_ns() // 1_000_000, self._seq)

    def close(self) -> None:
        self._closed.set()
        self._frames = None

    def _files(self) -> list[Path]:
        if self._source.is_dir():
            return sorted(file for file in self._source.iterdir() if file.suffix.lower() in PICTURES | CLIPS)
        return [self._source] if self._source.is_file() else []


def _played(files: list[Path]) -> Iterator[tuple[Image, float]]:
    """Endless frames, each with the seconds it is shown; ends when a whole round gave no frame."""
    while True:
        shown = 0
        for file in files:
            for frame in _picture(file) if file.suffix.lower() in PICTURES else _clip(file):
                shown += 1
                yield frame
        if not shown:
            return


def _picture(file: Path) -> Iterator[tuple[Image, float]]:
    image = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if image is not None:
        for _ in range(round(PICTURE_S * PICTURE_FPS)):
            yield np.asarray(image, dtype=np.uint8), 1 / PICTURE_FPS


def _clip(file: Path) -> Iterator[tuple[Image, float]]:
    capture = cv2.VideoCapture(str(file))
    try:
        rate = capture.get(cv2.CAP_PROP_FPS)
        rate = rate if 1.0 <= rate <= 240.0 else USUAL_FPS
        while True:
            there, image = capture.read()
            if not there or image is None:
                return
            yield np.asarray(image, dtype=np.uint8), 1 / rate
    finally:
        capture.release()
