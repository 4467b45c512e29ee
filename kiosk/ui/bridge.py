"""The only way from threads to the frame. What may block has a worker thread: one for the store, one for the desk."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from kivy.clock import Clock

T = TypeVar("T")


class Bridge:
    def __init__(self, crashed: Callable[[BaseException], None]) -> None:
        self._crashed = crashed
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keeper")
        self._desk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._open = True

    def to_frame(self, call: Callable[[T], None], value: T) -> None:
        """Runs `call(value)` on the next frame; may be called on any thread."""
        if self._open:
            Clock.schedule_once(lambda _: call(value), 0)

    def work(self, deed: Callable[[], T], then: Callable[[T], None]) -> None:
        """Runs `deed` on the worker thread and hands its result to `then` on the frame."""
        if self._open:
            self._worker.submit(deed).add_done_callback(partial(self._done, then))

    def attend(self, deed: Callable[[], T], then: Callable[[T], None]) -> None:
        """The same on the desk's own thread: a printer that hangs must not keep an enrolment waiting."""
        if self._open:
            self._desk.submit(deed).add_done_callback(partial(self._done, then))

    def _done(self, then: Callable[[T], None], future: "Future[T]") -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self.to_frame(self._crashed, error)
        else:
            self.to_frame(then, future.result())

    def close(self) -> None:
        """Waits for what is being kept; drops what has not begun."""
        self._open = False
        self._worker.shutdown(wait=True, cancel_futures=True)
        self._desk.shutdown(wait=True, cancel_futures=True)
