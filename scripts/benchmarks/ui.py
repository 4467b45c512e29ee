"""The screens under a real finger: touches go into the X server (XTEST), the camera is a clip of 720p at 30 a second.

Everything is drawn in software, on a virtual display of 1080×1920. `--visits N` sets the visits of the memory run
(500), `--seconds N` how long the preview is watched (12), and the still first screen twice as long.

tap_p95_ms     from the release of the finger to the first frame of the next page on the glass, over all pages and
               between the live preview and typing, where the camera runs
preview_fps    pictures of the camera shown a second, while the reader looks at them
ui_fps         turns of the frame loop a second meanwhile: touches taken, and drawn where anything changed
start_s        from starting the program to the first screen, with warm caches
rss_growth_mb  resident memory after the last visit less that after the fiftieth; the first ones fill caches
idle_cpu_pct   of one core, the still first screen with its slides
taps_min       touches of the shortest visit with a card that is read at once
visit_s        that visit from the first touch to the receipt, each prompt heard to its end
"""

import argparse
import contextlib
import ctypes
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from together import display, say, site_with  # noqa: E402

from kiosk.resources import ASSETS  # noqa: E402
from kiosk.store.identity import Identity  # noqa: E402

SIZE = (1080, 1920)
PRESS_S = 0.04  # how long a finger stays down
WAIT_S = 180.0
ROUNDS = 25  # from the preview to typing and back
WARM_VISITS = 50
SHORTEST = {
    "attract": ["go"],
    "consent": ["tick.registration", "go"],
    "scan": [],
    "confirm": ["yes"],
    "name": ["go"],
    "occupation": ["tile.pedagang-sayur", "go"],
    "employer": ["no"],
    "understand": ["go"],
    "income": ["go"],
    "programme": ["go"],
    "phone": ["skip"],
    "check": ["go"],
}


def measure(arguments: list[str]) -> dict[str, float | int]:
    parser = argparse.ArgumentParser("bench ui")
    parser.add_argument("--visits", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=12.0)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, display(*SIZE, virtual=True) as environment:
        bench = Bench(Path(folder), environment)
        starts, figures = [], {}
        with bench.app("no-card") as app:  # the first start fills the caches
            figures |= preview(app, asked.seconds)
            taps = switching(app)
        with bench.app("no-card") as app:
            starts.append(app.started_s)
            say(f"preview and typing: {statistics.median(taps):.0f} ms a tap")
            figures["idle_cpu_pct"] = idle(app, asked.seconds * 2)
        with bench.app("card") as app:
            starts.append(app.started_s)
            say(f"still first screen: {figures['idle_cpu_pct']:.1f} %")
            visit = visited(app, bench.journal)
            taps += visit.pop("taps_ms")
            figures |= visit
        figures["rss_growth_mb"] = bench.growth(asked.visits)
    return {
        "tap_p95_ms": percentile(taps, 95),
        "tap_p50_ms": statistics.median(taps),
        **figures,
        "start_s": statistics.median(starts),
        "taps": len(taps),
        "visits": asked.visits,
    }


class Bench:
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.journal = folder / "said.jsonl"
        central = X25519PrivateKey.generate().public_key().public_bytes_raw()
        for home in ("one", "many"):
            Identity.fresh("BENCH-1", "http://127.0.0.1:1", central).save(folder / home)
        clips = {"card": clip(folder / "card.avi", card=True), "no-card": clip(folder / "no-card.avi", card=False)}
        self.sites = {name: self._site(name, path) for name, path in clips.items()}
        self.sites["cheap"] = self._site("cheap", clips["no-card"], fingerprint_memory_kib=64, fingerprint_passes=1)

    def _site(self, name: str, camera: Path, **store: object) -> Path:
        panel = {"width": SIZE[0], "height": SIZE[1], "diagonal_inch": 21.5}
        devices = {"camera": "clip", "camera_source": str(camera), "scanner": "none", "printer": "none"}
        devices |= {"speaker": "journal", "speaker_source": str(self.journal)}
        return site_with(
            self.folder / f"{name}.toml", None, panel=panel, devices=devices, store={"free_mb": 1, **store}
        )

    @contextlib.contextmanager
    def app(self, site: str, home: str = "one", visits: int = 0) -> Iterator["App"]:
        app = App([self.folder / home, self.sites[site], visits], self.environment)
        try:
            yield app
        finally:
            app.end()

    def growth(self, visits: int) -> float:
        with self.app("cheap", "many", visits) as app:
            found: dict[int, int] = {}
            while visits not in found:
                line = app.wait("visits")
                found[line["visits"]] = line["rss"]
                if line["visits"] % 50 == 0:
                    say(f"{line['visits']} visits: {line['rss'] / 1e6:.1f} MB")
        base = found[min(found, key=lambda number: abs(number - min(WARM_VISITS, visits)))]
        return float((found[visits] - base) / 1e6)


class App:
    """The running kiosk, what it tells, and a finger on its glass."""

    def __init__(self, arguments: list[object], environment: dict[str, str]) -> None:
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "ui_app.py"), *map(str, arguments)],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.targets: dict[str, Any] = {}  # of the page that is shown
        self.finger = Finger(environment["DISPLAY"])
        self.started_s = self.wait("shown")["at"] - began

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put({"ended": True})

    def wait(self, kind: str, *values: object) -> dict[str, Any]:
        """The next line of a kind, with one of the values."""
        end = time.monotonic() + WAIT_S
        while True:
            line = self.lines.get(timeout=max(end - time.monotonic(), 0.01))
            if "ended" in line:
                raise RuntimeError("the kiosk ended by itself; its last lines stand above")
            if kind in line and (not values or line[kind] in values):
                return line

    def newest(self, kind: str, line: dict[str, Any]) -> dict[str, Any]:
        """The last line of a kind so far, or `line`."""
        while not self.lines.empty():
            later = self.lines.get()
            line = later if kind in later else line
        return line

    def tap(self, ready: dict[str, Any], target: str) -> float:
        """Touches the middle of a target; gives the time of the release."""
        x, y, width, height = ready["targets"][target]
        return self.finger.tap(x + width // 2, y + height // 2)

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Finger:
    """Touches through the X server's test extension: they reach the program as those of a panel do."""

    def __init__(self, name: str) -> None:
        self._x, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(name.encode()))

    def tap(self, x: int, y: int) -> float:
        self._test.XTestFakeMotionEvent(self._display, 0, x, y, 0)
        self._button(down=True)
        time.sleep(PRESS_S)
        self._button(down=False)
        return time.monotonic()

    def _button(self, *, down: bool) -> None:
        self._test.XTestFakeButtonEvent(self._display, 1, int(down), 0)
        self._x.XFlush(self._display)


def preview(app: App, seconds: float) -> dict[str, float]:
    ready = app.wait("ready", "attract")
    app.tap(ready, "go")
    ready = app.wait("ready", "consent")
    app.tap(ready, "tick.registration")
    app.tap(ready, "go")
    app.targets = app.wait("ready", "scan")
    time.sleep(4)  # the recogniser is loaded by the first look
    while not app.lines.empty():
        app.lines.get()
    first = app.wait("turns")
    last = first
    while last["at"] - first["at"] < seconds:
        last = app.wait("turns")
    passed = last["at"] - first["at"]
    return {
        "preview_fps": (last["frames"] - first["frames"]) / passed,
        "ui_fps": (last["turns"] - first["turns"]) / passed,
    }


def switching(app: App) -> list[float]:
    """From the live preview to typing and back, again and again: the dearest change there is."""
    taps = []
    for target, following in [("type", "nik"), ("scan", "scan")] * ROUNDS:
        released = app.tap(app.targets, target)
        taps.append((app.wait("shown", following)["at"] - released) * 1000)
        app.targets = app.wait("ready", following)
        time.sleep(0.3)
    return taps


def idle(app: App, seconds: float) -> float:
    app.wait("ready", "attract")
    time.sleep(6)  # the other screens are built between frames
    before = cpu_s(app.process.pid)
    time.sleep(seconds)
    return (cpu_s(app.process.pid) - before) / seconds * 100


def visited(app: App, journal: Path) -> dict[str, Any]:
    """The shortest visit; each prompt is heard to its end before the next touch."""
    ready = app.wait("ready", "attract")
    taps: list[float] = []
    count, began = 0, 0.0
    while True:
        step = ready["ready"]
        if began:
            time.sleep(max(said_s(journal) - (time.monotonic() - ready["at"]), 0))
        *before, last = SHORTEST[step] or [""]
        for target in before:
            app.tap(ready, target)
            count += 1
            time.sleep(0.4)
            ready = app.newest("ready", ready)
        if last:
            released = app.tap(ready, last)
            began = began or released
            count += 1
            shown = app.wait("shown")
            taps.append((shown["at"] - released) * 1000)
        if step == "check":
            if shown["shown"] != "receipt":
                shown = app.wait("shown", "receipt")
            return {"taps_ms": taps, "taps_min": count, "visit_s": shown["at"] - began}
        ready = app.wait("ready")


def said_s(journal: Path) -> float:
    """How long the newest prompt takes."""
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    said = [json.loads(line) for line in lines if '"say"' in line]
    return sum(vorbis_s(ASSETS / "voice" / f"{name}.ogg") for name in said[-1]["say"]) if said else 0.0


def vorbis_s(path: Path) -> float:
    """From the granule position of the last page (RFC 3533) and the rate in the first (Vorbis I, 4.2.2)."""
    data = path.read_bytes()
    rate = int.from_bytes(data[data.index(b"\x01vorbis") + 12 :][:4], "little")
    return int.from_bytes(data[data.rindex(b"OggS") + 6 :][:8], "little") / rate


def clip(path: Path, *, card: bool) -> Path:
    """1280×720 at 30 a second in motion JPEG, like a webcam: a specimen card, or a counter with a moving shadow."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 30, (1280, 720))
    source = cv2.VideoCapture(str(ASSETS / "specimens" / "ktp.avi"))
    still = cv2.resize(cv2.imread(str(ASSETS / "specimens" / "no-blank-000.jpg")), (1280, 720))
    for number in range(60):
        read, frame = source.read()
        if not card or not read:
            frame = np.roll(still, int(40 * np.sin(number / 60 * 2 * np.pi)), axis=1)
        writer.write(frame)
    writer.release()
    return path


def cpu_s(process: int) -> float:
    """Seconds of processor time that a process has had, all threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], percent: int) -> float:
    return float(np.percentile(values, percent))
