"""Who has the database open: both programs at once, or one alone to put a damaged one aside. And who carries."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.domain.errors import CarriageError, StoreError
from kiosk.sharing import create

FILE = "store.lock"
CARRIER_FILE = "sync.lock"  # held by the one daemon, or whoever else sends
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


@contextmanager
def single_instance(home: Path) -> Iterator[None]:
    """Holds the lock of this home; the kernel lets go of it however the process ends.

    Raises CarriageError `sync.running`, `sync.home`.
    """
    try:
        descriptor = create(home / CARRIER_FILE, os.O_RDWR)
    except OSError:
        raise CarriageError("sync.home", home=str(home)) from None
    try:
        for again in (True, True, False):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if not again:
                    raise CarriageError("sync.running") from None
                time.sleep(_STEP_S)  # it may only have been somebody who looked whether it is held
        yield
    finally:
        os.close(descriptor)


def daemon_runs(home: Path) -> bool:
    """Whether a sync daemon holds the lock of this home just now."""
    try:
        descriptor = os.open(home / CARRIER_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
