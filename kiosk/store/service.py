"""Whether the kiosk is out of service, and why. Outlives a restart."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain.act import Act, Kind
from kiosk.store import acts, schema
from kiosk.store.engine import reading, translated
from kiosk.store.identity import Identity


@dataclass(frozen=True, slots=True)
class State:
    """`message` "" while it serves."""

    message: str = ""
    since_ms: int = 0


class Service:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock, kept: acts.Acts) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock
        self._acts = kept

    def state(self) -> State:
        """Raises StoreError."""
        with translated(self._path), reading(self._engine) as connection:
            row = connection.execute(sa.select(schema.service)).first()
        return State(row.message, row.since_ms) if row else State()

    def close(self, message: str, officer: str, identity: Identity | None) -> None:
        """`message` "" opens again. The act is written with it. Raises StoreError, StoreFull."""
        act = Act(Kind.CLOSED, officer, {"service": message}) if message else Act(Kind.OPENED, officer)

        def deed(connection: sa.Connection) -> None:
            connection.execute(sa.delete(schema.service))
            row = {"one": 1, "message": message, "since_ms": self._clock.wall_ms()}
            connection.execute(sa.insert(schema.service).values(**row))
            if identity is not None:
                acts.append(connection, act, identity, self._clock)

        self._acts.commit(deed)
