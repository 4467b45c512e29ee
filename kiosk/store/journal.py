"""What happened to the outbox, deed by deed, and when the next round is due. In the database, so a restart knows."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kiosk.store import schema
from kiosk.store.engine import reading, translated

ROUNDS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Round:
    """One request to the centre, or another deed. `cause` is a cause id, "" when it went well.

    outcome      `done` or `failed`
    kind         round; or what else was done to the outbox: retry, hold, release, export, import, quarantine, purge,
                 rescue, clock, master
    first, last  seq of the first and the last record that it was about, 0 for none
    """

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
    kind: str = "round"
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """`attempt` failed rounds in a row; the next is due at `next_ms` because of `cause`."""

    attempt: int = 0
    next_ms: int = 0
    cause: str = ""
    last_success_ms: int | None = None

    def wait_s(self, now_ms: int, cap_s: float) -> float:
        """Seconds until the next round may start, 0 when it is due.

        A time further away than the cap was written by a clock that has since been put right: due at once.
        """
        ahead_s = (self.next_ms - now_ms) / 1000
        return ahead_s if 0 < ahead_s <= cap_s else 0.0


class Journal:
    def __init__(self, engine: sa.Engine, path: Path) -> None:
        self._engine = engine
        self._path = path

    def write(self, round: Round, schedule: Schedule) -> None:
        """Keeps a round that settled nothing, and the schedule after it, in one transaction."""
        with translated(self._path), self._engine.begin() as connection:
            write(connection, round, schedule)

    def note(self, deed: Round) -> None:
        """Keeps something else that was done; the schedule stays."""
        with translated(self._path), self._engine.begin() as connection:
            note(connection, deed)

    def rounds(
        self, limit: int = 50, *, since_ms: int = 0, cause: str = "", outcome: str = "", record: int = 0, after: int = 0
    ) -> list[Round]:
        """Newest first. `record` is a seq that they were about; `after` a number as `newest` gives it."""
        columns = [schema.round_.c[field.name] for field in dataclasses.fields(Round)]
        wanted = [schema.round_.c.number > after, schema.round_.c.started_ms >= since_ms]
        if cause:
            wanted.append(schema.round_.c.cause == cause)
        if outcome:
            wanted.append(schema.round_.c.outcome == outcome)
        if record:
            wanted.append(sa.literal(record).between(schema.round_.c.first, schema.round_.c.last))
        query = sa.select(*columns).where(*wanted).order_by(schema.round_.c.number.desc()).limit(limit)
        with translated(self._path), reading(self._engine) as connection:
            return [Round(*row) for row in connection.execute(query)]

    def newest(self) -> int:
        """The number of the newest deed; they are numbered from 1 without a gap."""
        with translated(self._path), reading(self._engine) as connection:
            return connection.scalar(sa.select(sa.func.max(schema.round_.c.number))) or 0

    def hurry(self) -> None:
        """The next round is due at once."""
        with translated(self._path), self._engine.begin() as connection:
            connection.execute(sa.update(schema.schedule).values(next_ms=0))

    def schedule(self) -> Schedule:
        columns = [schema.schedule.c[field.name] for field in dataclasses.fields(Schedule)]
        with translated(self._path), reading(self._engine) as connection:
            return Schedule(*connection.execute(sa.select(*columns)).one())


def write(connection: sa.Connection, round: Round, schedule: Schedule) -> None:
    """Part of the caller's transaction."""
    note(connection, round)
    connection.execute(sa.update(schema.schedule).values(**dataclasses.asdict(schedule)))


def note(connection: sa.Connection, deed: Round) -> None:
    """Part of the caller's transaction. Only the last ROUNDS_KEPT stay, so that no disk fills with them."""
    connection.execute(sa.insert(schema.round_).values(**dataclasses.asdict(deed)))
    newest = sa.select(sa.func.max(schema.round_.c.number)).scalar_subquery()
    connection.execute(sa.delete(schema.round_).where(schema.round_.c.number <= newest - ROUNDS_KEPT))
