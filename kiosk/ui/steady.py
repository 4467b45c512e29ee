"""One hint at a time: the one that most of the last looks gave, held long enough to be read."""

from collections import Counter, deque

WINDOW_S = 0.6  # of looks that vote
HOLD_S = 1.0


class Steady:
    """Readings come many times a second. A hint shows once it is more than half of what the last `WINDOW_S` said."""

    def __init__(self) -> None:
        self.shown = ""
        self._said: deque[tuple[float, str]] = deque()
        self._began: float | None = None  # the first look after none for a whole window
        self._free_at = 0.0

    def offer(self, hint: str, now: float) -> str:
        self._forget(now)
        if self._began is None:
            self._began = now
        self._said.append((now, hint))
        return self.now(now)

    def now(self, now: float) -> str:
        self._forget(now)
        if now >= self._free_at:
            wanted = self._most(now)
            if wanted != self.shown:
                self.shown, self._free_at = wanted, now + HOLD_S
        return self.shown

    def _most(self, now: float) -> str:
        if not self._said:
            return ""
        hint, count = Counter(hint for _, hint in self._said).most_common(1)[0]
        old_enough = self._began is not None and now - self._began >= WINDOW_S * 0.8
        return hint if old_enough and 2 * count > len(self._said) else self.shown

    def _forget(self, now: float) -> None:
        while self._said and now - self._said[0][0] > WINDOW_S:
            self._said.popleft()
        if not self._said:
            self._began = None
