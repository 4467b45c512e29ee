"""What `kiosk doctor` tries beside looking: the camera's frames, the speed of the card reader, the machine's memory."""

import csv
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.devices import CAMERAS
from kiosk.domain.errors import KioskError
from kiosk.domain.health import Finding, good, off, warn
from kiosk.resources import ASSETS
from kiosk.settings import Devices

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kiosk.vision.reader import Reader

CAMERA_S = 3.0
LEAST_FPS = 10
SLOWEST_MS = 400  # a whole look at a frame with a card: two or three of them read it, and nobody waits for a second
LEAST_MEMORY_MB = 1500
SPECIMENS = ASSETS / "specimens"


def camera(chosen: Devices, seconds: float = CAMERA_S, now: Callable[[], float] = time.monotonic) -> Finding:
    """Opens it and counts its frames."""
    make = CAMERAS.get(chosen.camera)
    if make is None:
        return off("camera")
    taken = make(chosen)
    frames, end = 0, now() + seconds
    try:
        taken.open()
        while now() < end:
            frames += taken.read() is not None
    except KioskError as error:
        return warn("camera", error.id, **error.facts)
    finally:
        taken.close()
    fps = round(frames / seconds)
    if not frames:
        return warn("camera", "camera.lost")
    return good("camera", "doctor.camera", fps=fps) if fps >= LEAST_FPS else warn("camera", "camera.slow", fps=fps)


def reader(load: Callable[[], "Reader"], folder: Path = SPECIMENS) -> Finding:
    """Reads the shipped specimen cards, each as a first frame. Right or unread, never wrong, and in time."""
    try:
        loaded = load()
    except KioskError as error:
        return warn("reader", error.id, **error.facts)
    took, right, wrong, cards = [], 0, 0, _cards(folder)
    for name, expected in cards:
        image = _image(folder / name)
        loaded.read(image)  # the first look at a size of picture is slower
        began = time.perf_counter()
        found = loaded.read(image)
        took.append((time.perf_counter() - began) * 1000)
        right += found.nik == expected
        wrong += found.nik not in (None, expected)
    ms = round(statistics.median(took))
    if wrong or right * 2 < len(cards):
        return warn("reader", "reader.wrong", right=right, total=len(cards))
    facts = {"ms": ms, "right": right, "total": len(cards)}
    return good("reader", "doctor.reader", **facts) if ms <= SLOWEST_MS else warn("reader", "reader.slow", **facts)


def memory(meminfo: Path = Path("/proc/meminfo")) -> Finding:
    line = next(line for line in meminfo.read_text().splitlines() if line.startswith("MemTotal:"))
    mb = int(line.split()[1]) // 1024
    return good("memory", "doctor.memory", mb=mb) if mb >= LEAST_MEMORY_MB else warn("memory", "memory.low", mb=mb)


def _cards(folder: Path) -> list[tuple[str, str]]:
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        return [(row["file"], row["expected"]) for row in csv.DictReader(file) if row["kind"] == "ktp"]


def _image(path: Path) -> "NDArray[np.uint8]":
    import cv2
    import numpy as np

    return np.asarray(cv2.imread(str(path)), np.uint8)
