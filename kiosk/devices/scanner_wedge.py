"""A scanner that types. The window hands over what is typed; only what comes fast and ends as set is a code."""

from collections.abc import Callable

from kiosk.devices.keystrokes import Keystrokes


class WedgeScanner:
    """Fed by the window: `typed` with each text input, `ended` with Enter or Tab. Times are monotonic seconds."""

    def __init__(self, terminator: str = "enter") -> None:
        self._terminator = terminator
        self._keystrokes: Keystrokes | None = None

    @property
    def present(self) -> bool:
        return True  # a keyboard wedge cannot be told from no wedge until it types

    def start(self, on_code: Callable[[str], None], on_begin: Callable[[], None] = lambda: None) -> None:
        self._keystrokes = Keystrokes(self._terminator, on_code, on_begin)

    def stop(self) -> None:
        self._keystrokes = None

    def typed(self, text: str, at_s: float) -> None:
        if self._keystrokes:
            self._keystrokes.typed(text, at_s)

    def ended(self, key: str, at_s: float) -> None:
        if self._keystrokes:
            self._keystrokes.ended(key, at_s)
