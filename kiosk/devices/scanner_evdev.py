"""A scanner held through the kernel: deaf to focus, layout and caps lock, and its keys reach nothing else.

It may be unplugged and plugged in again; half a code is dropped then.
"""

import os
import select
import threading
from collections.abc import Callable
from functools import partial
from typing import Literal

from kiosk.devices.keyboard import Keyboard, Layout, dropped, hold, release
from kiosk.devices.keystrokes import Keystrokes
from kiosk.domain.errors import DeviceError
from kiosk.logs import Log

BACKOFF_S = (0.2, 0.5, 1.0, 2.0)  # between two tries to open; the last one is repeated
STOP_S = 1.0  # the thread is woken and ends at once; this is for a kernel that does not answer

log = Log("scanner")
State = Literal["ok", "lost", "absent"]


class EvdevScanner:
    def __init__(
        self,
        source: str,
        terminator: str = "enter",
        *,
        hold: Callable[[str], Keyboard] = hold,
        on_health: Callable[[State], None] | None = None,
        backoff_s: tuple[float, ...] = BACKOFF_S,
    ) -> None:
        """`source` and `hold`: see keyboard.hold. `on_health` is called in the scanner's thread."""
        self._source, self._terminator = source, terminator
        self._hold, self._on_health, self._backoff_s = hold, on_health, backoff_s
        self._thread: threading.Thread | None = None
        self._wake = -1
        self._health: State = "absent"

    @property
    def health(self) -> State:
        """ "ok" while it is held; "absent" before the first time; "lost" after it was unplugged."""
        return self._health

    @property
    def present(self) -> bool:
        return self._health == "ok"

    def start(self, on_code: Callable[[str], None], on_begin: Callable[[], None] = lambda: None) -> None:
        """Both are called in the scanner's thread."""
        self.stop()
        woken, self._wake = os.pipe()
        make = partial(Keystrokes, self._terminator, on_code, on_begin)
        self._thread = threading.Thread(target=self._run, args=(woken, make), name="scanner", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Lets go of the device. No code is told after this."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        os.close(self._wake)  # the other end of the pipe becomes readable
        if thread is not threading.current_thread():
            thread.join(STOP_S)

    def typed(self, text: str, at_s: float) -> None:
        """The window's keys are not this scanner's."""

    def ended(self, key: str, at_s: float) -> None:
        """The window's keys are not this scanner's."""

    def _run(self, woken: int, make: Callable[[], Keystrokes]) -> None:
        failures = 0
        try:
            while True:
                try:
                    keyboard = self._hold(self._source)
                except DeviceError as error:
                    if failures == 0:
                        log.info("scanner.failed", id=error.id)
                else:
                    failures = 0
                    self._tell("ok")
                    if not self._listen(keyboard, woken, make()):
                        return
                self._tell("absent" if self._health == "absent" else "lost")
                wait_s = self._backoff_s[min(failures, len(self._backoff_s) - 1)]
                if select.select([woken], [], [], wait_s)[0]:
                    return
                failures += 1
        finally:
            os.close(woken)

    def _listen(self, keyboard: Keyboard, woken: int, keystrokes: Keystrokes) -> bool:
        """Hears codes until the device is gone (True) or the scanner is stopped (False)."""
        layout = Layout()
        try:
            while True:
                ready, _, _ = select.select([keyboard.fd, woken], [], [])
                if woken in ready:
                    return False
                for event in keyboard.read():
                    if dropped(event):
                        layout = Layout()
                        keystrokes.spoil(event.timestamp())
                        continue
                    text, end = layout.press(event)
                    if text:
                        keystrokes.typed(text, event.timestamp())
                    elif end:
                        keystrokes.ended(end, event.timestamp())
        except OSError:
            return True
        except Exception as error:  # noqa: BLE001 - what a code set off must not end the scanner
            log.error("scanner.failed", exception=error)
            return True
        finally:
            release(keyboard)

    def _tell(self, health: State) -> None:
        if health != self._health:
            self._health = health
            log.info("scanner.health", health=health)
            if self._on_health is not None:
                self._on_health(health)
