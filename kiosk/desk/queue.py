"""The queue: figures out of the store; what has to be done is an errand for the sync daemon."""

from collections.abc import Mapping
from pathlib import Path

from kiosk import settings, standing_words
from kiosk.clock import Clock
from kiosk.desk import Deed
from kiosk.domain.errand import Errand, Kind
from kiosk.domain.errors import CarriageError
from kiosk.domain.stick import room_for
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.home import Worry
from kiosk.journey.officer.queue import ConnectionView, QueueView, SeeConnection, SeeQueue, SeeSticks, Send, StickView
from kiosk.sticks import sticks
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.lock import daemon_runs
from kiosk.store.standing import standing

RECENT_MS = 10 * 60 * 1000  # so long what came of an errand stays on the page
CARRYING = (Kind.SYNC, Kind.RETRY, Kind.HOLD, Kind.RELEASE)
ON_STICKS = (Kind.EXPORT, Kind.IMPORT)


class Queue:
    def __init__(
        self, store: Store, identity: Identity | None, clock: Clock, limits: settings.Sync, base: Path
    ) -> None:
        """`clock`: the machine's own. `base`: where sticks appear."""
        self._store = store
        self._identity = identity
        self._clock = clock
        self._limits = limits
        self._base = base

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {
            SeeQueue: lambda *_: self._queue(),
            SeeSticks: lambda *_: self._sticks(),
            SeeConnection: lambda *_: self._connection(),
            Send: self._send,
        }

    def worry(self) -> Worry | None:
        now = standing(self._store, self._identity, self._clock, self._limits)
        told = standing_words.level(now)
        return None if told == "ok" else Worry("queue", f"home.queue.{told}", level="warn" if told == "warn" else "bad")

    def _send(self, request: Send, officer: str) -> Event:
        if not self._running():
            raise CarriageError("errand.no_daemon")
        about = {"stick": request.stick} if request.stick else {}
        self._store.errands.ask(request.kind, officer, self._identity, **about)
        if request.kind is Kind.TEST:
            return self._connection()
        return self._sticks() if request.kind in ON_STICKS else self._queue()

    def _queue(self) -> Event:
        now = standing(self._store, self._identity, self._clock, self._limits)
        return Told(QueueView(now, self._newest(*CARRYING)))

    def _sticks(self) -> Event:
        records, size = self._store.ledger.unanswered_size()
        found = tuple(sticks(self._base))
        return Told(StickView(self._running(), found, records, room_for(records, size), self._newest(*ON_STICKS)))

    def _connection(self) -> Event:
        return Told(ConnectionView(self._running(), self._newest(Kind.TEST)))

    def _running(self) -> bool:
        return daemon_runs(self._store.home)

    def _newest(self, *kinds: Kind) -> Errand | None:
        """The last of these that is under way, or ended a short while ago."""
        found = [errand for kind in kinds if (errand := self._store.errands.newest(kind)) is not None]
        last = max(found, key=lambda errand: errand.number, default=None)
        if last is None or last.under_way:
            return last
        return last if abs(self._store.clock.wall_ms() - last.changed_ms) < RECENT_MS else None
