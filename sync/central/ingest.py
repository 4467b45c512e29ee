"""Taking records in: a verdict for each, committed before anything is answered, the same verdict for ever after.

the kiosk's signature does not fit                            refused signature
same id, same hash                                            duplicate
same id, other hash                                           refused conflict
same seq, other id                                            refused fork
`previous` is not the hash of the stored seq - 1 (or,
for seq 1, the genesis), or the stored seq + 1 names another  refused chain
later than what was known of a revoked kiosk                  refused revoked
anything else, also beyond a gap in seq                       accepted
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.domain.record import SIGNATURE_BYTES, genesis
from kiosk.logs import Log
from sync import wire
from sync.central import alarms, arrivals
from sync.central.database import Database
from sync.central.schema import enrolment
from sync.wire import Carried, Verdict

Judged = tuple[int, Verdict, str]  # seq, verdict, cause

_CHUNK = 500  # values in one IN (…)
_GAPS_TOLD = 100
_FORKED = frozenset({"fork", "chain", "conflict"})
_log = Log("ingest")


@dataclass(frozen=True, slots=True)
class Sender:
    """A kiosk as its row says. Of a revoked one only records up to `last_seq` are taken (None: all)."""

    name: str
    public_key: bytes
    last_seq: int | None = None


@dataclass(frozen=True, slots=True)
class _Link:
    """What is known of a stored record."""

    id: uuid.UUID
    hash: bytes
    previous: bytes


class IdTaken(Exception):
    """An id of the request stands in the table under a seq that was not looked at."""


class _Chain:
    """The part of a kiosk's chain that a request touches; grows with what is accepted."""

    def __init__(self, sender: Sender) -> None:
        self.start = genesis(sender.name, sender.public_key)
        self.last_seq = wire.SEQ_LIMIT if sender.last_seq is None else sender.last_seq
        self.by_seq: dict[int, _Link] = {}
        self.by_id: dict[uuid.UUID, _Link] = {}
        self.gap_changed = False  # one begins or ends beside what was accepted

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
        if record.seq > self.last_seq:
            return Verdict.REFUSED, "revoked"
        self.gap_changed |= before is None or after is not None
        self.add(record.seq, _Link(record.id, one.hash, record.previous))
        return Verdict.ACCEPTED, ""


def unsigned(records: Sequence[Carried], public_key: bytes) -> frozenset[int]:
    """The seq of each record that the kiosk did not sign.

    A signature covers the hash of the record before it, so of records that are chained the last one's vouches for all;
    only where it does not fit each is looked at.
    """
    key = Ed25519PublicKey.from_public_bytes(public_key)
    bad: list[int] = []
    for chained in _chained(records):
        if not _is_signed(chained[-1], key):
            bad += [one.seq for one in chained if not _is_signed(one, key)]
    return frozenset(bad)


def ingest(
    connection: sa.Connection,
    database: Database,
    sender: Sender,
    records: Sequence[Carried],
    unsigned: frozenset[int],
    now_ms: int,
    *,
    look_for_ids: bool = False,
) -> tuple[Judged, ...]:
    """Stores what is new and judges every record, in order. The kiosk's row must be locked.

    Raises IdTaken; then everything has to be rolled back and done again with `look_for_ids`, which is rarely needed.
    """
    chain = _Chain(sender)
    _load(connection, sender.name, chain, records, look_for_ids)
    verdicts: list[Judged] = []
    new: list[Carried] = []
    for one in records:
        verdict, cause = (Verdict.REFUSED, "signature") if one.seq in unsigned else chain.judge(one)
        verdicts.append((one.seq, verdict, cause))
        if verdict == Verdict.ACCEPTED:
            new.append(one)
    if new:
        rows = [_row(one, now_ms) for one in new]
        stored = database.insert_rows(connection, enrolment, rows, enrolment.c.seq)
        if len(stored) != len(rows):
            raise IdTaken
        arrivals.add(connection, database, sender.name, [one.seq for one in new])
    _raise_alarms(connection, database, sender.name, chain, verdicts, now_ms)
    return tuple(verdicts)


def tell(name: str, verdicts: Sequence[Judged]) -> None:
    """Writes the verdicts into the log, once they are committed."""
    number = {verdict: sum(judged == verdict for _, judged, _ in verdicts) for verdict in Verdict}
    _log.info(
        "batch.judged", kiosk=name, count=len(verdicts), accepted=number[Verdict.ACCEPTED],
        duplicate=number[Verdict.DUPLICATE], refused=number[Verdict.REFUSED],
    )  # fmt: skip
    refused: dict[str, list[int]] = {}
    for seq, verdict, cause in verdicts:
        if verdict == Verdict.REFUSED:
            refused.setdefault(cause, []).append(seq)
    for cause, seqs in refused.items():  # a line for each cause: one bad kiosk must not fill the log
        _log.warning("record.refused", kiosk=name, seq=seqs[0], count=len(seqs), cause=cause)


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


def _raise_alarms(
    connection: sa.Connection, database: Database, name: str, chain: _Chain, verdicts: list[Judged], now_ms: int
) -> None:
    forked = [seq for seq, _, cause in verdicts if cause in _FORKED]
    if forked:
        alarms.raise_(connection, database, name, alarms.Kind.FORK, [(forked[0], forked[-1])], now_ms)
    if chain.gap_changed:
        missing = gaps(connection, name)[:_GAPS_TOLD]
        alarms.clear(connection, name, alarms.Kind.GAP, now_ms, keep=[first for first, _ in missing])
        alarms.raise_(connection, database, name, alarms.Kind.GAP, missing, now_ms)


def _chained(records: Sequence[Carried]) -> Iterable[list[Carried]]:
    run: list[Carried] = []
    for one in records:
        if run and (one.seq, one.record.previous) != (run[-1].seq + 1, run[-1].hash):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _is_signed(one: Carried, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(one.record.signature, one.raw[:-SIGNATURE_BYTES])
    except InvalidSignature:
        return False
    return True


def _load(connection: sa.Connection, name: str, chain: _Chain, records: Sequence[Carried], look_for_ids: bool) -> None:
    """The stored neighbours of the records; rows of the same ids only when the table has said that there are some."""
    query = sa.select(enrolment.c.seq, enrolment.c.id, enrolment.c.hash, enrolment.c.previous)
    conditions = [
        enrolment.c.seq.between(first - 1, last + 1 if last < wire.SEQ_LIMIT else last)
        for first, last in arrivals.runs(one.seq for one in records)
    ]
    if look_for_ids:
        ids = [one.record.id for one in records]
        conditions += [enrolment.c.id.in_(ids[start : start + _CHUNK]) for start in range(0, len(ids), _CHUNK)]
    for start in range(0, len(conditions), _CHUNK):
        near = sa.or_(*conditions[start : start + _CHUNK])
        for row in connection.execute(query.where(enrolment.c.kiosk == name, near)):
            chain.add(row.seq, _Link(row.id, bytes(row.hash), bytes(row.previous)))


def _row(one: Carried, now_ms: int) -> dict[str, object]:
    return {
        "kiosk": one.record.kiosk,
        "id": one.record.id,
        "seq": one.seq,
        "hash": one.hash,
        "previous": one.record.previous,
        "received_ms": now_ms,
        "raw": one.raw,
        "day": one.record.captured_ms // wire.DAY_MS,
    }
