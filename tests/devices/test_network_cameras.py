"""Cameras of the network, against a real server in a process of its own that is killed and started again."""

import dataclasses
import queue
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk import settings
from kiosk.devices import CAMERAS
from kiosk.devices.camera_opencv import OPEN_MS, READ_MS
from kiosk.devices.worker import BACKOFF_S, CameraWorker

PATIENCE_S = 60.0
SERVER = Path(__file__).with_name("network_camera.py")
SECRET = "r4hasia-kios"


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(kind: str, port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, str(SERVER), kind, str(port)], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            assert server.stdout.readline() == "ready\n"
            yield server
        finally:
            server.kill()


def url(kind: str, port: int) -> str:
    return f"rtsp://127.0.0.1:{port}/stream" if kind == "rtsp" else f"http://127.0.0.1:{port}/stream.mjpg"


@pytest.mark.parametrize("kind", ["mjpeg", "rtsp"])
def test_it_comes_back_after_the_camera_was_switched_off_and_on(kind: str, port: int) -> None:
    told: queue.Queue[str] = queue.Queue()
    camera = CAMERAS["opencv"](dataclasses.replace(settings.load().devices, camera_source=url(kind, port)))
    worker = CameraWorker(camera, on_health=lambda health: told.put(health.state))
    worker.start()
    try:
        with serving(kind, port):
            assert told.get(timeout=PATIENCE_S) == "ok"
            first = worker.wait(0, PATIENCE_S)
        assert told.get(timeout=PATIENCE_S) == "lost"
        assert worker.latest() is None
        with serving(kind, port):
            assert told.get(timeout=PATIENCE_S) == "ok"
    finally:
        worker.stop()
    assert first
    assert first[1].image.shape == (720, 1280, 3)
    assert first[1].image[360, 20].tolist() == pytest.approx([90, 90, 90], abs=6)


def test_a_camera_that_hangs_is_lost_and_comes_back_when_it_goes_on(port: int) -> None:
    """The connection stays open and says nothing."""
    told: queue.Queue[str] = queue.Queue()
    camera = CAMERAS["opencv"](dataclasses.replace(settings.load().devices, camera_source=url("mjpeg", port)))
    worker = CameraWorker(camera, on_health=lambda health: told.put(health.state))
    with serving("mjpeg", port) as server:
        worker.start()
        try:
            assert told.get(timeout=PATIENCE_S) == "ok"
            server.send_signal(signal.SIGSTOP)
            assert told.get(timeout=PATIENCE_S) == "lost"
            server.send_signal(signal.SIGCONT)
            assert told.get(timeout=PATIENCE_S) == "ok"
        finally:
            worker.stop()


def test_the_longest_way_back_is_within_ten_seconds() -> None:
    """A read that times out, the longest pause, an opening that takes its time."""
    assert READ_MS + max(BACKOFF_S) * 1000 + OPEN_MS <= 10_000


WATCH = """
import dataclasses, logging, sys, threading
from kiosk import logs, settings
from kiosk.devices import CAMERAS
from kiosk.devices.worker import CameraWorker
logs.start("kiosk", logging.DEBUG)
camera = CAMERAS["opencv"](dataclasses.replace(settings.load().devices, camera_source=sys.argv[1]))
known, tried = threading.Event(), []
worker = CameraWorker(camera, on_health=lambda health: known.set(), backoff_s=(0.05,))
class Counted:
    live = True
    def open(self):
        tried.append(1)
        if len(tried) > 2:
            known.set()
        camera.open()
    read, close = camera.read, camera.close
worker._camera = Counted()
worker.start()
assert known.wait(60)
worker.stop()
print("done")
"""


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
@pytest.mark.parametrize("kind", ["refuse", "silent", "", "mjpeg"])
def test_a_password_in_the_address_is_in_no_log(kind: str, scheme: str, port: int) -> None:
    """Nor on standard error, where OpenCV and FFmpeg write."""
    source = f"{scheme}://petugas:{SECRET}@127.0.0.1:{port}/stream?key={SECRET}"
    watch = [sys.executable, "-c", WATCH, source]
    if kind:
        with serving(kind, port):
            done = subprocess.run(watch, capture_output=True, text=True, timeout=PATIENCE_S * 2)
    else:
        done = subprocess.run(watch, capture_output=True, text=True, timeout=PATIENCE_S * 2)
    assert done.stdout == "done\n", done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert "petugas" not in done.stderr
