"""Cameras of the Linux kernel by a name that stays when the socket changes."""

import re
from pathlib import Path

from kiosk.domain.errors import DeviceError


def node(source: str, root: Path = Path("/")) -> str:
    """The device of `source`: an index, a path (`/dev/v4l/by-id/…`), or a part of the name that the kernel gives.

    A camera has several devices of one name; the one that gives pictures is first. Raises DeviceError `camera.absent`.
    """
    source = source.strip()
    if source.isdigit():
        return f"/dev/video{int(source)}"
    if source.startswith("/"):
        return str(Path(source).resolve())
    found = [
        (_number(device / "index"), int(number[0]), device.name)
        for device in (root / "sys" / "class" / "video4linux").glob("video*")
        if (number := re.findall(r"\d+$", device.name)) and source.casefold() in _text(device / "name").casefold()
    ]
    if not source or not found:
        raise DeviceError("camera.absent")
    return f"/dev/{min(found)[2]}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # unplugged between listing and reading: it has no name any more
        return ""


def _number(path: Path) -> int:
    text = _text(path)
    return int(text) if text.isdigit() else 0
