"""The USB sticks that are in: every folder on a file system of its own below the one where sticks appear.

A folder that a pulled stick has left behind lies on the machine's own disk, and so is none.
"""

import os
from pathlib import Path

from kiosk.domain.errors import CarriageError
from kiosk.domain.stick import Stick


def sticks(base: Path) -> list[Stick]:
    """By name. None where no stick appears, or nothing can be read."""
    try:
        return sorted((one for path in base.iterdir() if (one := _stick(path, base))), key=lambda one: one.name)
    except OSError:
        return []


def folder_of(name: str, base: Path) -> Path:
    """Where this stick is mounted. Raises CarriageError `stick.gone` when it is not in."""
    if all(one.name != name for one in sticks(base)):
        raise CarriageError("stick.gone")
    return base / name


def _stick(path: Path, base: Path) -> Stick | None:
    try:
        if not path.is_dir() or path.stat().st_dev == base.stat().st_dev:
            return None
        room = os.statvfs(path)
    except OSError:  # pulled this very moment
        return None
    writable = not room.f_flag & os.ST_RDONLY and os.access(path, os.W_OK)
    return Stick(path.name, room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize, writable)
