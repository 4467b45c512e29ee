"""Room kept back on the disk. A full disk refuses even a DELETE; letting go of this file lets the last work be done."""

import os
from contextlib import suppress
from pathlib import Path

from kiosk.sharing import create
from kiosk.store.engine import free_mb

FILE = "ballast"
ROW_BYTES = 1024  # what an enrolment takes in the database, its indexes and its share of the WAL, rounded up


class Ballast:
    """`size_mb` is more than the WAL may grow to, so that whatever is under way can be ended."""

    def __init__(self, home: Path, size_mb: int, keep_free_mb: int) -> None:
        self._path = home / FILE
        self._size = size_mb << 20
        self._keep_free_mb = keep_free_mb

    def fill(self) -> bool:
        """Takes the room while there is more than enough of it. Whether it is held now."""
        if self.held:
            return True
        if self._size == 0 or free_mb(self._path.parent) < self._keep_free_mb + (self._size >> 20):
            return False
        try:
            with open(create(self._path, os.O_WRONLY), "wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
        except OSError:  # somebody else took the room meanwhile
            self.let_go()
            return False
        return True

    @property
    def held(self) -> bool:
        try:
            return self._path.stat().st_size == self._size > 0
        except OSError:
            return False

    def let_go(self) -> bool:
        """Whether that made room."""
        held = self.held
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return held

    def room(self, waiting: int, most: int) -> int:
        """For so many more enrolments there is room, on the disk and in the queue of at most `most`."""
        spare_mb = free_mb(self._path.parent) - self._keep_free_mb
        return max(0, min((spare_mb << 20) // ROW_BYTES, most - waiting))
