"""Other readers on the same pictures, for `bench read`: zbar and zxing-cpp as they come, Tesseract, rapidocr.

Tesseract is Debian's; rapidocr lives in a venv under XDG_CACHE_HOME, because it brings an OpenCV of its own. Both are
driven over a pipe (peer_*.py). One that is not to be had gives `absent: why` instead of a figure.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import zxingcpp
from peers_home import Absent, venv
from pyzbar import pyzbar
from read_live import Frame, See
from read_sets import Corners

from kiosk import tables
from kiosk.domain import nik

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "peers.txt"
# Letters that readers of print give for digits; the public KTP readers put them right in this way.
DIGITS = str.maketrans("OoDQlI|iZzSsBbGgqTAU?", "000011112255886697407")


def zbar(frame: Frame) -> list[str]:
    """The loop of a hundred scripts: pyzbar on the frame as the camera gives it."""
    return [code.data.decode("utf-8", "replace") for code in pyzbar.decode(frame)]


def zxing(frame: Frame) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(frame)]


def number_in(lines: list[str], today: date) -> str | None:
    """The first well-formed NIK in a reader's text: sixteen digits in a row, letters put right as the others do."""
    for line in lines:
        for said in (line, line.translate(DIGITS)) if sum(map(str.isdigit, line)) >= 8 else ():
            for run in re.findall(r"\d{16}", re.sub(r"[\s:.]", "", said)):
                outcome = nik.check(run, tables.regions(), today).outcome
                if outcome is not nik.Outcome.FAIL and tables.regions().find(run[:4]) is not None:
                    return str(run)
    return None


class Driver:
    """A peer behind a pipe."""

    def __init__(self, command: list[str]) -> None:
        quiet = {
            **os.environ,
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "HTTP_PROXY": "http://127.0.0.1:9",
        }  # fetches nothing
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=quiet
        )
        self.load_s = float(self._answer()["load_s"])

    def read(self, file: Path, corners: Corners | None = None) -> dict[str, Any]:
        """`lines` of text, `ms`, `cpu_ms`, and `rss_mb` where the reader is one process."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"file": str(file), "corners": corners}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def see(self, today: date, folder: Path) -> See:
        """A live look that takes the first well-formed number."""

        def see(frame: Frame, _t_ms: int) -> tuple[str | None, float]:
            file = folder / "frame.bmp"
            cv2.imwrite(str(file), frame)
            answer = self.read(file)
            return number_in(answer["lines"], today), float(answer["ms"])

        return see

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Absent("its driver ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


def tesseract(how: str) -> Driver:
    if shutil.which("tesseract") is None:
        raise Absent("apt-get install tesseract-ocr tesseract-ocr-ind")
    languages = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, check=False
    ).stdout.split()
    if "ind" not in languages:
        raise Absent("apt-get install tesseract-ocr-ind")
    return Driver([sys.executable, str(HERE / "peer_tesseract.py"), how])


def rapidocr(how: str) -> Driver:
    return Driver([str(venv(REQUIREMENTS)), str(HERE / "peer_rapidocr.py"), how])


PEERS: dict[str, tuple[Callable[[str], Driver], str]] = {
    "tesseract_page": (tesseract, "page"),
    "tesseract_strip": (tesseract, "strip"),
    "rapidocr": (rapidocr, "default"),
    "rapidocr_960": (rapidocr, "960"),
}


@contextmanager
def started(name: str) -> Iterator[Driver]:
    """Raises Absent."""
    start, how = PEERS[name]
    driver = start(how)
    try:
        yield driver
    finally:
        driver.end()


def timed(read: Callable[[Frame], list[str]], frame: Frame) -> tuple[list[str], float]:
    began = time.perf_counter()
    texts = read(frame)
    return texts, (time.perf_counter() - began) * 1000


def percentile(values: list[float], percent: int) -> float:
    return float(np.percentile(values, percent))


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Where frames of clips lie for a peer, in memory when the machine has such a place."""
    shared = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)
