"""Keeping an enrolment: sealed, signed, chained and queued in one transaction."""

import dataclasses
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uuid_utils.compat as uuid7
from cryptography.exceptions import InvalidTag

from kiosk import form, settings
from kiosk.clock import Clock
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.errors import StoreError, StoreFull
from kiosk.domain.outcome import Due, Outcome, State
from kiosk.store import chain, schema, sealing
from kiosk.store.ballast import Ballast
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
        schema.outbox.c.cause,
        schema.outbox.c.decision,
        schema.outbox.c.decision_cause,
        schema.outbox.c.number,
        schema.outbox.c.due,
    )
    .join_from(schema.enrolment, schema.outbox)
    .where(schema.enrolment.c.fingerprint == sa.bindparam("its_fingerprint"))
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
_STANDS = {"accepted": State.SENT, "duplicate": State.SENT, "refused": State.REFUSED}  # all others still wait here


@dataclass(frozen=True, slots=True)
class Kept:
    """What may be shown of an enrolment. `cause` only of a refusal, `number` and `due` when the centre sent them."""

    id: uuid.UUID
    code: str
    seq: int
    captured_ms: int
    state: State
    cause: str = ""
    number: str = ""
    due: Due | None = None


def new_id() -> uuid.UUID:
    """A UUIDv7: sorts by time, unique even when the clock is dead."""
    return uuid7.uuid7()


class Enrolments:
    def __init__(self, engine: sa.Engine, path: Path, cost: settings.Store, clock: Clock, ballast: Ballast) -> None:
        self._engine = engine
        self._path = path
        self._cost = cost
        self._clock = clock
        self._ballast = ballast

    def keep(self, enrolment: Enrolment, identity: Identity) -> Kept:
        """Commits the sealed enrolment and its outbox row together; durable when it returns.

        The same NIK again (a repeated save, or the same person) gives back what is kept; after a refusal the new one is
        kept and names the refused one, which it replaces. Raises StoreFull, StoreError.
        """
        self.check_room()
        row = {
            "code": enrolment.code,
            "fingerprint": sealing.fingerprint(enrolment.nik, identity, self._cost),
        }
        plaintext = form.pack(enrolment)  # all that can be done before the database is held is done by now
        try:
            return self._commit(enrolment, plaintext, row, identity)
        except StoreFull:  # the room went since it was looked for; what was begun is ended with what was kept back
            if not self._ballast.let_go():
                raise
            return self._commit(enrolment, plaintext, row, identity)

    def _commit(self, enrolment: Enrolment, plaintext: bytes, row: dict[str, Any], identity: Identity) -> Kept:
        with translated(self._path), self._engine.begin() as connection:
            found = connection.execute(_END_OF_CHAIN_AND_KNOWN, {"its_fingerprint": row["fingerprint"]}).first()
            if found is None:
                return self._write(connection, enrolment.id, plaintext, row, identity, chain.beginning(identity))
            if found.id is not None:
                before = _kept(found, identity, self._path)
                if before.state is not State.REFUSED or before.id == enrolment.id:
                    return before
                plaintext = form.pack(dataclasses.replace(enrolment, replaces=before.id))
            end = chain.End(found.last_seq, found.last_hash)
            return self._write(connection, enrolment.id, plaintext, row, identity, end)

    def known(self, nik: str, identity: Identity) -> Kept | None:
        """The latest enrolment of this NIK here, by its fingerprint, and where it stands. Raises StoreError."""
        fingerprint = sealing.fingerprint(nik, identity, self._cost)
        with translated(self._path), reading(self._engine) as connection:
            found = connection.execute(_KNOWN, {"its_fingerprint": fingerprint}).first()
        return _kept(found, identity, self._path) if found else None

    def set_outcome(self, id: uuid.UUID, outcome: Outcome, decided_ms: int, identity: Identity) -> bool:
        """What the branch decided about the enrolment `id`, at `decided_ms` by the centre's clock; durable when it
        returns. A decision that is not newer than the one known changes nothing, so they may come in any order.

        False when there is no such enrolment here or nothing changed. Raises StoreError.
        """
        with translated(self._path), self._engine.begin() as connection:
            return decide(connection, id, outcome, decided_ms, identity)

    def count_since(self, captured_ms: int) -> int:
        here = schema.enrolment.c
        query = sa.select(sa.func.count()).where(here.captured_ms >= captured_ms, here.kind == "enrolment")
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
        end: chain.End,
    ) -> Kept:
        seq, captured_ms = chain.append(
            connection,
            end,
            plaintext,
            identity,
            self._clock,
            id=id,
            kind="enrolment",
            code=row["code"],
            fingerprint=row["fingerprint"],
        )
        return Kept(id, row["code"], seq, captured_ms, State.WAITING)


def decide(connection: sa.Connection, id: uuid.UUID, outcome: Outcome, decided_ms: int, identity: Identity) -> bool:
    """`set_outcome` as part of the caller's transaction."""
    seq = sa.select(schema.enrolment.c.seq).where(schema.enrolment.c.id == id.bytes).scalar_subquery()
    values: dict[str, Any] = {
        "decision": str(outcome.state),
        "decision_cause": outcome.cause,
        "decided_ms": decided_ms,
    }
    if outcome.due or outcome.state is State.REFUSED:
        values["due"] = sealing.lock(str(outcome.due), identity, id) if outcome.due else None
    if outcome.number or outcome.due is None:  # what is due may be told without the number once more
        values["number"] = sealing.lock(outcome.number, identity, id) if outcome.number else None
    change = sa.update(schema.outbox).where(schema.outbox.c.seq == seq, schema.outbox.c.decided_ms < decided_ms)
    return connection.execute(change.values(**values)).rowcount == 1


def _kept(row: Any, identity: Identity, path: Path) -> Kept:
    """The branch's decision counts before the centre's answer, and that before what is only kept here."""
    id = uuid.UUID(bytes=row.id)
    answered = _STANDS.get(row.state, State.WAITING)
    state = State(row.decision) if row.decision else answered
    cause = (row.decision_cause if row.decision else row.cause) if state is State.REFUSED else ""
    try:
        number = sealing.unlock(row.number, identity, id) if row.number else ""
        due = Due.parse(sealing.unlock(row.due, identity, id)) if row.due else None
    except (InvalidTag, ValueError):
        raise StoreError("store.damaged", file=path.name) from None
    return Kept(id, row.code, row.seq, row.captured_ms, state, cause, number, due)
