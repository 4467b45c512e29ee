"""The machine's eyes, ears and hands. A driver is one file that satisfies a Protocol, and one line in a registry.

Drivers hold no thread and are imported late: a kiosk without a camera never loads OpenCV.
"""

from collections.abc import Callable

from kiosk.devices.camera import Camera
from kiosk.settings import Devices


def _opencv(devices: Devices) -> Camera:
    from kiosk.devices.camera_opencv import OpenCvCamera

    return OpenCvCamera(devices.camera_source, devices.exposure, devices.focus)


def _clip(devices: Devices) -> Camera:
    from kiosk.devices.camera_clip import ClipCamera

    return ClipCamera(devices.camera_source)


CAMERAS: dict[str, Callable[[Devices], Camera]] = {"opencv": _opencv, "clip": _clip}
