"""What the centre has answered for: days to compare, receipts, and the purge of sealed bodies."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.store import journal, schema
from kiosk.store.engine import reading, translated
from kiosk.store.outbox import IS_OPEN

DAY_MS = 86_400_000
_outbox, _enrolment = schema.outbox.c, schema.enrolment.c
_ANSWERED = _outbox.state.in_(("accepted", "duplicate"))


@dataclass(frozen=True, slots=True)
class Day:
    """`root`: SHA-256 over the hashes of its answered records in seq order. `day` is captured_ms // DAY_MS."""

    day: int
    count: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """`body` is what the centre signed; `hashes` are those of the records that it may answer for, by seq."""

    number: int
    body: bytes
    hashes: dict[int, bytes]


class Ledger:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock

    def days(self) -> list[Day]:
        """Every day with answered records, oldest first."""
        query = (
            sa.select(_enrolment.captured_ms, _enrolment.hash)
            .join_from(schema.enrolment, schema.outbox)
            .where(_ANSWERED)
            .order_by(_enrolment.seq)
        )
        roots: dict[int, tuple[int, hashlib._Hash]] = {}
        with translated(self._path), reading(self._engine) as connection:
            for captured_ms, hash in connection.execute(query):
                count, root = roots.get(captured_ms // DAY_MS) or (0, hashlib.sha256())
                root.update(hash)
                roots[captured_ms // DAY_MS] = count + 1, root
        return [Day(day, count, root.digest()) for day, (count, root) in sorted(roots.items())]

    def hashes_of(self, day: int) -> list[tuple[int, bytes]]:
        """(seq, hash) of the answered records of one day."""
        query = (
            sa.select(_enrolment.seq, _enrolment.hash)
            .join_from(schema.enrolment, schema.outbox)
            .where(_ANSWERED, _enrolment.captured_ms.between(day * DAY_MS, day * DAY_MS + DAY_MS - 1))
            .order_by(_enrolment.seq)
        )
        with translated(self._path), reading(self._engine) as connection:
            return [(seq, hash) for seq, hash in connection.execute(query)]

    def receipts_due(self, received_before_ms: int, limit: int = 20) -> list[Receipt]:
        """Receipts that came before that time and whose records still have their bodies, oldest first."""
        due = (
            sa.select(schema.receipt)
            .where(sa.literal_column("receipt.purged = 0", sa.Boolean))
            .where(schema.receipt.c.received_ms < received_before_ms)
            .order_by(schema.receipt.c.received_ms)
            .limit(limit)
        )
        found = []
        with translated(self._path), reading(self._engine) as connection:
            for row in connection.execute(due).all():
                hashes = sa.select(_enrolment.seq, _enrolment.hash).where(_enrolment.seq.between(row.first, row.last))
                by_seq: dict[int, bytes] = {one[0]: one[1] for one in connection.execute(hashes)}
                found.append(Receipt(row.number, row.body, by_seq))
        return found

    def purge(self, receipts: Collection[int]) -> int:
        """Deletes the sealed bodies of the accepted records that these receipts answer for; how many it was.

        seq, id, hash and receipt stay. Whoever calls has checked the receipts. Raises StoreError.
        """
        answered = sa.select(_outbox.seq).where(_ANSWERED, _outbox.receipt.in_(receipts))
        bodies = sa.update(schema.enrolment).where(_enrolment.seq.in_(answered), _enrolment.raw != b"").values(raw=b"")
        with translated(self._path), self._engine.begin() as connection:
            count = int(connection.execute(bodies).rowcount)
            done = sa.update(schema.receipt).where(schema.receipt.c.number.in_(receipts)).values(purged=1)
            connection.execute(done)
            journal.note(connection, journal.Round(self._clock.wall_ms(), "done", sent=count, kind="purge"))
        return count

    def empty_wal(self) -> bool:
        """Writes the WAL into the database and cuts it to nothing, so that no purged body is left in it.

        False while another program reads; then it is to be tried again.
        """
        with translated(self._path):
            connection = self._engine.raw_connection()  # without BEGIN: no checkpoint inside a transaction
            try:
                cursor = connection.cursor()
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                cursor.close()
            finally:
                connection.close()
        return not busy

    def unanswered(self, after: int = 0, limit: int = 500) -> list[tuple[int, bytes, bytes]]:
        """(seq, raw, hash) of the next records that wait, are held or were put aside."""
        query = (
            sa.select(_enrolment.seq, _enrolment.raw, _enrolment.hash)
            .join_from(schema.enrolment, schema.outbox)
            .where(IS_OPEN, _outbox.seq > after)
        )
        with translated(self._path), reading(self._engine) as connection:
            return [(seq, raw, hash) for seq, raw, hash in connection.execute(query.order_by(_outbox.seq).limit(limit))]

    def unanswered_size(self) -> tuple[int, int]:
        """How many records are not answered for, and their bytes."""
        query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.func.length(_enrolment.raw)), 0))
        with translated(self._path), reading(self._engine) as connection:
            count, size = connection.execute(query.join_from(schema.enrolment, schema.outbox).where(IS_OPEN)).one()
        return count, size

    def hashes(self, first: int, last: int) -> dict[int, bytes]:
        """By seq."""
        query = sa.select(_enrolment.seq, _enrolment.hash).where(_enrolment.seq.between(first, last))
        with translated(self._path), reading(self._engine) as connection:
            return {row.seq: row.hash for row in connection.execute(query)}

    def raws(self, after: int = 0, limit: int = 500) -> list[tuple[int, bytes, bytes]]:
        """(seq, raw, hash) of the next records."""
        query = sa.select(_enrolment.seq, _enrolment.raw, _enrolment.hash).where(_enrolment.seq > after)
        with translated(self._path), reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_enrolment.seq).limit(limit))
            return [(seq, raw, hash) for seq, raw, hash in rows]
