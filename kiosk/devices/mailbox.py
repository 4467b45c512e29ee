"""One slot between two threads: the newest wins, nobody waits to put."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._letter: T | None = None
        self._number = 0
        self._closed = False

    def put(self, letter: T) -> None:
        """Replaces what was not taken. Nothing is put into a closed one."""
        with self._changed:
            if self._closed:
                return
            self._letter = letter
            self._number += 1
            self._changed.notify_all()

    def latest(self) -> T | None:
        """What is in the slot; it stays there."""
        with self._changed:
            return self._letter

    def wait(self, after: int, timeout_s: float | None = None) -> tuple[int, T] | None:
        """The newest letter whose number is above `after`, with its number; None after the time or when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._newer(after), timeout_s)
            if self._closed or self._letter is None or self._number <= after:
                return None
            return self._number, self._letter

    def _newer(self, after: int) -> bool:
        return self._number > after and self._letter is not None

    def clear(self) -> None:
        """Drops what is in the slot."""
        with self._changed:
            self._letter = None

    def close(self) -> None:
        """Drops what is in the slot and wakes whoever waits, with nothing."""
        with self._changed:
            self._closed = True
            self._letter = None
            self._changed.notify_all()

    def reopen(self) -> None:
        with self._changed:
            self._closed = False
