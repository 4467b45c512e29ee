"""A camera through OpenCV: one of this machine, one of the network, or a clip.

Asks for 1280×720 at 30 in motion JPEG and takes what comes.
"""

import time
from pathlib import Path

import cv2
import numpy as np

from kiosk.devices import v4l
from kiosk.devices.camera import CLIPS, Frame
from kiosk.domain.errors import DeviceError
from kiosk.logs import Log

WIDTH_PX, HEIGHT_PX, FPS = 1280, 720, 30
OPEN_MS, READ_MS = 4000, 3000  # of a camera of the network; with the longest pause between two tries under ten seconds
AUTO = "auto"
# V4L2_CID_EXPOSURE_AUTO: 3 is "aperture priority", the automatic of UVC cameras; some drivers know only 0, "auto"
EXPOSURE_AUTO, EXPOSURE_MANUAL = (3, 0), (1,)

log = Log("camera")


class OpenCvCamera:
    def __init__(self, source: str, exposure: str | float = AUTO, focus: str | float = AUTO) -> None:
        """`source`: what v4l.node knows ("0", "/dev/v4l/by-id/…", a part of a name), "rtsp://…", "http://…" (motion
        JPEG) or a clip's path. `exposure`, `focus`: "auto", or a number in the driver's own unit.
        """
        self._source = source.strip()
        self._is_clip = "://" not in self._source and Path(self._source).suffix.lower() in CLIPS
        self._exposure, self._focus = exposure, focus
        self._capture: cv2.VideoCapture | None = None
        self._seq = 0

    @property
    def live(self) -> bool:
        return not self._is_clip

    def open(self) -> None:
        self.close()
        try:
            capture = self._opened()
        except cv2.error:
            raise DeviceError("camera.absent") from None
        if not capture.isOpened():
            capture.release()
            raise DeviceError("camera.absent")
        self._capture, self._seq = capture, 0

    def read(self) -> Frame | None:
        if self._capture is None:
            raise DeviceError("camera.lost")
        try:
            there, image = self._capture.read()
        except cv2.error:
            raise DeviceError("camera.lost") from None
        if not there or image is None or image.size == 0:
            return None
        if image.ndim == 2:
            image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        self._seq += 1
        return Frame(np.asarray(image, dtype=np.uint8), time.monotonic_ns() // 1_000_000, self._seq)

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _opened(self) -> cv2.VideoCapture:
        if "://" in self._source:
            waits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_MS]
            return cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, waits)  # OpenCV asks RTSP for TCP by itself
        if self._is_clip:
            return cv2.VideoCapture(self._source, cv2.CAP_FFMPEG)
        capture = cv2.VideoCapture(v4l.node(self._source), cv2.CAP_V4L2)
        if capture.isOpened():
            self._ask(capture)
        return capture

    def _ask(self, capture: cv2.VideoCapture) -> None:
        """The format is a wish, and so is "auto"; a number for exposure or focus that is refused is told in the log."""
        for setting, value in (
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # raw pictures of that size are too much for USB 2
            (cv2.CAP_PROP_FRAME_WIDTH, WIDTH_PX),
            (cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT_PX),
            (cv2.CAP_PROP_FPS, FPS),
            (cv2.CAP_PROP_BUFFERSIZE, 1),  # an old frame is of no use
        ):
            capture.set(setting, value)
        modes = EXPOSURE_AUTO if self._exposure == AUTO else EXPOSURE_MANUAL
        any(capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, mode) for mode in modes)
        if not isinstance(self._exposure, str) and not capture.set(cv2.CAP_PROP_EXPOSURE, self._exposure):
            log.warning("camera.refused", reason="exposure")
        capture.set(cv2.CAP_PROP_AUTOFOCUS, self._focus == AUTO)
        if not isinstance(self._focus, str) and not capture.set(cv2.CAP_PROP_FOCUS, self._focus):
            log.warning("camera.refused", reason="focus")
