"""How much is done at once: some requests at work, some that wait a moment, and the next is told "later" right away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sync.central.bodies import RETRY_AFTER_S, Refusal

AT_WORK = 8
WAITING = 256
WAIT_S = 10  # a kiosk gives up after 30 s: what waited longer than this would be answered to nobody


class Room:
    def __init__(self, at_work: int = AT_WORK, waiting: int = WAITING, wait_s: float = WAIT_S) -> None:
        self._turns = asyncio.Semaphore(at_work)
        self._most = waiting
        self._wait_s = wait_s
        self.waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises Refusal 503 when too many wait, or when it took too long to get a turn."""
        if self.waiting >= self._most:
            raise Refusal(503, "busy", RETRY_AFTER_S)
        self.waiting += 1
        try:
            async with asyncio.timeout(self._wait_s):
                await self._turns.acquire()
        except TimeoutError:
            raise Refusal(503, "busy", RETRY_AFTER_S) from None
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._turns.release()
