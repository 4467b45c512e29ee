"""The threads behind a camera: one that fetches frames and keeps the device alive, one that looks at the newest."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

from kiosk.devices.camera import Camera, Frame
from kiosk.devices.mailbox import Mailbox
from kiosk.domain.errors import KioskError
from kiosk.logs import Log

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Health = Literal["ok", "lost", "absent"]
BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # between two tries to open; the last one is repeated
MISSES = 15  # frames lost in a row after which the device is opened anew
STOP_S = 6.0  # a driver may hang this long in a dead device before it is left to itself

log = Log("camera")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Sees(Protocol[R_co]):
    """What vision's Look is to this module."""

    def see(self, frame: "npt.NDArray[np.uint8]", t_ms: int, /) -> R_co: ...


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
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._health: Health = "absent"

    @property
    def health(self) -> Health:
        """ "ok" while frames come; "absent" before the first; "lost" after the last."""
        return self._health

    def start(self) -> None:
        if self._thread is not None:
            return
        self._stop = threading.Event()
        self._mailbox.reopen()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="camera", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, releases the device and drops the last frame."""
        self._stop.set()
        self._mailbox.close()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(STOP_S)
        self._mailbox.clear()

    def latest(self) -> Frame | None:
        return self._mailbox.latest()

    def wait(self, after: int, timeout_s: float | None = None) -> tuple[int, Frame] | None:
        """The newest frame above mailbox number `after`; None after the time or when stopped."""
        return self._mailbox.wait(after, timeout_s)

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
            if stop.is_set():
                break
            self._tell("absent" if self._health == "absent" else "lost")
            stop.wait(self._backoff_s[min(failures, len(self._backoff_s) - 1)])
            failures += 1

    def _watch(self, stop: threading.Event, failures: int) -> int:
        """Fetches frames until they stop coming; the number of failures to go on counting from."""
        missed = 0
        while not stop.is_set() and missed < MISSES:
            frame = self._camera.read()
            if frame is None:
                missed += 1
                stop.wait(0.02)
                continue
            missed, failures = 0, 0
            if stop.is_set():
                break
            self._tell("ok")
            self._mailbox.put(frame)
            if self._on_frame is not None:
                self._on_frame(frame)
        return failures

    def _tell(self, health: Health) -> None:
        if health != self._health:
            self._health = health
            log.info("camera.health", health=health)
            if self._on_health is not None:
                self._on_health(health)


class LookWorker(Generic[R]):
    """Looks at the newest frame of a camera, one at a time, and tells each reading in its own thread."""

    def __init__(self, look: Callable[[], Sees[R]], camera: CameraWorker, on_reading: Callable[[R], None]) -> None:
        """`look` makes a new look; it is called in the worker's thread because it may load a model."""
        self._look = look
        self._camera = camera
        self._on_reading = on_reading
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.failure: KioskError | None = None

    def start(self) -> None:
        """A new look, with empty votes."""
        if self._thread is not None:
            return
        self._stop, self.failure = threading.Event(), None
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="look", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the look. No reading is told after this returns, and no frame is kept.

        From inside `on_reading` it returns at once and the look ends with that call.
        """
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(STOP_S)

    def _run(self, stop: threading.Event) -> None:
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
