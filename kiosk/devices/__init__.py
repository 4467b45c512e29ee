"""The machine's eyes, ears and hands. A driver is one file that satisfies a Protocol, and one line in a registry.

Drivers hold no thread and are imported late: a kiosk without a camera never loads OpenCV.
"""

from collections.abc import Callable

from kiosk.devices.camera import Camera


def _opencv(source: str) -> Camera:
    from kiosk.devices.camera_opencv import OpenCvCamera

    return OpenCvCamera(source)


def _clip(source: str) -> Camera:
    from kiosk.devices.camera_clip import ClipCamera

    return ClipCamera(source)


CAMERAS: dict[str, Callable[[str], Camera]] = {"opencv": _opencv, "clip": _clip}
