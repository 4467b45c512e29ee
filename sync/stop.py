"""SIGTERM and SIGINT: a wait that ends early, and a request that can be abandoned."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
_AGAIN_S = 0.01


class Stopped(BaseException):
    """Raised out of `abandonable()`. Not an Exception, so that nothing on the way takes it for a network error."""


class StopSignal:
    """`with StopSignal() as stop:` until then the signals do what they did before. Main thread only."""

    def __init__(self) -> None:
        self.asked = False
        self._abandonable = False  # a signal raises Stopped, once
        self._inside = False  # of `abandonable()`
        self._reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        self._before = {which: signal.signal(which, self._on_signal) for which in _SIGNALS}
        self._unraisable_before = sys.unraisablehook
        sys.unraisablehook = self._on_lost
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for which, handler in self._before.items():
            signal.signal(which, handler)
        sys.unraisablehook = self._unraisable_before
        os.close(self._reading)
        os.close(self._writing)

    def wait(self, seconds: float) -> None:
        """Returns after `seconds`, or at once when a stop is asked."""
        select.select([self._reading], [], [], max(0.0, seconds))

    @contextmanager
    def abandonable(self) -> Iterator[None]:
        """Inside, a stop raises Stopped at once: what was sent is sent again, and the centre knows it already."""
        self._abandonable = self._inside = True
        try:
            if self.asked:
                raise Stopped
            yield
        finally:
            self._abandonable = self._inside = False

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            os.write(self._writing, b"!")
        if self._abandonable:
            self._abandonable = False
            raise Stopped

    def _on_lost(self, lost: "sys.UnraisableHookArgs") -> None:
        """Python drops what a signal raises in a finalizer: then an alarm raises it again, a moment later."""
        if not isinstance(lost.exc_value, Stopped):
            self._unraisable_before(lost)
        elif self._inside:
            self._abandonable = True
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)
