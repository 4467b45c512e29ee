"""The threads behind a look: nothing on the frame's thread, one frame at a time, nothing kept when it is over."""

import dataclasses
import gc
import queue
import threading
import tracemalloc
import weakref
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from kiosk import bootstrap, clock, devices, settings
from kiosk.devices.camera import Frame
from kiosk.devices.health import UPSIDE_DOWN_AFTER
from kiosk.devices.worker import CameraWorker, LookWorker
from kiosk.domain.errors import DeviceError
from kiosk.domain.reading import KTP, Reading
from kiosk.resources import ASSETS
from kiosk.sight import CameraSight

PATIENCE_S = 20.0
NIK = "3372015708759001"
UPRIGHT = ((0.3, 0.4), (0.7, 0.42), (0.7, 0.46), (0.3, 0.44))
TURNED = tuple((1 - x, 1 - y) for x, y in UPRIGHT)


class Watched:
    """A camera whose frames are numbered by their grey level, that keeps who called it and where its frames are."""

    live = True

    def __init__(self) -> None:
        self.threads: set[str] = set()
        self.images: list[weakref.ref[np.ndarray]] = []
        self.due = threading.Semaphore(0)
        self.free = True  # frames come as fast as they are read
        self.opened = self.closed = 0
        self.absent = False
        self.tries = threading.Semaphore(0)  # to open it
        self.goes_on = threading.Event()
        self.goes_on.set()

    def open(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.tries.release()
        if self.absent:
            raise DeviceError("camera.absent")
        self.opened += 1

    def read(self) -> Frame | None:
        self.threads.add(threading.current_thread().name)
        self.goes_on.wait(PATIENCE_S)
        if not self.due.acquire(timeout=0.002 if self.free else 0.05) and not self.free:
            return None
        image = np.full((72, 128, 3), len(self.images) % 250, np.uint8)
        self.images.append(weakref.ref(image))
        return Frame(image, len(self.images), len(self.images))

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed += 1


class Eye:
    """A look that says what it is told to, and keeps in which thread it was asked."""

    def __init__(self, answer: Callable[[], Reading] = Reading) -> None:
        self.answer = answer
        self.threads: set[str] = set()

    def begin(self) -> "Eye":
        self.threads.add(threading.current_thread().name)
        return self

    def see(self, frame: np.ndarray, t_ms: int, /) -> Reading:
        self.threads.add(threading.current_thread().name)
        return self.answer()


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> Watched:
    camera = Watched()
    monkeypatch.setitem(devices.CAMERAS, "opencv", lambda _: camera)
    return camera


def sight(eye: object) -> CameraSight:
    return CameraSight(settings.load().devices, lambda: eye)


def looked(sight: CameraSight, readings: int = 1) -> list[Reading]:
    """Looks until so many readings came, as a step of the visit does."""
    told: queue.Queue[Reading] = queue.Queue()
    sight.start(told.put)
    try:
        return [told.get(timeout=PATIENCE_S) for _ in range(readings)]
    finally:
        sight.stop()
        ended()


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name in ("camera", "look"):
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def test_nothing_of_the_camera_runs_on_the_frames_thread(camera: Watched) -> None:
    eye, told_in = Eye(), set()
    done = threading.Event()

    def on_reading(_: Reading) -> None:
        told_in.add(threading.current_thread().name)
        done.set()

    eyes = sight(eye)
    eyes.start(on_reading)
    assert done.wait(PATIENCE_S)
    eyes.stop()
    assert camera.threads == {"camera"}
    assert eye.threads == told_in == {"look"}


def test_one_frame_is_looked_at_at_a_time_and_the_newest_is_next(camera: Watched) -> None:
    camera.free = False
    put, seen, go_on = threading.Semaphore(0), queue.Queue(), threading.Semaphore(0)
    inside = []

    class Slow:
        def see(self, frame: np.ndarray, t_ms: int, /) -> int:
            inside.append(1)
            seen.put((t_ms, len(inside)))
            assert go_on.acquire(timeout=PATIENCE_S)
            inside.pop()
            return t_ms

    worker = CameraWorker(camera, on_frame=lambda _: put.release())
    look = LookWorker(Slow, worker, lambda _: None)

    def frames(count: int) -> None:
        for _ in range(count):
            camera.due.release()
            assert put.acquire(timeout=PATIENCE_S)

    worker.start()
    look.start()
    try:
        order = []
        for count in (1, 7, 3, 1):
            frames(count)
            if order:
                go_on.release()
            order.append(seen.get(timeout=PATIENCE_S))
        assert order == [(1, 1), (8, 1), (11, 1), (12, 1)]
        assert sum(image() is not None for image in camera.images) <= 2  # the one looked at, the newest
    finally:
        go_on.release(10)
        worker.stop()
        look.stop()


def test_no_frame_and_no_picture_for_the_screen_outlives_the_look(camera: Watched) -> None:
    told: queue.Queue[Reading] = queue.Queue()
    eyes = sight(Eye())
    eyes.start(told.put)
    shown = []
    while len(shown) < 4:
        told.get(timeout=PATIENCE_S)
        picture = eyes.preview()
        if picture is not None:
            shown.append(weakref.ref(picture))
    del picture
    assert any(image() is not None for image in camera.images)
    eyes.stop()
    ended()
    gc.collect()
    assert [image for image in camera.images if image() is not None] == []
    assert [picture for picture in shown if picture() is not None] == []
    assert eyes.preview() is None
    assert camera.opened == camera.closed


def test_nor_with_the_real_reader_on_the_specimen_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything of a frame's size that the look made is gone as well."""
    source = str(ASSETS / "specimens" / "ktp.avi")
    chosen = settings.load(None, {"devices.camera": "clip", "devices.camera_source": source})
    images: list[weakref.ref[np.ndarray]] = []
    made = devices.CAMERAS["clip"]

    def watched(of: settings.Devices) -> object:
        camera = made(of)
        read = camera.read

        def kept() -> Frame | None:
            frame = read()
            if frame is not None:
                images.append(weakref.ref(frame.image))
            return frame

        camera.read = kept  # type: ignore[method-assign]
        return camera

    monkeypatch.setitem(devices.CAMERAS, "clip", watched)
    eyes = CameraSight(chosen.devices, lambda: bootstrap.card_reader(chosen, clock.SystemClock()))
    tracemalloc.start()
    try:
        told: queue.Queue[Reading] = queue.Queue()
        eyes.start(told.put)
        for _ in range(3):
            told.get(timeout=PATIENCE_S)
        assert frame_sized()
        eyes.stop()
        ended()
        gc.collect()
        assert images
        assert [image for image in images if image() is not None] == []
        assert frame_sized() == []
    finally:
        tracemalloc.stop()


def ended() -> None:
    """Once the threads that were told to stop have done so: nobody else waits for them."""
    for thread in threading.enumerate():
        if thread.name in ("camera", "look"):
            thread.join(PATIENCE_S)


def frame_sized() -> list[int]:
    """Every piece of memory that could hold a frame in grey, BGR or RGBA, whoever made it."""
    pixels = 720 * 1280
    return [
        trace.size for trace in tracemalloc.take_snapshot().traces if trace.size in (pixels, 3 * pixels, 4 * pixels)
    ]


def test_a_device_that_hangs_holds_up_nobody_and_the_next_look_waits_for_it(camera: Watched) -> None:
    eyes = sight(Eye())
    looked(eyes)
    assert camera.tries.acquire(timeout=PATIENCE_S)
    camera.goes_on.clear()
    told: queue.Queue[Reading] = queue.Queue()
    eyes.start(told.put)
    assert camera.tries.acquire(timeout=PATIENCE_S)
    eyes.stop()  # returns although the driver does not
    eyes.start(told.put)
    assert camera.opened == 2
    camera.goes_on.set()
    told.get(timeout=PATIENCE_S)
    eyes.close()
    assert camera.opened == camera.closed == 3


def test_present_until_the_camera_was_tried_in_vain(camera: Watched) -> None:
    camera.absent = True
    eyes = sight(Eye())
    assert eyes.present
    eyes.start(lambda _: None)
    for _ in range(2):  # the second try begins after the first one failed
        assert camera.tries.acquire(timeout=PATIENCE_S)
    assert not eyes.present
    assert eyes.health is not None
    assert (eyes.health.state, eyes.health.reason) == ("absent", "camera.absent")
    eyes.stop()
    assert eyes.present  # it will be tried again


def test_without_a_camera_there_is_nothing_to_see() -> None:
    eyes = CameraSight(dataclasses.replace(settings.load().devices, camera="none"), Eye)
    eyes.start(lambda _: None)
    eyes.stop()
    assert (eyes.present, eyes.health, eyes.preview()) == (False, None, None)


def test_card_after_card_upside_down_is_health(camera: Watched) -> None:
    def card(outline: tuple[tuple[float, float], ...]) -> Callable[[], Reading]:
        return lambda: Reading(NIK, KTP, 0.99, {}, "", outline)

    eye = Eye(card(TURNED))
    eyes = sight(eye)
    for _ in range(UPSIDE_DOWN_AFTER):
        assert eyes.health is not None
        assert eyes.health.state != "upside_down"
        looked(eyes, 5)  # the same card, frame after frame, counts once
    eye.answer = Reading
    looked(eyes, 2)
    assert eyes.health.reason == "camera.upside_down"
    eye.answer = card(UPRIGHT)
    looked(eyes, 3)
    eye.answer = Reading
    looked(eyes, 2)
    assert eyes.health.state == "ok"
