"""Keeping an enrolment: sealed, signed, chained and queued in one transaction."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uuid_utils.compat as uuid7

from kiosk import settings
from kiosk.clock import Clock
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.errors import StoreFull
from kiosk.domain.record import genesis, hash_of
from kiosk.store import schema, sealing
from kiosk.store.engine import free_mb, reading, translated
from kiosk.store.identity import Identity

# Built once: compiling a statement anew costs more than running it.
_LATEST_FIRST = schema.enrolment.c.seq.desc()
_KNOWN = (
    sa.select(
        schema.enrolment.c.id,
        schema.enrolment.c.code,
        schema.enrolment.c.seq,
        schema.enrolment.c.captured_ms,
        schema.outbox.c.state,
    )
    .join_from(schema.enrolment, schema.outbox)
    .where(schema.enrolment.c.fingerprint == sa.bindparam("its_fingerprint"), schema.outbox.c.state != "refused")
    .order_by(_LATEST_FIRST)
    .limit(1)
)
_NEWEST = (
    sa.select(schema.enrolment.c.seq.label("last_seq"), schema.enrolment.c.hash.label("last_hash"))
    .order_by(_LATEST_FIRST)
    .limit(1)
    .subquery()
)
_END_OF_CHAIN_AND_KNOWN = sa.select(_NEWEST, (known := _KNOWN.subquery())).join_from(
    _NEWEST, known, sa.true(), isouter=True
)
_KEEP = sa.insert(schema.enrolment)
_QUEUE = sa.insert(schema.outbox).values(state="waiting")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a receipt may show. `state`: waiting, accepted, duplicate (the centre had it already) or refused."""

    id: uuid.UUID
    code: str
    seq: int
    captured_ms: int
    state: str


def new_id() -> uuid.UUID:
    """A UUIDv7: sorts by time, unique even when the clock is dead."""
    return uuid7.uuid7()


class Enrolments:
    def __init__(self, engine: sa.Engine, path: Path, cost: settings.Store, clock: Clock) -> None:
        self._engine = engine
        self._path = path
        self._cost = cost
        self._clock = clock

    def keep(self, enrolment: Enrolment, identity: Identity) -> Kept:
        """Commits the sealed enrolment and its outbox row together; durable when it returns.

        The same NIK again (a repeated save, or the same person) gives back what is kept. Raises StoreFull, StoreError.
        """
        self.check_room()
        row = {
            "id": enrolment.id.bytes,
            "code": enrolment.code,
            "fingerprint": sealing.fingerprint(enrolment.nik, identity, self._cost),
        }
        plaintext = enrolment.to_bytes()  # all that can be done before the database is held is done by now
        with translated(self._path), self._engine.begin() as connection:
            found = connection.execute(_END_OF_CHAIN_AND_KNOWN, {"its_fingerprint": row["fingerprint"]}).first()
            if found is None:
                first = genesis(identity.kiosk, identity.public_key)
                return self._write(connection, enrolment.id, plaintext, row, identity, 1, first)
            if found.id is not None:
                return _kept(found)
            return self._write(connection, enrolment.id, plaintext, row, identity, found.last_seq + 1, found.last_hash)

    def known(self, nik: str, identity: Identity) -> Kept | None:
        """Whether this NIK has been enrolled here, by its fingerprint; a refused enrolment does not count."""
        fingerprint = sealing.fingerprint(nik, identity, self._cost)
        with translated(self._path), reading(self._engine) as connection:
            found = connection.execute(_KNOWN, {"its_fingerprint": fingerprint}).first()
        return _kept(found) if found else None

    def count_since(self, captured_ms: int) -> int:
        query = sa.select(sa.func.count()).where(schema.enrolment.c.captured_ms >= captured_ms)
        with translated(self._path), reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def check_room(self) -> None:
        """Raises StoreFull while less than `store.free_mb` is free: what is begun can always be written."""
        if free_mb(self._path.parent) < self._cost.free_mb:
            raise StoreFull("store.full", file=self._path.name)

    def _write(
        self,
        connection: sa.Connection,
        id: uuid.UUID,
        plaintext: bytes,
        row: dict[str, Any],
        identity: Identity,
        seq: int,
        previous: bytes,
    ) -> Kept:
        captured_ms = self._clock.wall_ms()
        raw = sealing.seal(
            plaintext,
            identity,
            seq=seq,
            id=id,
            captured_ms=captured_ms,
            boot_id=self._clock.boot_id,
            monotonic_ms=self._clock.monotonic_ms(),
            previous=previous,
        ).to_bytes()
        connection.execute(_KEEP, row | {"seq": seq, "captured_ms": captured_ms, "hash": hash_of(raw), "raw": raw})
        connection.execute(_QUEUE, {"seq": seq})
        return Kept(id, row["code"], seq, captured_ms, "waiting")


def _kept(row: Any) -> Kept:
    return Kept(uuid.UUID(bytes=row.id), row.code, row.seq, row.captured_ms, row.state)
