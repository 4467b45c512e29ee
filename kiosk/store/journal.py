"""What the sync daemon did, round by round, and when it will try again. Kept in the database, so a restart knows."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kiosk.store import schema
from kiosk.store.engine import reading, translated

ROUNDS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Round:
    """One request to the centre. `outcome` is `done` or `failed`; `cause` is a cause id, "" when it went well."""

    started_ms: int
    outcome: str
    cause: str = ""
    sent: int = 0
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """`attempt` failed rounds in a row; the next is due at `next_ms` because of `cause`."""

    attempt: int = 0
    next_ms: int = 0
    cause: str = ""
    last_success_ms: int | None = None


class Journal:
    def __init__(self, engine: sa.Engine, path: Path) -> None:
        self._engine = engine
        self._path = path

    def write(self, round: Round, schedule: Schedule) -> None:
        """Keeps a round that settled nothing, and the schedule after it, in one transaction."""
        with translated(self._path), self._engine.begin() as connection:
            write(connection, round, schedule)

    def rounds(self, limit: int = 50) -> list[Round]:
        """Newest first."""
        columns = [schema.round_.c[field.name] for field in dataclasses.fields(Round)]
        query = sa.select(*columns).order_by(schema.round_.c.number.desc()).limit(limit)
        with translated(self._path), reading(self._engine) as connection:
            return [Round(*row) for row in connection.execute(query)]

    def schedule(self) -> Schedule:
        columns = [schema.schedule.c[field.name] for field in dataclasses.fields(Schedule)]
        with translated(self._path), reading(self._engine) as connection:
            return Schedule(*connection.execute(sa.select(*columns)).one())


def write(connection: sa.Connection, round: Round, schedule: Schedule) -> None:
    """Part of the caller's transaction. Only the last ROUNDS_KEPT rounds stay, so that no disk fills with them."""
    connection.execute(sa.insert(schema.round_).values(**dataclasses.asdict(round)))
    newest = sa.select(sa.func.max(schema.round_.c.number)).scalar_subquery()
    connection.execute(sa.delete(schema.round_).where(schema.round_.c.number <= newest - ROUNDS_KEPT))
    connection.execute(sa.update(schema.schedule).values(**dataclasses.asdict(schedule)))
