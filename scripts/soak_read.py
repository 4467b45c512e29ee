"""Looks at cards, codes and empty counters again and again, a new look every 40 seconds, and watches the memory.

    scripts/soak-read [--minutes 30] [--set DIR] [--json]

Frames come at 15 a second, one look at a time, as in the kiosk. Each minute the resident memory is printed; the slope
is that of a straight line through the minutes after the first.
"""

import argparse
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from kiosk import tables
from kiosk.resources import ASSETS
from kiosk.vision import pictures
from kiosk.vision.look import Look
from kiosk.vision.pictures import Frame
from kiosk.vision.reader import Reader

LOOK_S, FRAME_S = 40.0, 1 / 15
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


def scenes(folder: Path) -> Iterator[Frame]:
    """All frames of the folder's clips and half a second of each picture, without end."""
    wanted = pictures.PICTURE_SUFFIXES | pictures.CLIP_SUFFIXES
    files = sorted(path for path in folder.rglob("*") if path.suffix in wanted)
    if not files:
        raise SystemExit(f"no pictures or clips in {folder}")
    for path in itertools.cycle(files):
        if pictures.is_clip(path):
            yield from (frame for _, frame in pictures.frames(path))
        else:
            yield from itertools.repeat(pictures.load(path), 8)


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB / 1024


def reader_of_all() -> Reader:
    return Reader(tables.regions(), lambda: date(2026, 11, 22), model=ASSETS / "models" / "ktp-text.onnx")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--set", type=Path, default=ASSETS / "specimens")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line each minute")
    asked = parser.parse_args()
    reader, frames = reader_of_all(), scenes(asked.set)
    began = minute_s = look_s = time.monotonic()
    look: Look = reader.begin()
    looks = accepted = 0
    levels: list[float] = []
    while (now := time.monotonic()) - began < asked.minutes * 60:
        if now - look_s >= LOOK_S:
            look, look_s = reader.begin(), now
        reading = look.see(next(frames), round((now - look_s) * 1000))
        looks += 1
        if reading.nik is not None:
            accepted += 1
            look = reader.begin()
        if now - minute_s >= 60:
            minute_s = now
            levels.append(resident_mb())
            if not asked.json:
                print(f"{len(levels):>4} min  {levels[-1]:7.1f} MB  {looks} looks, {accepted} accepted", flush=True)
        time.sleep(max(0.0, FRAME_S - (time.monotonic() - now)))
    levels = levels or [resident_mb()]
    slope = float(np.polyfit(range(len(levels) - 1), levels[1:], 1)[0]) if len(levels) > 3 else 0.0
    told = {"minutes": asked.minutes, "looks": looks, "accepted": accepted}
    told |= {"first_mb": levels[0], "last_mb": levels[-1], "mb_per_hour": slope * 60}
    print(json.dumps(told) if asked.json else "  ".join(f"{what} {value:.1f}" for what, value in told.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
