"""Camera drivers and the threads behind them. Tests wait for events, never for time."""

import dataclasses
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kiosk import settings
from kiosk.devices import CAMERAS
from kiosk.devices.camera import Camera, Frame
from kiosk.devices.health import Health
from kiosk.devices.mailbox import Mailbox
from kiosk.devices.worker import CameraWorker, LookWorker
from kiosk.domain.errors import DeviceError
from kiosk.resources import ASSETS

PATIENCE_S = 20.0
CLIP = ASSETS / "specimens" / "qr.avi"


class FakeCamera:
    """Plays a script: `True` a frame, `None` a lost one, `Exception` a failure; `open` may fail first."""

    live = True

    def __init__(self, *script: bool | Exception | None, absent: int = 0) -> None:
        self.script = list(script)
        self.absent = absent
        self.opened = self.closed = 0
        self.more = threading.Event()

    def open(self) -> None:
        if self.absent:
            self.absent -= 1
            raise DeviceError("camera.absent")
        self.opened += 1

    def read(self) -> Frame | None:
        if not self.script:
            self.more.wait(0.01)
            return Frame(np.zeros((2, 2, 3), np.uint8), 0, 0)
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return Frame(np.zeros((2, 2, 3), np.uint8), 0, 0) if step else None

    def close(self) -> None:
        self.closed += 1


def driver(name: str, source: object) -> Camera:
    return CAMERAS[name](dataclasses.replace(settings.load().devices, camera=name, camera_source=str(source)))


@pytest.fixture
def told() -> "queue.Queue[str]":
    return queue.Queue()


def test_the_newest_letter_wins() -> None:
    mailbox: Mailbox[str] = Mailbox()
    assert mailbox.wait(0, 0.0) is None
    mailbox.put("old")
    mailbox.put("new")
    assert mailbox.wait(0) == (2, "new")
    assert mailbox.wait(2, 0.0) is None
    assert mailbox.latest() == "new"
    mailbox.close()
    mailbox.put("late")
    assert (mailbox.wait(0), mailbox.latest()) == (None, None)


def test_health_goes_from_absent_to_ok_to_lost_and_back(told: "queue.Queue[str]") -> None:
    camera = FakeCamera(True, DeviceError("camera.lost"), True, RuntimeError("driver"), absent=3)
    worker = CameraWorker(camera, on_health=lambda health: told.put(health.state), backoff_s=(0.0,))
    assert worker.health == Health("absent", worker.health.since_ms)
    worker.start()
    try:
        assert [told.get(timeout=PATIENCE_S) for _ in range(5)] == ["ok", "lost", "ok", "lost", "ok"]
    finally:
        worker.stop()
    assert camera.opened == 3
    assert camera.closed >= camera.opened


def test_a_camera_that_only_loses_frames_is_opened_anew(told: "queue.Queue[str]") -> None:
    camera = FakeCamera(True, *[None] * 15)
    worker = CameraWorker(camera, on_health=lambda health: told.put(health.state), backoff_s=(0.0,))
    worker.start()
    try:
        assert [told.get(timeout=PATIENCE_S) for _ in range(3)] == ["ok", "lost", "ok"]
    finally:
        worker.stop()
    assert camera.opened == 2


def test_stop_releases_the_device_and_drops_the_frame_and_start_works_again() -> None:
    camera = FakeCamera()
    seen = threading.Event()
    worker = CameraWorker(camera, on_frame=lambda frame: seen.set())
    for round_number in (1, 2):
        seen.clear()
        worker.start()
        assert seen.wait(PATIENCE_S)
        worker.stop()
        assert worker.latest() is None
        assert camera.closed >= round_number


class Counting:
    def __init__(self) -> None:
        self.seen = 0

    def see(self, frame: np.ndarray, t_ms: int, /) -> int:
        self.seen += 1
        if self.seen == 2:
            raise RuntimeError("one bad frame")
        return self.seen


def test_a_look_tells_readings_survives_a_bad_frame_and_begins_anew() -> None:
    camera = CameraWorker(FakeCamera())
    readings: queue.Queue[int] = queue.Queue()
    look = LookWorker(Counting, camera, readings.put)
    camera.start()
    try:
        for _ in range(2):
            look.start()
            assert [readings.get(timeout=PATIENCE_S) for _ in range(3)] == [1, 3, 4]
            look.stop()
            while not readings.empty():
                readings.get()
    finally:
        camera.stop()
    assert readings.empty()


def test_a_look_may_be_stopped_from_its_own_reading() -> None:
    camera = CameraWorker(FakeCamera())
    stopped = threading.Event()

    def on_reading(_: int) -> None:
        look.stop()
        stopped.set()

    look = LookWorker(Counting, camera, on_reading)
    camera.start()
    look.start()
    assert stopped.wait(PATIENCE_S)
    camera.stop()


def test_a_look_that_cannot_begin_says_why() -> None:
    ended = threading.Event()

    def no_model() -> Counting:
        ended.set()
        raise DeviceError("recogniser.missing")

    look = LookWorker(no_model, CameraWorker(FakeCamera()), lambda _: None)
    look.start()
    assert ended.wait(PATIENCE_S)
    look.stop()
    assert look.failure is not None
    assert look.failure.id == "recogniser.missing"


@pytest.mark.parametrize("name", ["clip", "opencv"])
def test_a_clip_is_a_camera(name: str) -> None:
    camera = driver(name, CLIP)
    camera.open()
    try:
        first, second = camera.read(), camera.read()
    finally:
        camera.close()
    assert first is not None
    assert second is not None
    assert (first.image.shape, second.seq) == ((720, 1280, 3), 2)
    assert second.t_ms >= first.t_ms


@pytest.mark.parametrize("name", ["clip", "opencv"])
def test_nothing_to_open_is_absent_and_a_closed_camera_is_lost(name: str, tmp_path: Path) -> None:
    camera = driver(name, tmp_path / "none.avi")
    with pytest.raises(DeviceError, match=r"camera\.absent"):
        camera.open()
    with pytest.raises(DeviceError, match=r"camera\.lost"):
        camera.read()
    camera.close()


def test_a_folder_without_pictures_is_lost_and_not_an_endless_loop(tmp_path: Path) -> None:
    (tmp_path / "torn.jpg").write_bytes(b"torn")
    camera = driver("clip", tmp_path)
    camera.open()
    with pytest.raises(DeviceError, match=r"camera\.lost"):
        camera.read()


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    yield
    left = [thread.name for thread in threading.enumerate() if thread.name in ("camera", "look")]
    for thread in threading.enumerate():
        if thread.name in left:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
