"""The daemon: drains whenever something waits and the schedule allows it. Killed anywhere, it goes on where it was."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from kiosk import settings
from kiosk.clock import Clock
from kiosk.domain.errors import StoreError, StoreFull
from kiosk.logs import Log
from kiosk.notify import Service
from kiosk.store import Store
from kiosk.tls import is_loopback
from sync.errands import Errands
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


def drain(
    carrier: Carrier,
    stop: StopSignal,
    *,
    beat: bool = False,
    told: Callable[[Drained], None] = lambda _: None,
    called_away: Callable[[], bool] = lambda: False,
) -> Drained:
    """Round after round until nothing waits, one fails, a stop is asked or something else is more urgent.

    `beat`: at least one, if only a heartbeat. `told` is called after each. Raises StoreError, Stopped.
    """
    drained = Drained()
    while not stop.asked:
        done = carrier.round(beat=beat)
        if done is None:
            return drained
        beat = False
        drained.rounds += 1
        drained.accepted += done.accepted
        drained.duplicate += done.duplicate
        drained.refused += done.refused
        told(drained)
        if done.outcome == "failed":
            drained.cause = done.cause
            return drained
        if called_away():
            drained.cause = "errand"
            return drained
    drained.cause = "stopped"
    return drained


class Daemon:
    """
    upkeep   what there is to do after a drain that went well, or while there is nothing to do
    errands  what the screen asks for; they wait for no schedule
    """

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        limits: settings.Sync,
        clock: Clock,
        rng: random.Random,
        stop: StopSignal,
        service: Service,
        upkeep: Callable[[], None],
        errands: Errands,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._limits = limits
        self._clock = clock
        self._rng = rng
        self._stop = stop
        self._service = service
        self._upkeep = upkeep
        self._errands = errands
        self._quiet_until_ms = 0  # monotonic; before it the daemon does not come to the centre by itself
        self._seen = -1  # the database's change counter when it was last looked through
        self._beat_ms = -(2**62)  # monotonic, of the last heartbeat that went alone
        self._troubles = 0

    def run(self, first_spread_s: float) -> None:
        """Until a stop is asked. The first contact waits random(0, first_spread_s)."""
        self._service.tell("READY=1")
        self._quiet_until_ms = self._clock.monotonic_ms() + int(self._rng.uniform(0, first_spread_s) * 1000)
        started = False
        while not self._stop.asked:
            try:
                if not started:
                    self._store.outbox.give_back()
                    self._errands.fail_running()
                    started = True
                pause_s = self._turn()
                self._troubles = 0
            except Stopped:
                break
            except StoreError as error:  # a full disk or a busy database passes; the records are where they were
                pause_s = self._trouble(error)
                started = False
            self._wait(pause_s)
        self._service.tell("STOPPING=1")
        self._let_go()

    def _turn(self) -> float:
        """Does what is due. Returns seconds until it should look again."""
        if self._errands.do_next(self._alive):
            self._seen = -1  # what this program itself has changed is not counted
            return 0.0
        quiet_s = (self._quiet_until_ms - self._clock.monotonic_ms()) / 1000
        if quiet_s > 0:
            return min(quiet_s, self._limits.poll_s)
        plan = self._store.journal.schedule()
        wait_s = plan.wait_s(self._store.clock.wall_ms(), self._limits.backoff_cap_s)
        if wait_s > 0:
            return min(wait_s, self._limits.poll_s)
        seen = self._store.change_count()
        if self._store.outbox.retry_due(int(self._limits.quarantine_s * 2000)):
            self._seen = -1
        beat = self._clock.monotonic_ms() - self._beat_ms >= self._limits.interval_s * 1000
        if seen == self._seen and not beat:
            return self._limits.poll_s
        drained = drain(self._carrier, self._stop, beat=beat, told=self._alive, called_away=self._errands.is_asked)
        self._seen = -1 if drained.cause else seen
        if drained.cause:
            return 0.0
        if beat and not (
            drained.accepted or drained.duplicate or drained.refused
        ):  # else the days are still to compare
            self._beat_ms = self._clock.monotonic_ms()
            self._upkeep()
        return self._limits.poll_s

    def _trouble(self, error: StoreError) -> float:
        if error.id == "store.damaged":
            self._store.recover()
            return 0.0
        if isinstance(error, StoreFull) and self._store.ballast.let_go():
            _log.warning("store.ballast", cause=error.id)
            return 0.0
        self._troubles += 1
        window_s = min(self._limits.backoff_cap_s, self._limits.backoff_base_s * 2 ** min(self._troubles, 16))
        pause_s = self._rng.uniform(self._limits.poll_s, max(window_s, self._limits.poll_s))
        _log.warning("store.trouble", cause=error.id, attempt=self._troubles, next_s=round(pause_s, 1))
        return pause_s

    def _wait(self, seconds: float) -> None:
        """In steps that the watchdog is content with."""
        step_s = self._service.watchdog_s / 3 if self._service.watchdog_s else seconds
        while True:
            self._alive()
            self._stop.wait(min(seconds, step_s))
            seconds -= step_s
            if seconds <= 0 or self._stop.asked:
                return

    def _alive(self, _: object = None) -> None:
        if self._service.watchdog_s:
            self._service.tell("WATCHDOG=1")

    def _let_go(self) -> None:
        try:
            self._store.outbox.give_back()
            self._errands.fail_running()
        except StoreError as error:  # the next start does it
            _log.warning("store.trouble", cause=error.id)


def first_spread_s(url: str) -> float:
    """Nobody else comes to a centre on this machine; a real one is spared a whole city in one second."""
    try:
        local = is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        local = False
    return 0.0 if local else FIRST_SPREAD_S
