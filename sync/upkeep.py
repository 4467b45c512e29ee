"""What the daemon does when the queue is drained: purge, keep room back, fetch new master data."""

from collections.abc import Callable

from kiosk import settings
from kiosk.clock import Clock
from kiosk.domain.errors import KioskError
from kiosk.logs import Log
from kiosk.store import Store
from kiosk.store.identity import Identity
from sync.client import SendFailed
from sync.purge import purge

_PURGE_MS = 3_600_000
_log = Log("sync")


class Upkeep:
    """Called between drains; nothing of it holds the next drain up for longer than one request."""

    def __init__(
        self,
        store: Store,
        identity: Identity,
        limits: settings.Store,
        clock: Clock,
        fetch: Callable[[], bool],
    ) -> None:
        self._store = store
        self._identity = identity
        self._limits = limits
        self._clock = clock
        self._fetch = fetch
        self._purged_ms = -(2**62)

    def __call__(self) -> None:
        """Raises StoreError, Stopped. What goes wrong with master data is told and tried again with the next turn."""
        self._store.ballast.fill()
        if self._clock.monotonic_ms() - self._purged_ms >= _PURGE_MS:
            purged = purge(self._store, self._identity, self._limits)
            self._purged_ms = self._clock.monotonic_ms()
            if purged:
                _log.info("purged", count=purged)
        if self._store.outbox.carriage().master > self._store.master.version:
            try:
                self._fetch()
            except SendFailed as error:
                _log.warning("master.not_fetched", cause=error.cause)
            except KioskError as error:
                _log.error("master.not_used", cause=error.id)
