"""The queue of records for the centre: leased oldest first, settled record by record, never dropped."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.store import journal, schema
from kiosk.store.engine import reading, translated

_WAITING = schema.outbox.c.state == "waiting"


@dataclass(frozen=True, slots=True)
class Leased:
    """A record on its way. `raw` is `domain.record.Record.to_bytes()`."""

    seq: int
    id: uuid.UUID
    raw: bytes


@dataclass(frozen=True, slots=True)
class Settled:
    """The centre's word on one record: `accepted`, `duplicate` or `refused` with a cause id."""

    seq: int
    verdict: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """`waiting` includes what is leased just now. `oldest_ms` is the capture time of the oldest that waits."""

    waiting: int
    accepted: int
    duplicate: int
    refused: int
    oldest_ms: int | None


class Outbox:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock

    def lease(self, records: int, size: int, lease_s: float) -> list[Leased]:
        """Takes up to `records` waiting records and `size` bytes for `lease_s` seconds; at least one if any waits."""
        now = self._clock.wall_ms()
        query = (
            sa.select(schema.enrolment.c.seq, schema.enrolment.c.id, schema.enrolment.c.raw)
            .join_from(schema.enrolment, schema.outbox)
            .where(_WAITING, ~schema.outbox.c.leased_until_ms.between(now + 1, now + int(lease_s * 1000)))
            .order_by(schema.outbox.c.seq)
            .limit(records)
        )
        with translated(self._path), self._engine.begin() as connection:
            leased: list[Leased] = []
            for row in connection.execute(query):
                size -= len(row.raw)
                if leased and size < 0:
                    break
                leased.append(Leased(row.seq, uuid.UUID(bytes=row.id), row.raw))
            if leased:
                connection.execute(
                    sa.update(schema.outbox)
                    .where(schema.outbox.c.seq.in_([record.seq for record in leased]))
                    .values(leased_until_ms=now + int(lease_s * 1000), attempts=schema.outbox.c.attempts + 1)
                )
        return leased

    def give_back(self) -> None:
        """Ends every lease: at start-up and after a failed round."""
        with translated(self._path), self._engine.begin() as connection:
            connection.execute(
                sa.update(schema.outbox).where(_WAITING, schema.outbox.c.leased_until_ms != 0).values(leased_until_ms=0)
            )

    def settle(self, settled: Iterable[Settled], round: journal.Round, schedule: journal.Schedule) -> None:
        """Verdicts, the round and the schedule in one transaction. Records without a verdict wait again."""
        rows = [{"row": s.seq, "verdict": s.verdict, "why": s.cause} for s in settled]
        now = self._clock.wall_ms()
        with translated(self._path), self._engine.begin() as connection:
            if rows:
                connection.execute(
                    sa.update(schema.outbox)
                    .where(schema.outbox.c.seq == sa.bindparam("row"), _WAITING)
                    .values(
                        state=sa.bindparam("verdict"), cause=sa.bindparam("why"), settled_ms=now, leased_until_ms=0
                    ),
                    rows,
                )
            connection.execute(
                sa.update(schema.outbox).where(_WAITING, schema.outbox.c.leased_until_ms != 0).values(leased_until_ms=0)
            )
            journal.write(connection, round, schedule)

    def counts(self) -> Counts:
        states = sa.select(schema.outbox.c.state, sa.func.count()).group_by(schema.outbox.c.state)
        oldest = (
            sa.select(schema.enrolment.c.captured_ms)
            .join_from(schema.enrolment, schema.outbox)
            .where(_WAITING)
            .order_by(schema.outbox.c.seq)
            .limit(1)
        )
        with translated(self._path), reading(self._engine) as connection:
            found: dict[str, int] = {row[0]: row[1] for row in connection.execute(states)}
            oldest_ms = connection.scalar(oldest)
        return Counts(
            waiting=found.get("waiting", 0),
            accepted=found.get("accepted", 0),
            duplicate=found.get("duplicate", 0),
            refused=found.get("refused", 0),
            oldest_ms=oldest_ms,
        )

    def refused_by_cause(self) -> dict[str, int]:
        query = (
            sa.select(schema.outbox.c.cause, sa.func.count())
            .where(schema.outbox.c.state == "refused")
            .group_by(schema.outbox.c.cause)
        )
        with translated(self._path), reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}
