"""Who has the database open: both programs at once, or one alone to put a damaged one aside."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.domain.errors import StoreError
from kiosk.sharing import create

FILE = "store.lock"
_WAIT_S = 10  # the other program sees the same damage and lets go by itself
_STEP_S = 0.1


class StoreLock:
    """The kernel lets go of it however a process ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._descriptor: int | None = None

    def share(self) -> None:
        """Waits while somebody puts a damaged database aside."""
        fcntl.flock(self._open(), fcntl.LOCK_SH)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises StoreError `store.damaged` when the other program does not let go of the database."""
        descriptor = self._open()
        for _ in range(int(_WAIT_S / _STEP_S)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_STEP_S)
        else:
            self.release()
            raise StoreError("store.damaged", file=self._path.name)
        yield

    def _open(self) -> int:
        if self._descriptor is None:
            try:
                self._descriptor = create(self._path, os.O_RDWR)
            except OSError:
                raise StoreError("store.unwritable", file=self._path.name) from None
        return self._descriptor
