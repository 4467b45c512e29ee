"""Characters with their times become codes: what is too slow, too long, not closed or not printable is dropped."""

from collections.abc import Callable
from typing import Final

GAP_S: Final = 0.05  # a person never types this fast for long, a scanner never this slowly
LIMIT: Final = 256
SHORTEST: Final = 4
AGAIN_S: Final = 0.2  # while a long code goes on its beginning is told again


def clean(text: str) -> str:
    """Letters and digits of any script, and ASCII signs: no control character, no direction mark, no emoji."""
    return "".join(c for c in text if " " <= c <= "~" or c.isalnum())


class Keystrokes:
    """Times are seconds of any one clock that does not go back."""

    def __init__(self, terminator: str, on_code: Callable[[str], None], on_begin: Callable[[], None]) -> None:
        """`terminator`: "enter" or "tab". `on_begin` is called at the second character of a code, so that a key
        pressed by chance is none, and again every `AGAIN_S` while the code goes on; `on_code` with the whole code.
        """
        self._terminator = terminator
        self._on_code, self._on_begin = on_code, on_begin
        self._text = ""
        self._count = 0
        self._last_s = self._told_s = float("-inf")
        self._spoilt = False

    def typed(self, text: str, at_s: float) -> None:
        if at_s - self._last_s > GAP_S:
            self._forget()
        self._last_s = at_s
        self._count += len(text)
        if self._spoilt or self._count > LIMIT:
            self._text, self._spoilt = "", True
            return
        self._text += clean(text)
        if self._count > 1 and at_s - self._told_s >= AGAIN_S:
            self._told_s = at_s
            self._on_begin()

    def ended(self, key: str, at_s: float) -> None:
        """A key that may close a code: "enter" or "tab". The other one of the two counts as a control character."""
        if key != self._terminator:
            return
        text, whole = self._text, not self._spoilt and at_s - self._last_s <= GAP_S
        self._forget()
        if whole and len(text) >= SHORTEST:
            self._on_code(text)

    def spoil(self, at_s: float) -> None:
        """Something of this code was lost: what is left of it must not pass for a code."""
        self._text, self._spoilt, self._last_s = "", True, at_s

    def _forget(self) -> None:
        self._text, self._count, self._spoilt, self._told_s = "", 0, False, float("-inf")
