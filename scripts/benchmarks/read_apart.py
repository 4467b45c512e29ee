"""What `bench read` measures in processes of their own: memory over a base, the model's load, and one core.

python read_apart.py base | load | cores FILE…      prints one JSON object
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def measured(*arguments: str) -> dict[str, float]:
    """Runs this file with `arguments` and gives what it prints."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, timeout=600, check=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(what: str, files: list[str]) -> dict[str, float]:
    if what == "cores":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before OpenCV counts the cores
    import cv2  # noqa: F401
    import numpy as np

    if what == "base":
        return {"rss_mb": _peak_mb()}
    from datetime import date

    from kiosk import tables
    from kiosk.resources import ASSETS
    from kiosk.vision import pictures
    from kiosk.vision.reader import Reader

    regions = tables.regions()
    began = time.perf_counter()
    reader = Reader(regions, lambda: date(2026, 11, 22), model=ASSETS / "models" / "ktp-text.onnx")
    load_s = time.perf_counter() - began
    times = []
    for file in files:
        frame = pictures.load(Path(file))
        began = time.perf_counter()
        reader.read(frame)
        times.append((time.perf_counter() - began) * 1000)
    p50, p95 = np.percentile(times[1:] or times, (50, 95)).tolist()  # the first one loads what is loaded late
    return {"rss_mb": _peak_mb(), "load_s": load_s, "first_ms": times[0], "p50_ms": p50, "p95_ms": p95}


def _peak_mb() -> float:
    """VmHWM: what getrusage gives begins with the peak of the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2:])))
