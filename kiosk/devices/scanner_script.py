"""A scanner played from a file, for laptops and demos. One code a line, optionally after the seconds to wait for it."""

import threading
from collections.abc import Callable
from pathlib import Path

from kiosk.domain.errors import DeviceError


class ScriptScanner:
    """Plays its file from the top each time it is started; `start` raises DeviceError `scanner.script`."""

    def __init__(self, source: str) -> None:
        self._path = Path(source)
        self._stopped = threading.Event()

    @property
    def present(self) -> bool:
        return self._path.is_file()

    def start(self, on_code: Callable[[str], None], on_begin: Callable[[], None] = lambda: None) -> None:
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise DeviceError("scanner.script", file=self._path.name) from None
        stopped = self._stopped = threading.Event()
        threading.Thread(target=_play, args=(lines, on_code, on_begin, stopped), name="scanner", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def typed(self, text: str, at_s: float) -> None:
        """Keys are not for this scanner."""

    def ended(self, key: str, at_s: float) -> None:
        """Keys are not for this scanner."""


def _play(
    lines: list[str], on_code: Callable[[str], None], on_begin: Callable[[], None], stopped: threading.Event
) -> None:
    for line in lines:
        wait, _, code = line.strip().partition(" ")
        if not code:
            wait, code = "0", wait
        elif not wait.replace(".", "", 1).isdigit():
            wait, code = "0", line.strip()
        if stopped.wait(float(wait)):
            return
        if code:
            on_begin()
            on_code(code)
