"""Code scanners. A driver is one file and one line here; `[devices] scanner` names it."""

from collections.abc import Callable
from typing import Protocol

from kiosk.devices.scanner_script import ScriptScanner
from kiosk.devices.scanner_wedge import WedgeScanner


class CodeScanner(Protocol):
    """`on_code` gets each whole code; it may be called on any thread."""

    @property
    def present(self) -> bool: ...

    def start(self, on_code: Callable[[str], None]) -> None: ...

    def stop(self) -> None: ...

    def typed(self, text: str, at_s: float) -> None: ...

    def ended(self, at_s: float) -> None: ...


class NoScanner:
    """For `scanner = "none"`."""

    present = False

    def start(self, on_code: Callable[[str], None]) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def typed(self, text: str, at_s: float) -> None:
        """Nobody types here."""

    def ended(self, at_s: float) -> None:
        """Nobody types here."""


SCANNERS: dict[str, Callable[[str], CodeScanner]] = {
    "wedge": WedgeScanner,
    "script": ScriptScanner,
    "none": lambda _source: NoScanner(),
}
