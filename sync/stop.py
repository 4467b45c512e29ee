"""SIGTERM and SIGINT: a wait that ends early, and a request that can be abandoned. One running daemon per home."""

import fcntl
import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from kiosk.domain.errors import CarriageError
from kiosk.sharing import create

LOCK_FILE = "sync.lock"


class Stopped(BaseException):
    """Raised out of `abandonable()`. Not an Exception, so that nothing on the way takes it for a network error."""


class StopSignal:
    """`with StopSignal() as stop:` until then the two signals do what they did before. Main thread only."""

    def __init__(self) -> None:
        self.asked = False
        self._abandonable = False
        self._reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        self._before = {which: signal.signal(which, self._on_signal) for which in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for which, handler in self._before.items():
            signal.signal(which, handler)
        os.close(self._reading)
        os.close(self._writing)

    def wait(self, seconds: float) -> None:
        """Returns after `seconds`, or at once when a stop is asked."""
        select.select([self._reading], [], [], max(0.0, seconds))

    @contextmanager
    def abandonable(self) -> Iterator[None]:
        """Inside, a stop raises Stopped at once: what was sent is sent again, and the centre knows it already."""
        self._abandonable = True
        try:
            if self.asked:
                raise Stopped
            yield
        finally:
            self._abandonable = False

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            os.write(self._writing, b"!")
        if self._abandonable:
            self._abandonable = False
            raise Stopped


@contextmanager
def single_instance(home: Path) -> Iterator[None]:
    """Holds the lock of this home; the kernel lets go of it however the process ends.

    Raises CarriageError `sync.running`, `sync.home`.
    """
    try:
        descriptor = create(home / LOCK_FILE, os.O_RDWR)
    except OSError:
        raise CarriageError("sync.home", home=str(home)) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CarriageError("sync.running") from None
        yield
    finally:
        os.close(descriptor)


def is_running(home: Path) -> bool:
    """Whether a daemon holds the lock of this home just now."""
    try:
        descriptor = os.open(home / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
