"""The daemon: drains whenever something waits and the schedule allows it. Killed anywhere, it goes on where it was."""

import ipaddress
import random
from dataclasses import dataclass
from urllib.parse import urlsplit

from kiosk import settings
from kiosk.clock import Clock
from kiosk.domain.errors import StoreError
from kiosk.logs import Log
from kiosk.store import Store
from sync import schedule
from sync.round import Carrier
from sync.stop import Stopped, StopSignal

FIRST_SPREAD_S = 300  # a market's power comes back for every kiosk in the same second
_log = Log("sync")


@dataclass(slots=True)
class Drained:
    """What one drain did; `cause` says why it ended early, "" when nothing waits any more."""

    rounds: int = 0
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    cause: str = ""


def drain(carrier: Carrier, stop: StopSignal) -> Drained:
    """Round after round until nothing waits, one fails or a stop is asked. Raises StoreError, Stopped."""
    drained = Drained()
    while not stop.asked:
        done = carrier.round()
        if done is None:
            return drained
        drained.rounds += 1
        drained.accepted += done.accepted
        drained.duplicate += done.duplicate
        drained.refused += done.refused
        if done.outcome != "done":
            drained.cause = done.cause
            return drained
    drained.cause = "stopped"
    return drained


class Daemon:
    def __init__(
        self, store: Store, carrier: Carrier, limits: settings.Sync, clock: Clock, rng: random.Random, stop: StopSignal
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._limits = limits
        self._clock = clock
        self._rng = rng
        self._stop = stop
        self._seen = -1  # the database's change counter when it was last looked through
        self._looked_ms = 0
        self._troubles = 0

    def run(self, first_spread_s: float) -> None:
        """Until a stop is asked. The first contact waits random(0, first_spread_s)."""
        self._stop.wait(self._rng.uniform(0, first_spread_s))
        started = False
        while not self._stop.asked:
            try:
                if not started:
                    self._store.outbox.give_back()
                    started = True
                pause_s = self._turn()
                self._troubles = 0
            except Stopped:
                break
            except StoreError as error:  # a full disk or a busy database passes; the records are where they were
                pause_s = self._trouble(error)
                started = False
            self._stop.wait(pause_s)
        self._let_go()

    def _turn(self) -> float:
        """Does what is due. Returns seconds until it should look again."""
        wait_s = schedule.wait_s(self._store.journal.schedule(), self._clock.wall_ms(), self._limits.backoff_cap_s)
        if wait_s > 0:
            return min(wait_s, self._limits.poll_s)
        seen, now_ms = self._store.change_count(), self._clock.monotonic_ms()
        if seen == self._seen and now_ms - self._looked_ms < self._limits.interval_s * 1000:
            return self._limits.poll_s
        self._looked_ms = now_ms
        drained = drain(self._carrier, self._stop)
        self._seen = -1 if drained.cause else seen
        return 0.0 if drained.cause else self._limits.poll_s

    def _trouble(self, error: StoreError) -> float:
        self._troubles += 1
        window_s = min(self._limits.backoff_cap_s, self._limits.backoff_base_s * 2 ** min(self._troubles, 16))
        pause_s = self._rng.uniform(self._limits.poll_s, max(window_s, self._limits.poll_s))
        _log.warning("store.trouble", cause=error.id, attempt=self._troubles, next_s=round(pause_s, 1))
        return pause_s

    def _let_go(self) -> None:
        try:
            self._store.outbox.give_back()
        except StoreError as error:  # the next start does it
            _log.warning("store.trouble", cause=error.id)


def first_spread_s(url: str) -> float:
    """Nobody else comes to a centre on this machine; a real one is spared a whole city in one second."""
    try:
        host = urlsplit(url).hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    return 0.0 if local else FIRST_SPREAD_S
