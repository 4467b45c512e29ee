"""Every exception of a screen, a clock callback or a thread: logged without its text, then *sorry*; too many end it."""

import threading
import time
from collections import deque
from collections.abc import Callable

from kivy.base import ExceptionHandler, ExceptionManager

from kiosk.logs import Log

MOST = 3
WITHIN_S = 60.0
log = Log("ui")


class Failsafe(ExceptionHandler):
    """`crashed` is called for each exception, `give_up` at the third within a minute."""

    def __init__(
        self,
        crashed: Callable[[], None],
        give_up: Callable[[], None],
        from_thread: Callable[[BaseException], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._crashed, self._give_up, self._from_thread, self._now = crashed, give_up, from_thread, now
        self._times: deque[float] = deque(maxlen=MOST)
        self._hook = threading.excepthook

    def install(self) -> None:
        ExceptionManager.add_handler(self)
        threading.excepthook = lambda args: self._from_thread(args.exc_value or RuntimeError())

    def remove(self) -> None:
        ExceptionManager.remove_handler(self)
        threading.excepthook = self._hook

    def handle_exception(self, exception: BaseException) -> int:
        """Kivy asks here: PASS goes on, RAISE ends."""
        if not isinstance(exception, Exception):
            return int(ExceptionManager.RAISE)
        self.caught(exception)
        return int(ExceptionManager.PASS)

    def caught(self, exception: BaseException) -> None:
        log.error("screen.crashed", exception=exception)
        self._times.append(self._now())
        if len(self._times) == MOST and self._times[-1] - self._times[0] <= WITHIN_S:
            log.error("screen.given_up")
            self._give_up()
        else:
            self._crashed()
