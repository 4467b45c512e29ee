"""The only way from threads to the frame. One worker thread does what may block: the store's calls."""

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
        self._open = True

    def to_frame(self, call: Callable[[T], None], value: T) -> None:
        """Runs `call(value)` on the next frame; may be called on any thread."""
        if self._open:
            Clock.schedule_once(lambda _: call(value), 0)

    def work(self, deed: Callable[[], T], then: Callable[[T], None]) -> None:
        """Runs `deed` on the worker thread and hands its result to `then` on the frame."""
        if self._open:
            self._worker.submit(deed).add_done_callback(partial(self._done, then))

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
