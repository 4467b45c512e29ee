"""One hint at a time, held long enough to be read."""

HOLD_S = 0.7


class Steady:
    """Readings come many times a second; the sentence changes at most every `HOLD_S` seconds."""

    def __init__(self) -> None:
        self.shown = ""
        self._next = ""
        self._free_at = 0.0

    def offer(self, hint: str, now: float) -> str:
        self._next = hint
        return self.now(now)

    def now(self, now: float) -> str:
        if self._next != self.shown and now >= self._free_at:
            self.shown = self._next
            self._free_at = now + HOLD_S
        return self.shown
