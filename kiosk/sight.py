"""The kiosk's eyes and ears for the screen: camera worker, look worker and scanner behind the ports of `ui`."""

from collections.abc import Callable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kiosk.devices import CAMERAS
from kiosk.devices.camera import Frame
from kiosk.devices.health import Health
from kiosk.devices.scanner import CodeScanner, NoScanner
from kiosk.devices.worker import CameraWorker, LookWorker
from kiosk.domain.reading import KTP, WEDGE, Reading
from kiosk.domain.regions import Regions
from kiosk.settings import Devices
from kiosk.vision import codes, preview
from kiosk.vision.look import Look
from kiosk.vision.reader import Reader

PREVIEW_WIDTH = 1280  # wider frames are made smaller for the screen, never for the reader
BUFFERS = 3  # one is shown, one is filled, one is on its way


class Pictures:
    """The frames of one look made ready for the screen, in buffers that are used again."""

    def __init__(self) -> None:
        self._buffers: list[NDArray[np.uint8] | None] = [None] * BUFFERS
        self._filled = 0  # counts frames made ready
        self._shown = 0

    def put(self, frame: Frame) -> None:
        height, width = frame.image.shape[:2]
        scale = min(1.0, PREVIEW_WIDTH / width)
        slot = (self._filled + 1) % BUFFERS
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        self._buffers[slot] = preview.rgba(frame.image, size, self._buffers[slot])
        self._filled += 1

    def newest(self) -> NDArray[np.uint8] | None:
        """None when there is no newer one than the last time."""
        filled = self._filled
        if filled == self._shown:
            return None
        self._shown = filled
        return self._buffers[filled % BUFFERS]


class CameraSight:
    """Satisfies `ui.ports.Sight`. The recogniser is loaded by the first look, in its thread, and kept."""

    def __init__(self, devices: Devices, load_reader: Callable[[], Reader]) -> None:
        make = CAMERAS.get(devices.camera)
        self._worker = CameraWorker(make(devices), on_frame=self._show) if make else None
        self._look = LookWorker(self._begin, self._worker, self._told) if self._worker else None
        self._load_reader = load_reader
        self._reader: Reader | None = None
        self._on_reading: Callable[[Reading], None] | None = None
        self._accepted = False  # in this look
        self._pictures: Pictures | None = None  # only while somebody looks

    @property
    def present(self) -> bool:
        """False without a camera, and while a camera that is wanted is lost or absent."""
        return self._worker is not None and not self._worker.failing

    @property
    def health(self) -> Health | None:
        """Of the camera, as it was seen last; None without a camera."""
        return self._worker.health if self._worker else None

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        if self._worker is None or self._look is None:
            return
        self._on_reading, self._accepted, self._pictures = on_reading, False, Pictures()
        self._worker.start()
        self._look.start()

    def stop(self) -> None:
        """Does not wait for the threads: a finger left this page, and the next one is due on the next frame."""
        self._on_reading = self._pictures = None  # what is still on its way into the old pictures goes with them
        if self._worker is None or self._look is None:
            return
        self._worker.stop(wait_s=0)
        self._look.stop(wait_s=0)

    def close(self) -> None:
        """At the end of the program: waits for the threads, which must not outlive what they call."""
        self.stop()
        if self._worker is not None and self._look is not None:
            self._worker.stop()
            self._look.stop()

    def preview(self) -> NDArray[np.uint8] | None:
        return self._pictures.newest() if self._pictures is not None else None

    def _begin(self) -> Look:
        if self._reader is None:
            self._reader = self._load_reader()
        return self._reader.begin()

    def _show(self, frame: Frame) -> None:
        pictures = self._pictures
        if pictures is not None:
            pictures.put(frame)

    def _told(self, reading: Reading) -> None:
        if self._worker is not None and reading.nik and reading.source == KTP and not self._accepted:
            self._accepted = True
            self._worker.accepted(reading.outline)
        on_reading = self._on_reading
        if on_reading is not None:
            on_reading(reading)


class CodeEars:
    """Satisfies `ui.ports.Scanner`: codes of a scanner, understood."""

    def __init__(self, scanner: CodeScanner, regions: Regions, today: Callable[[], date]) -> None:
        self._scanner = scanner
        self._regions = regions
        self._today = today

    @property
    def present(self) -> bool:
        return not isinstance(self._scanner, NoScanner) and self._scanner.present

    def start(self, on_reading: Callable[[Reading], None], on_begin: Callable[[], None]) -> None:
        def heard(payload: str) -> None:
            digits, fields = codes.understand(payload, self._regions, self._today())
            on_reading(Reading(nik=digits, source=WEDGE, confidence=1.0, fields=fields))

        self._scanner.start(heard, on_begin)

    def stop(self) -> None:
        self._scanner.stop()

    def typed(self, text: str, at_s: float) -> None:
        self._scanner.typed(text, at_s)

    def ended(self, key: str, at_s: float) -> None:
        self._scanner.ended(key, at_s)
