"""How much one request carries: by what the last ones took, so that a slow line gets small ones and a good line few."""

from kiosk import settings

RECORD_BYTES = 200  # what a record takes on the wire
_START_BYTES = 32 * 1024  # 13 s at 20 kbit/s
_TELLING_BYTES = 4 * 1024  # what a smaller request took says more of the round trip than of the line
_LEAST_BYTES = 2 * 1024
_SMALLER = frozenset({"too_large", "timeout", "cut"})  # a link that carries no big request may carry a small one


class Pace:
    """A request should take half of the time-out. It grows eightfold until something went wrong, then twofold."""

    def __init__(self, limits: settings.Sync) -> None:
        self._limits = limits
        self._bytes = min(_START_BYTES, limits.batch_kib * 1024)
        self._growth = 8
        self._most = limits.batch_records

    def records(self) -> int:
        """At most so many in the next request, at least 1."""
        return max(1, min(self._most, self._bytes // RECORD_BYTES))

    def went(self, sent: int, size: int, took_s: float) -> None:
        """A request of `size` bytes came back after `took_s`."""
        if not sent:
            return
        target_s = self._limits.timeout_s / 2
        if size >= _TELLING_BYTES or took_s > target_s:
            by_line = int(size * target_s / max(took_s, 0.001))
            self._bytes = min(self._bytes * self._growth, max(by_line, _LEAST_BYTES), self._limits.batch_kib * 1024)
        self._most = min(max(self._most, sent) * self._growth, self._limits.batch_records)

    def failed(self, sent: int, cause: str) -> None:
        if sent and cause in _SMALLER:
            self.halve(sent)

    def halve(self, sent: int) -> None:
        self._growth = 2
        self._most = max(1, sent // 2)

    def found(self) -> None:
        """The record that made batches fail has been put aside: no reason any more for small ones."""
        self._most = self._limits.batch_records
