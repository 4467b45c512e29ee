"""A scanner that types. Keeps printable characters that come fast and end with Enter; drops the rest."""

from collections.abc import Callable

GAP_S = 0.05  # a person never types this fast for long, a scanner never this slowly
LIMIT = 256
SHORTEST = 4


class WedgeScanner:
    """Fed by the window: `typed` with each text input, `ended` with Enter. Times are monotonic seconds."""

    def __init__(self, _source: str = "") -> None:
        self._on_code: Callable[[str], None] | None = None
        self._text = ""
        self._last_s = float("-inf")

    @property
    def present(self) -> bool:
        return True  # a keyboard wedge cannot be told from no wedge until it types

    def start(self, on_code: Callable[[str], None]) -> None:
        self._on_code = on_code
        self._text = ""

    def stop(self) -> None:
        self._on_code = None
        self._text = ""

    def typed(self, text: str, at_s: float) -> None:
        if at_s - self._last_s > GAP_S:
            self._text = ""
        self._last_s = at_s
        if len(self._text) <= LIMIT:
            self._text += "".join(c for c in text if c.isprintable())

    def ended(self, at_s: float) -> None:
        text, self._text = self._text, ""
        if self._on_code and at_s - self._last_s <= GAP_S and SHORTEST <= len(text) <= LIMIT:
            self._on_code(text)
