"""Taking a batch in: a verdict per record, committed before anything is answered, the same verdict for ever after.

the kiosk's signature does not fit                            refused signature
same id, same hash                                            duplicate
same id, other hash                                           refused conflict
same seq, other id                                            refused fork
`previous` is not the hash of the stored seq - 1 (or,
for seq 1, the genesis), or the stored seq + 1 names another  refused chain
anything else, also beyond a gap in seq                       accepted
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.clock import Clock
from kiosk.domain.errors import CarriageError, StoreError
from kiosk.domain.record import SIGNATURE_BYTES, genesis
from kiosk.logs import Log
from sync import wire
from sync.central.database import Database
from sync.central.schema import enrolment, kiosk
from sync.wire import Carried, Verdict

Judged = tuple[int, Verdict, str]  # seq, verdict, cause

_CHUNK = 500  # values in one IN (…)
_log = Log("ingest")


@dataclass(frozen=True, slots=True)
class _Link:
    """What is known of a stored record."""

    id: uuid.UUID
    hash: bytes
    previous: bytes


class _Chain:
    """The part of a kiosk's chain that a batch touches; grows with what is accepted."""

    def __init__(self, start: bytes) -> None:
        self.start = start
        self.by_seq: dict[int, _Link] = {}
        self.by_id: dict[uuid.UUID, _Link] = {}

    def add(self, seq: int, link: _Link) -> None:
        self.by_seq[seq] = link
        self.by_id[link.id] = link

    def judge(self, one: Carried) -> tuple[Verdict, str]:
        """The verdict on a record whose signature has been checked, and its cause."""
        record = one.record
        if (same := self.by_id.get(record.id)) is not None:
            return (Verdict.DUPLICATE, "") if same.hash == one.hash else (Verdict.REFUSED, "conflict")
        if record.seq in self.by_seq:
            return Verdict.REFUSED, "fork"
        if record.seq == 1:
            before: bytes | None = self.start
        else:
            before = self.by_seq[record.seq - 1].hash if record.seq - 1 in self.by_seq else None
        after = self.by_seq.get(record.seq + 1)
        if (before is not None and before != record.previous) or (after is not None and after.previous != one.hash):
            return Verdict.REFUSED, "chain"
        self.add(record.seq, _Link(record.id, one.hash, record.previous))
        return Verdict.ACCEPTED, ""


def ingest(database: Database, request: wire.Request, clock: Clock) -> tuple[Judged, ...]:
    """Commits what is new and judges every record of the request, in its order.

    Raises CarriageError `central.kiosk_unknown`, `central.kiosk_revoked` or StoreError; then nothing was stored.
    """
    with database.write() as connection:
        key = public_key(connection, request.kiosk)
        chain = _chain(connection, request.kiosk, key, request.records)
        verdicts, new = [], []
        for one in request.records:
            verdict, cause = chain.judge(one) if _is_signed(one, key) else (Verdict.REFUSED, "signature")
            verdicts.append((one.seq, verdict, cause))
            if verdict == Verdict.ACCEPTED:
                new.append(_row(one, clock.wall_ms()))
        if new:
            _store(connection, database, new)
    _tell(request.kiosk, verdicts)
    return tuple(verdicts)


def gaps(connection: sa.Connection, name: str) -> list[tuple[int, int]]:
    """The runs of seq (first, last) that never arrived although a later one did."""
    here, before = enrolment.alias(), enrolment.alias()
    no_before = ~sa.exists().where(before.c.kiosk == here.c.kiosk, before.c.seq == here.c.seq - 1)
    newest_before = (
        sa.select(sa.func.coalesce(sa.func.max(before.c.seq), 0))
        .where(before.c.kiosk == here.c.kiosk, before.c.seq < here.c.seq)
        .scalar_subquery()
    )
    query = (
        sa.select(newest_before + 1, here.c.seq - 1)
        .where(here.c.kiosk == name, here.c.seq > 1, no_before)
        .order_by(here.c.seq)
    )
    return [(first, last) for first, last in connection.execute(query)]


def public_key(connection: sa.Connection, name: str) -> bytes:
    """Locks the kiosk's row: two batches of one kiosk are judged one after the other on every database."""
    query = sa.select(kiosk.c.public_key, kiosk.c.revoked).where(kiosk.c.name == name).with_for_update()
    row = connection.execute(query).first()
    if row is None or row.public_key is None:
        raise CarriageError("central.kiosk_unknown")
    if row.revoked:
        raise CarriageError("central.kiosk_revoked")
    return bytes(row.public_key)


def _is_signed(one: Carried, key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(one.record.signature, one.raw[:-SIGNATURE_BYTES])
    except InvalidSignature:
        return False
    return True


def _chain(connection: sa.Connection, name: str, key: bytes, records: Iterable[Carried]) -> _Chain:
    chain = _Chain(genesis(name, key))
    seqs = sorted(
        {record.seq + step for record in records for step in (-1, 0, 1) if record.seq + step <= wire.SEQ_LIMIT}
    )
    for column, values in ((enrolment.c.seq, seqs), (enrolment.c.id, [one.record.id for one in records])):
        for chunk in _chunks(values):
            query = sa.select(enrolment.c.seq, enrolment.c.id, enrolment.c.hash, enrolment.c.previous).where(
                enrolment.c.kiosk == name, column.in_(chunk)
            )
            for row in connection.execute(query):
                chain.add(row.seq, _Link(row.id, bytes(row.hash), bytes(row.previous)))
    return chain


def _chunks(values: list[object] | list[int] | list[uuid.UUID]) -> Iterable[list[object]]:
    return ([*values[start : start + _CHUNK]] for start in range(0, len(values), _CHUNK))


def _row(one: Carried, now_ms: int) -> dict[str, object]:
    return {
        "kiosk": one.record.kiosk,
        "id": one.record.id,
        "seq": one.seq,
        "hash": one.hash,
        "previous": one.record.previous,
        "received_ms": now_ms,
        "raw": one.raw,
    }


def _store(connection: sa.Connection, database: Database, rows: list[dict[str, object]]) -> None:
    stored = connection.execute(database.insert_new(enrolment).returning(enrolment.c.id), rows).all()
    if len(stored) != len(rows):  # somebody else wrote in between: judge again with what is there now
        raise StoreError("central.busy")


def _tell(name: str, verdicts: list[Judged]) -> None:
    number = {verdict: sum(judged == verdict for _, judged, _ in verdicts) for verdict in Verdict}
    _log.info(
        "batch.judged", kiosk=name, count=len(verdicts), accepted=number[Verdict.ACCEPTED],
        duplicate=number[Verdict.DUPLICATE], refused=number[Verdict.REFUSED],
    )  # fmt: skip
    for seq, verdict, cause in verdicts:
        if verdict == Verdict.REFUSED:
            _log.warning("record.refused", kiosk=name, seq=seq, cause=cause)
