"""What is kept of each part: when it was well last, and what the last trial by a person gave."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from kiosk.clock import Clock
from kiosk.domain.act import Act, Kind
from kiosk.domain.health import Known
from kiosk.store import acts, schema
from kiosk.store.engine import reading, translated
from kiosk.store.identity import Identity

FRESH_MS = 60_000  # a part that stays well is written down no more often
_device = schema.device.c


class Devices:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock, kept: acts.Acts) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock
        self._acts = kept

    def known(self) -> Mapping[str, Known]:
        """By part. Raises StoreError."""
        with translated(self._path), reading(self._engine) as connection:
            rows = connection.execute(sa.select(schema.device)).all()
        return {row.name: Known(row.good_ms, row.tested_ms, row.outcome == "passed") for row in rows}

    def good(self, parts: Iterable[str]) -> None:
        """These are well just now. Raises StoreError, StoreFull."""
        now, known = self._clock.wall_ms(), self.known()
        stale = [part for part in parts if abs(now - ((known.get(part) or Known()).good_ms or 0)) >= FRESH_MS]
        if stale:
            with translated(self._path), self._engine.begin() as connection:
                for part in stale:
                    _put(connection, part, good_ms=now)

    def tried(self, part: str, officer: str, identity: Identity | None, *, passed: bool) -> None:
        """A person has tried it; the act TESTED is written with it. Raises StoreError, StoreFull."""
        outcome, now = "passed" if passed else "failed", self._clock.wall_ms()

        def deed(connection: sa.Connection) -> None:
            well = {"good_ms": now} if passed else {}
            _put(connection, part, tested_ms=now, outcome=outcome, **well)
            if identity is not None:
                act = Act(Kind.TESTED, officer, {"part": part, "outcome": outcome})
                acts.append(connection, act, identity, self._clock)

        self._acts.commit(deed)


def _put(connection: sa.Connection, part: str, **values: int | str) -> None:
    row = insert(schema.device).values(name=part, **values)
    connection.execute(row.on_conflict_do_update(index_elements=[_device.name], set_=values))
