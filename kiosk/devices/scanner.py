"""Code scanners. A driver is one file and one line here; `[devices] scanner` names it."""

from collections.abc import Callable
from typing import Protocol

from kiosk.devices.scanner_script import ScriptScanner
from kiosk.devices.scanner_wedge import WedgeScanner
from kiosk.domain.errors import DeviceError
from kiosk.settings import Devices


class CodeScanner(Protocol):
    """`on_code` gets each whole code, `on_begin` is called when one begins; both may be called on any thread."""

    @property
    def present(self) -> bool: ...

    def start(self, on_code: Callable[[str], None], on_begin: Callable[[], None] = ...) -> None: ...

    def stop(self) -> None: ...

    def typed(self, text: str, at_s: float) -> None:
        """What the window was given as text, for a scanner that types; monotonic seconds."""
        ...

    def ended(self, key: str, at_s: float) -> None:
        """The window was given "enter" or "tab"."""
        ...


class NoScanner:
    """For `scanner = "none"`."""

    present = False

    def start(self, on_code: Callable[[str], None], on_begin: Callable[[], None] = lambda: None) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def typed(self, text: str, at_s: float) -> None:
        """Nobody types here."""

    def ended(self, key: str, at_s: float) -> None:
        """Nobody types here."""


def _evdev(devices: Devices) -> CodeScanner:
    try:
        from kiosk.devices.scanner_evdev import EvdevScanner
    except ImportError:
        raise DeviceError("scanner.evdev") from None
    return EvdevScanner(devices.scanner_source, devices.scanner_terminator)


SCANNERS: dict[str, Callable[[Devices], CodeScanner]] = {
    "wedge": lambda devices: WedgeScanner(devices.scanner_terminator),
    "evdev": _evdev,
    "script": lambda devices: ScriptScanner(devices.scanner_source),
    "none": lambda _devices: NoScanner(),
}
