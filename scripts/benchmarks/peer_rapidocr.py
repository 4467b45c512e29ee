"""Driver of rapidocr for `bench read`: one JSON line in (a picture's path), one out (its lines of text, milliseconds).

Runs in the peers' venv, whose OpenCV is another than ours. `default` as it comes; `960` is the fastest setting known to
lose nothing: longest side 960, no angle classifier (which turns OCR-A lines upside down).
"""

import json
import logging
import sys
import time
from pathlib import Path

import cv2
from rapidocr import RapidOCR  # type: ignore[import-not-found]

SETTINGS = {
    "default": {},
    "960": {"Det.limit_side_len": 960, "Det.limit_type": "max", "Global.use_cls": False},
}


def main() -> None:
    logging.disable(logging.WARNING)
    began = time.perf_counter()
    reader = RapidOCR(params={"Global.log_level": "critical", **SETTINGS[sys.argv[1]]})
    print(json.dumps({"load_s": time.perf_counter() - began}), flush=True)
    for line in sys.stdin:
        picture = cv2.imread(json.loads(line)["file"])
        cpu, wall = time.process_time(), time.perf_counter()
        found = reader(picture)
        told = {
            "ms": (time.perf_counter() - wall) * 1000,
            "cpu_ms": (time.process_time() - cpu) * 1000,
            "lines": list(found.txts or ()),
            "rss_mb": _peak_mb(),
        }
        print(json.dumps(told), flush=True)


def _peak_mb() -> float:
    """VmHWM: what getrusage gives begins with the peak of the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
