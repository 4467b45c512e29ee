"""The thread behind a printer: one slip at a time, and an answer in time whatever the driver does."""

import queue
import threading
from collections.abc import Callable

from kiosk.devices.printer import Paper, Printer, Slip
from kiosk.logs import Log

LOOK_S = 3.0
CAME_OUT = (Paper.PRINTED, Paper.UNKNOWN)
log = Log("printer")


class PrinterWorker:
    """A driver that hangs is left to itself; until it comes back every other slip is "absent"."""

    def __init__(
        self, make: Callable[[], Printer], timeout_s: float, used: Callable[[int], None] | None = None
    ) -> None:
        """`make` loads the driver; it is called in the worker's thread, once. `used` is told there how many mm of paper
        came out.
        """
        self._make, self._timeout_s, self._used = make, timeout_s, used
        self._printer: Printer | None = None
        self._busy = threading.Lock()

    def print(self, slip: Slip, told: Callable[[Paper], None]) -> None:
        """Returns at once. `told` is called exactly once, on another thread: at the latest after the time-out, with
        "unknown", because a slip may still come out."""
        answer = _Once(told)
        if not self._busy.acquire(blocking=False):
            threading.Thread(target=answer, args=(Paper.ABSENT,), name="printer", daemon=True).start()
            return
        late = threading.Timer(self._timeout_s, answer, (Paper.UNKNOWN,))
        late.daemon = True
        late.start()
        threading.Thread(target=self._run, args=(slip, answer, late), name="printer", daemon=True).start()

    def look(self, wait_s: float = LOOK_S) -> Paper:
        """How the printer is just now; "unknown" while it prints, and when it does not say so in time."""
        if not self._busy.acquire(blocking=False):
            return Paper.UNKNOWN
        found: queue.SimpleQueue[Paper] = queue.SimpleQueue()
        threading.Thread(target=self._look, args=(found,), name="printer", daemon=True).start()
        try:
            return found.get(timeout=wait_s)
        except queue.Empty:
            return Paper.UNKNOWN

    def _look(self, found: "queue.SimpleQueue[Paper]") -> None:
        try:
            self._printer = self._printer or self._make()
            found.put(self._printer.look())
        except Exception as error:  # noqa: BLE001 - a driver's own: a dead printer never stops a page
            log.error("printer.failed", exception=error)
            found.put(Paper.LOST)
        finally:
            self._busy.release()

    def _run(self, slip: Slip, answer: "_Once", late: threading.Timer) -> None:
        paper = Paper.LOST
        try:
            self._printer = self._printer or self._make()
            paper = self._printer.print(slip)
            if self._used is not None and paper in CAME_OUT:
                self._used(self._printer.length_mm(slip))
        except Exception as error:  # noqa: BLE001 - a driver's own: a dead printer never stops a visit
            log.error("printer.failed", exception=error)
        finally:
            self._busy.release()
            late.cancel()
            log.info("slip.printed", outcome=paper)
            answer(paper)


class _Once:
    def __init__(self, told: Callable[[Paper], None]) -> None:
        self._told: Callable[[Paper], None] | None = told
        self._lock = threading.Lock()

    def __call__(self, paper: Paper) -> None:
        with self._lock:
            told, self._told = self._told, None
        if told is not None:
            told(paper)
