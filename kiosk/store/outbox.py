"""The queue of records for the centre: leased oldest first, settled by its signed word, never dropped.

waiting ──answer──▶ accepted | duplicate | refused(cause)
   │  ▲
   │  └── hold ▶ held ▶ release; quarantine(cause) ▶ quarantined ▶ after a while, or when a person says so
   └───── what the centre says that it lacks waits again
"""

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kiosk.clock import Clock, Contact
from kiosk.domain.outcome import Outcome
from kiosk.store import enrolments, journal, schema
from kiosk.store.engine import reading, translated
from kiosk.store.identity import Identity

_outbox = schema.outbox.c
_WAITING = sa.literal_column("outbox.state = 'waiting'", sa.Boolean)  # in words, so that the partial index is used
_ANSWERED = ("accepted", "duplicate")
IS_OPEN = sa.literal_column("outbox.state IN ('waiting', 'held', 'quarantined')", sa.Boolean)


@dataclass(frozen=True, slots=True)
class Leased:
    """A record on its way. `raw` is `domain.record.Record.to_bytes()`, `hash` what it was when it was kept.

    suspect  it was in quarantine; such a one travels alone
    """

    seq: int
    id: uuid.UUID
    raw: bytes
    hash: bytes
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """The centre's word on the records `first`..`last`: `accepted`, `duplicate` or `refused` with a cause id."""

    first: int
    last: int
    verdict: str
    cause: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """What the branch decided about an enrolment, at `decided_ms` by the centre's clock."""

    id: uuid.UUID
    outcome: Outcome
    decided_ms: int


@dataclass(frozen=True, slots=True)
class Word:
    """Everything that one checked answer of the centre changes here.

    receipt     the signed bytes themselves; with them every record of `settled` is answered for
    at_ms       when the centre signed it, by its clock
    contact     the same for the clock here; None leaves the old one: a stick has been under way for days
    decisions   outcomes, and with them `cursor`, the newest of them
    lacks       seqs that the centre does not have: they wait again
    asks        days that it wants to hear more of; None leaves what is known
    reconciled  whether it has compared the days
    master      the newest version of the master data there is
    reached     how many have joined towards the target here; None leaves what is known
    """

    settled: tuple[Settled, ...] = ()
    receipt: bytes = b""
    at_ms: int = 0
    contact: Contact | None = None
    decisions: tuple[Decision, ...] = ()
    cursor: int | None = None
    lacks: tuple[int, ...] = ()
    asks: tuple[int, ...] | None = None
    reconciled: bool = False
    master: int | None = None
    reached: int | None = None


@dataclass(frozen=True, slots=True)
class Carriage:
    """What is remembered from round to round."""

    cursor: int
    reconciled_ms: int
    asks: tuple[int, ...]
    held: bool
    master: int
    contact: Contact | None
    reached: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """`waiting` includes what is leased just now. `oldest_ms` is the capture time of the oldest that is not answered.

    last_seq  of the newest record, 0 before the first
    """

    waiting: int
    held: int
    quarantined: int
    accepted: int
    duplicate: int
    refused: int
    oldest_ms: int | None
    last_seq: int

    @property
    def unanswered(self) -> int:
        return self.waiting + self.held + self.quarantined


class Outbox:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock

    def lease(self, records: int, size: int, lease_s: float) -> list[Leased]:
        """Takes up to `records` waiting records and `size` bytes for `lease_s` seconds; at least one if any waits."""
        now = self._clock.wall_ms()
        query = (
            sa.select(schema.enrolment.c.seq, schema.enrolment.c.id, schema.enrolment.c.raw, schema.enrolment.c.hash,
                      _outbox.cause)
            .join_from(schema.enrolment, schema.outbox)
            .where(_WAITING, ~_outbox.leased_until_ms.between(now + 1, now + int(lease_s * 1000)))
            .order_by(_outbox.seq)
            .limit(records)
        )  # fmt: skip
        leased: list[Leased] = []
        with translated(self._path), self._engine.begin() as connection:
            for seq, id, raw, hash, cause in connection.execute(query):
                size -= len(raw)
                if leased and (size < 0 or cause):
                    break
                leased.append(Leased(seq, uuid.UUID(bytes=id), raw, hash, bool(cause)))
                if cause:
                    break
            if leased:
                connection.execute(
                    sa.update(schema.outbox)
                    .where(_WAITING, _outbox.seq.between(leased[0].seq, leased[-1].seq))
                    .values(leased_until_ms=now + int(lease_s * 1000), attempts=_outbox.attempts + 1)
                )
        return leased

    def give_back(self) -> None:
        """Ends every lease: at start-up and after a failed round."""
        with translated(self._path), self._engine.begin() as connection:
            _give_back(connection)

    def settle(self, word: Word, identity: Identity, round: journal.Round, schedule: journal.Schedule) -> int:
        """All that an answer changes, the round and the schedule in one transaction.

        Records without a verdict wait again. Returns how many of `word.lacks` could be queued; the bodies of the others
        have been purged. Raises StoreError; then nothing has changed.
        """
        now = self._clock.wall_ms()
        with translated(self._path), self._engine.begin() as connection:
            receipt = _keep_receipt(connection, word, now)
            for span in word.settled:
                connection.execute(
                    sa.update(schema.outbox)
                    .where(_WAITING, _outbox.seq.between(span.first, span.last))
                    .values(state=span.verdict, cause=span.cause, settled_ms=now, leased_until_ms=0, receipt=receipt)
                )
            for decision in word.decisions:
                enrolments.decide(connection, decision.id, decision.outcome, decision.decided_ms, identity)
            queued = sum(_queue_again(connection, seq) for seq in word.lacks)
            _remember(connection, word, now)
            _give_back(connection)
            journal.write(connection, round, schedule)
        return queued

    def quarantine(self, seq: int, cause: str, retry_ms: int) -> None:
        """Puts one record aside, so that the queue goes on; it is tried again from `retry_ms`."""
        deed = journal.Round(self._clock.wall_ms(), "done", cause, kind="quarantine", first=seq, last=seq)
        with translated(self._path), self._engine.begin() as connection:
            connection.execute(
                sa.update(schema.outbox)
                .where(_WAITING, _outbox.seq == seq)
                .values(state="quarantined", cause=cause, retry_ms=retry_ms, leased_until_ms=0)
            )
            journal.note(connection, deed)

    def retry_due(self, at_most_ms: int) -> int:
        """Lets the quarantined ones whose time has come wait again; those that rotted here will not heal.

        A time further off than `at_most_ms` has come, too: a clock that was wrong wrote it.
        """
        now = self._clock.wall_ms()
        later = _outbox.retry_ms.between(now + 1, now + at_most_ms)
        due = sa.and_(sa.literal_column("outbox.state = 'quarantined'", sa.Boolean), _outbox.cause != "damaged", ~later)
        with translated(self._path), reading(self._engine) as connection:
            if not connection.scalar(sa.select(sa.exists().where(due))):
                return 0
        with translated(self._path), self._engine.begin() as connection:
            return int(connection.execute(sa.update(schema.outbox).where(due).values(state="waiting")).rowcount)

    def move(self, deed: str, before: Collection[str], after: str, seqs: Collection[int] | None = None) -> int:
        """What a person orders: `retry`, `hold`, `release`. Of all records, or of `seqs`; how many it was."""
        wanted = [_outbox.state.in_(before)] + ([] if seqs is None else [_outbox.seq.in_(seqs)])
        with translated(self._path), self._engine.begin() as connection:
            found = list(connection.scalars(sa.select(_outbox.seq).where(*wanted).order_by(_outbox.seq)))
            connection.execute(sa.update(schema.outbox).where(*wanted).values(state=after, leased_until_ms=0))
            first, last = (found[0], found[-1]) if found else (0, 0)
            journal.note(
                connection,
                journal.Round(self._clock.wall_ms(), "done", sent=len(found), kind=deed, first=first, last=last),
            )
        return len(found)

    def hold(self, held: bool) -> None:
        """While held nothing is sent at all, not even the heartbeat."""
        deed = journal.Round(self._clock.wall_ms(), "done", kind="hold" if held else "release")
        with translated(self._path), self._engine.begin() as connection:
            connection.execute(sa.update(schema.carriage).values(held=int(held)))
            journal.note(connection, deed)

    def carriage(self) -> Carriage:
        with translated(self._path), reading(self._engine) as connection:
            row = connection.execute(sa.select(schema.carriage)).one()
        contact = Contact(row.at_ms, row.wall_ms, row.mono_ms, uuid.UUID(bytes=row.boot)) if row.at_ms else None
        return Carriage(
            row.cursor, row.reconciled_ms, tuple(json.loads(row.asks)), bool(row.held), row.master, contact, row.reached
        )

    def counts(self) -> Counts:
        """One consistent view."""
        states = sa.select(_outbox.state, sa.func.count()).group_by(_outbox.state)
        oldest = (
            sa.select(schema.enrolment.c.captured_ms)
            .join_from(schema.enrolment, schema.outbox)
            .where(IS_OPEN)
            .order_by(_outbox.seq)
            .limit(1)
        )
        with translated(self._path), reading(self._engine) as connection:
            found: dict[str, int] = {row[0]: row[1] for row in connection.execute(states)}
            oldest_ms = connection.scalar(oldest)
            last_seq = connection.scalar(sa.select(sa.func.max(schema.enrolment.c.seq))) or 0
        states_known = ("waiting", "held", "quarantined", "accepted", "duplicate", "refused")
        return Counts(**{state: found.get(state, 0) for state in states_known}, oldest_ms=oldest_ms, last_seq=last_seq)

    def unanswered_enrolments(self) -> int:
        """How many of those that are not answered are of traders; the others are what officers did."""
        query = (
            sa.select(sa.func.count())
            .select_from(schema.outbox)
            .join(schema.enrolment)
            .where(IS_OPEN, schema.enrolment.c.kind == "enrolment")
        )
        with translated(self._path), reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def by_cause(self, state: str) -> dict[str, int]:
        """How many `quarantined` or `refused` records have which cause."""
        query = sa.select(_outbox.cause, sa.func.count()).where(_outbox.state == state).group_by(_outbox.cause)
        with translated(self._path), reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def seq_of(self, code: str) -> int | None:
        """The record of an enrolment's code."""
        query = sa.select(sa.func.max(schema.enrolment.c.seq)).where(schema.enrolment.c.code == code)
        with translated(self._path), reading(self._engine) as connection:
            seq: int | None = connection.scalar(query)
        return seq


def _keep_receipt(connection: sa.Connection, word: Word, now: int) -> int | None:
    if not word.settled or not word.receipt:
        return None
    row = {"at_ms": word.at_ms, "received_ms": now, "body": word.receipt}
    span = {"first": word.settled[0].first, "last": word.settled[-1].last}
    number = connection.execute(sa.insert(schema.receipt).values(**row, **span)).inserted_primary_key
    return int(number[0]) if number else None


def _queue_again(connection: sa.Connection, seq: int) -> bool:
    purged = sa.exists().where(schema.enrolment.c.seq == seq, schema.enrolment.c.raw == b"")
    again = (
        sa.update(schema.outbox)
        .where(_outbox.seq == seq, _outbox.state.in_(_ANSWERED), ~purged)
        .values(state="waiting", receipt=None, settled_ms=None)
    )
    return connection.execute(again).rowcount == 1


def _remember(connection: sa.Connection, word: Word, now: int) -> None:
    values: dict[str, object] = {}
    if word.cursor is not None:
        values["cursor"] = word.cursor
    if word.asks is not None:
        values["asks"] = json.dumps(word.asks)
    if word.reconciled:
        values["reconciled_ms"] = now
    if word.master is not None:
        values["master"] = word.master
    if word.reached is not None:
        values["reached"] = word.reached
    if word.contact is not None:
        contact = word.contact
        values |= {"at_ms": contact.at_ms, "wall_ms": contact.wall_ms, "mono_ms": contact.mono_ms}
        values["boot"] = contact.boot_id.bytes
    if values:
        connection.execute(sa.update(schema.carriage).values(**values))


def _give_back(connection: sa.Connection) -> None:
    connection.execute(sa.update(schema.outbox).where(_WAITING, _outbox.leased_until_ms != 0).values(leased_until_ms=0))
