"""The threads behind a camera: one that fetches frames and keeps the device alive, one that looks at the newest."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from kiosk.devices.camera import Camera, Frame
from kiosk.devices.health import Hanging, Health, Picture, State
from kiosk.devices.mailbox import Mailbox
from kiosk.domain.errors import KioskError
from kiosk.logs import Log

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 3.0)  # between two tries to open; the last one is repeated
MISSES = 15  # frames lost in a row after which the device is opened anew …
SILENT_MS = 2_000  # … or so long without a frame, where one miss is a driver's own time-out
STOP_S = 0.3  # to end; a driver that hangs in a dead device ends later, and the next start waits for it

log = Log("camera")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Sees(Protocol[R_co]):
    """What vision's Look is to this module."""

    def see(self, frame: "npt.NDArray[np.uint8]", t_ms: int, /) -> R_co: ...


class Loop:
    """One thread at a time. It may be left to end by itself: the next one begins when it is gone."""

    def __init__(self, name: str, run: Callable[[threading.Event], None]) -> None:
        """`run` gets the event that ends it."""
        self._name, self._run = name, run
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._on = False

    @property
    def on(self) -> bool:
        """Started, and not told to stop."""
        return self._on

    def start(self) -> bool:
        """False when it runs already."""
        if self._on:
            return False
        self._on, self._stop = True, threading.Event()
        self._thread = threading.Thread(target=self._go, args=(self._stop, self._thread), name=self._name, daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        self._on = False
        self._stop.set()

    def join(self, wait_s: float = STOP_S) -> None:
        if wait_s and self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(wait_s)

    def _go(self, stop: threading.Event, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        if not stop.is_set():
            self._run(stop)


class CameraWorker:
    """Owns a camera and its thread. `start` and `stop` may be called again and again."""

    def __init__(
        self,
        camera: Camera,
        *,
        on_frame: Callable[[Frame], None] | None = None,
        on_health: Callable[[Health], None] | None = None,
        backoff_s: tuple[float, ...] = BACKOFF_S,
    ) -> None:
        """`on_frame` and `on_health` are called in the worker's thread and must return at once."""
        self._camera = camera
        self._on_frame = on_frame
        self._on_health = on_health
        self._backoff_s = backoff_s
        self._mailbox: Mailbox[Frame] = Mailbox()
        self._loop = Loop("camera", self._run)
        self._picture = Picture(live=camera.live)
        self._hanging = Hanging()
        self._health = Health("absent", _now_ms())
        self.failing = False  # since it was started: tried in vain, and not a frame since

    @property
    def health(self) -> Health:
        """ "absent" before the first frame, "lost" after the last; while frames come, what is to say of them."""
        return self._health

    def start(self) -> None:
        if self._loop.on:
            return
        self.failing = False  # before the thread can find out anything else
        self._mailbox.reopen()
        self._loop.start()

    def stop(self, wait_s: float = STOP_S) -> None:
        """Ends the thread, releases the device and drops the last frame.

        Nothing is put into the mailbox after this returns. With `wait_s` 0 a frame that is being fetched may still be
        told to `on_frame`.
        """
        self._loop.stop()
        self._mailbox.close()
        self._loop.join(wait_s)
        self._mailbox.clear()
        self.failing = False

    def latest(self) -> Frame | None:
        return self._mailbox.latest()

    def wait(self, after: int, timeout_s: float | None = None) -> tuple[int, Frame] | None:
        """The newest frame above mailbox number `after`; None after the time or when stopped."""
        return self._mailbox.wait(after, timeout_s)

    def accepted(self, outline: tuple[tuple[float, float], ...]) -> None:
        """A card was accepted; see Hanging. May be called on any thread."""
        self._hanging.accepted(outline)

    def _run(self, stop: threading.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                self._camera.open()
                failures = self._watch(stop, failures)
            except KioskError as error:
                log.info("camera.failed", id=error.id)
            except Exception as error:  # noqa: BLE001 - a driver's own: the thread must outlive it
                log.error("camera.failed", exception=error)
            finally:
                self._camera.close()
                self._mailbox.clear()
                self._picture.forget()
            if stop.is_set():
                break
            self.failing = True
            self._tell("absent" if self._health.state == "absent" else "lost")
            stop.wait(self._backoff_s[min(failures, len(self._backoff_s) - 1)])
            failures += 1

    def _watch(self, stop: threading.Event, failures: int) -> int:
        """Fetches frames until they stop coming; the number of failures to go on counting from."""
        missed, last_ms = 0, _now_ms()
        while missed < MISSES and (missed == 0 or _now_ms() - last_ms < SILENT_MS):
            frame = self._camera.read()
            if stop.is_set():
                break
            if frame is None:
                missed += 1
                stop.wait(0.02)
                continue
            missed, failures, last_ms = 0, 0, _now_ms()
            state = self._picture.see(frame.image, frame.t_ms)
            self.failing = False
            self._tell("upside_down" if state == "ok" and self._hanging.upside_down else state)
            self._mailbox.put(frame)
            if self._on_frame is not None:
                self._on_frame(frame)
        return failures

    def _tell(self, state: State) -> None:
        now, before = _now_ms(), self._health
        changed = state != before.state
        good = now if state in ("ok", "upside_down") else before.last_good_ms
        self._health = Health(state, now if changed else before.since_ms, good)
        if changed:
            log.info("camera.health", health=state, id=self._health.reason)
            if self._on_health is not None:
                self._on_health(self._health)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class LookWorker(Generic[R]):
    """Looks at the newest frame of a camera, one at a time, and tells each reading in its own thread."""

    def __init__(self, look: Callable[[], Sees[R]], camera: CameraWorker, on_reading: Callable[[R], None]) -> None:
        """`look` makes a new look; it is called in the worker's thread because it may load a model."""
        self._look = look
        self._camera = camera
        self._on_reading = on_reading
        self._loop = Loop("look", self._run)
        self.failure: KioskError | None = None

    def start(self) -> None:
        """A new look, with empty votes."""
        self._loop.start()

    def stop(self, wait_s: float = STOP_S) -> None:
        """Ends the look. No reading is told after this returns, and no frame is kept.

        A frame that is being looked at may take longer; nothing is told of it. From inside `on_reading`, and with
        `wait_s` 0, it returns at once and the look ends with that call.
        """
        self._loop.stop()
        self._loop.join(wait_s)

    def _run(self, stop: threading.Event) -> None:
        self.failure = None
        try:
            look = self._look()
        except KioskError as error:
            self.failure = error
            log.error("look.failed", id=error.id)
            return
        number = 0
        while not stop.is_set():
            newest = self._camera.wait(number, 0.25)
            if newest is None:
                stop.wait(0.02)  # a stopped camera answers at once
                continue
            number, frame = newest
            try:
                reading = look.see(frame.image, frame.t_ms)
            except Exception as error:  # noqa: BLE001 - one bad frame must not end the look
                log.error("look.failed", exception=error)
                continue
            finally:
                del frame, newest
            if not stop.is_set():
                self._on_reading(reading)
