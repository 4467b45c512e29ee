"""Wrong tries at the officers' door and how long it stays shut for whom: kept, so that pulling the plug opens nothing.

A wait is measured by the monotonic clock alone: no wall clock that was set opens the door or shuts it for ever. After a
reboot what was left of it, by what was written down last, begins again with the boot.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain.act import Act, Kind
from kiosk.domain.lockout import wait_s
from kiosk.store import acts, schema
from kiosk.store.engine import reading, translated
from kiosk.store.identity import Identity

_GUARD = schema.guard
_NOTED_MS = 60_000  # so much of a wait may be waited twice


class Guard:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock, acts: acts.Acts) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock
        self._acts = acts

    def locks(self) -> dict[str, int]:
        """Who has to wait, and for how many whole seconds yet. Raises StoreError."""
        with translated(self._path), reading(self._engine) as connection:
            return self._running(connection)

    def note_time(self) -> None:
        """Writes down what is left of the waits, once a minute; to be called now and then. Raises StoreError."""
        with translated(self._path), reading(self._engine) as connection:
            if not any(self._to_note(row) for row in self._waits(connection)):
                return
        with translated(self._path), self._engine.begin() as connection:
            for row in self._waits(connection):
                left = {"locked_ms": max(self._left_ms(row), 0), **self._now()}
                connection.execute(sa.update(_GUARD).where(_GUARD.c.who == row.who).values(**left))

    def failed(self, whos: Iterable[str], turned_away: Act, identity: Identity | None) -> bool:
        """Counts a wrong try for each of `whos` and keeps the act, and one more for every lock that follows from it.

        All or nothing, durable when it returns. False, and nothing is counted or kept, while one of `whos` is locked:
        whoever hammers at a locked door must not fill the outbox. Raises StoreFull, StoreError.
        """
        whos = tuple(whos)

        def deed(connection: sa.Connection) -> bool:
            if self._running(connection).keys() & set(whos):
                return False
            waits = [self._count(connection, who) for who in whos]
            self._append(connection, turned_away, identity)
            if longest := max(waits, default=0):
                self._append(connection, Act(Kind.LOCKED, turned_away.officer, {"seconds": longest}), identity)
            return True

        return self._acts.commit(deed)

    def passed(self, whos: Iterable[str], entered: Act, identity: Identity | None) -> None:
        """Forgets the wrong tries of `whos` and keeps the act. Raises StoreFull, StoreError."""

        def deed(connection: sa.Connection) -> None:
            connection.execute(sa.delete(_GUARD).where(_GUARD.c.who.in_(tuple(whos))))
            self._append(connection, entered, identity)

        self._acts.commit(deed)

    def _append(self, connection: sa.Connection, act: Act, identity: Identity | None) -> None:
        if identity is not None:  # a kiosk that is nobody's yet has no chain
            acts.append(connection, act, identity, self._clock)

    def _count(self, connection: sa.Connection, who: str) -> int:
        """The wait in seconds that follows from one more wrong try."""
        before = connection.scalar(sa.select(_GUARD.c.failures).where(_GUARD.c.who == who)) or 0
        wait = wait_s(who, before + 1)
        row = {"failures": before + 1, "locked_ms": wait * 1000, **self._now()}
        if before:
            connection.execute(sa.update(_GUARD).where(_GUARD.c.who == who).values(**row))
        else:
            connection.execute(sa.insert(_GUARD).values(who=who, **row))
        return wait

    def _now(self) -> dict[str, int | bytes]:
        return {"mono_ms": self._clock.monotonic_ms(), "boot": self._clock.boot_id.bytes}

    def _running(self, connection: sa.Connection) -> dict[str, int]:
        left = {row.who: self._left_ms(row) for row in self._waits(connection)}
        return {who: -(-ms // 1000) for who, ms in left.items() if ms > 0}

    def _waits(self, connection: sa.Connection) -> Sequence[sa.Row[Any]]:
        return connection.execute(sa.select(_GUARD).where(_GUARD.c.locked_ms > 0)).all()

    def _left_ms(self, row: sa.Row[Any]) -> int:
        return int(row.locked_ms) - self._waited_ms(row)

    def _waited_ms(self, row: sa.Row[Any]) -> int:
        """Since it was written down; in another boot than that one, since the boot."""
        same = bytes(row.boot) == self._clock.boot_id.bytes
        return self._clock.monotonic_ms() - (int(row.mono_ms) if same else 0)

    def _to_note(self, row: sa.Row[Any]) -> bool:
        return self._waited_ms(row) >= min(_NOTED_MS, int(row.locked_ms))
