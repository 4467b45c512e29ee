"""A camera through OpenCV: an index, a /dev path, a URL or a clip. Asks for 1280×720 at 30 and takes what comes."""

import time

import cv2
import numpy as np

from kiosk.devices.camera import Frame
from kiosk.domain.errors import DeviceError

WIDTH_PX, HEIGHT_PX, FPS = 1280, 720, 30


class OpenCvCamera:
    def __init__(self, source: str) -> None:
        """`source`: "0", "/dev/video0", "rtsp://…" or a clip's path."""
        self._source: int | str = int(source) if source.strip().isdigit() else source
        self._capture: cv2.VideoCapture | None = None
        self._seq = 0

    def open(self) -> None:
        self.close()
        try:
            capture = cv2.VideoCapture(self._source)
        except cv2.error:
            raise DeviceError("camera.absent") from None
        if not capture.isOpened():
            capture.release()
            raise DeviceError("camera.absent")
        for setting, value in (
            (cv2.CAP_PROP_FRAME_WIDTH, WIDTH_PX),
            (cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT_PX),
            (cv2.CAP_PROP_FPS, FPS),
            (cv2.CAP_PROP_BUFFERSIZE, 1),  # an old frame is of no use
        ):
            capture.set(setting, value)
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
