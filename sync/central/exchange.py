"""One request in, one signed answer out: the same over HTTP and from a stick.

Who speaks is looked up each time, so a revoked kiosk is out with its next request. What a stick brings was signed when
it was written, so of a revoked kiosk it is still taken, as far as its records were known of before.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import Clock
from kiosk.domain.errors import CarriageError, StoreError
from sync import wire
from sync.central import fleet, heartbeats, ingest, mastering, outcomes, reconciliation, rounds
from sync.central.database import Database
from sync.central.schema import control, heartbeat, kiosk
from sync.token import Token


class Held(Exception):
    """Somebody at the centre has told this kiosk to wait; `seconds` from now."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("held")


class NotUnderstood(Exception):
    """A body or a token that is not of this wire, or that do not belong together. `cause` is an id for the answer."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(cause)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """`body` is the signed answer; the counts are for the metrics."""

    body: bytes
    request: wire.Request
    answer: wire.Answer


class Exchange:
    """What answers need besides the request. `spread_s`: over how long the fleet comes back after an outage."""

    def __init__(self, database: Database, key: Ed25519PrivateKey, clock: Clock, spread_s: int = 0) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._spread_s = spread_s

    def answer(self, token: Token, body: bytes, *, stick: bool = False) -> Exchanged:
        """Commits, then answers.

        Raises NotUnderstood; CarriageError `central.kiosk_unknown`, `central.kiosk_revoked`; StoreError, and then
        nothing was stored; Held, never of a stick.
        """
        if not token.is_of(body):
            raise NotUnderstood("digest")
        sender = self.sender(token, stick=stick)
        try:
            request = wire.decode_request(body)
        except wire.WireError:
            raise NotUnderstood("not_understood") from None
        if request.kiosk != token.kiosk:
            raise NotUnderstood("token")
        unsigned = ingest.unsigned(request.records, sender.public_key)
        try:
            answer = self._commit(sender, request, unsigned, len(body), stick=stick)
        except ingest.IdTaken:
            answer = self._commit(sender, request, unsigned, len(body), stick=stick, look_for_ids=True)
        ingest.tell(sender.name, tuple(answer.each()))
        return Exchanged(wire.sign_answer(answer, self._key), request, answer)

    def sender(self, token: Token, *, stick: bool = False) -> ingest.Sender:
        """Who signed this token. Raises NotUnderstood `token`, CarriageError as `answer`."""
        with self._database.glance() as connection:
            row = connection.execute(sa.select(kiosk).where(kiosk.c.name == token.kiosk)).first()
        found = _sender(row, stick)
        if not token.is_signed_by(found.public_key):
            raise NotUnderstood("token")
        return found

    def _commit(
        self,
        sender: ingest.Sender,
        request: wire.Request,
        unsigned: frozenset[int],
        bytes_up: int,
        *,
        stick: bool,
        look_for_ids: bool = False,
    ) -> wire.Answer:
        now_ms = self._clock.wall_ms()
        name = sender.name
        with self._database.write() as connection:
            row = connection.execute(_LOCK.where(kiosk.c.name == name)).one()
            if _sender(row, stick) != sender:
                raise StoreError("central.busy")  # let in again, a moment ago
            if row.held_until_ms > now_ms and not stick:
                raise Held(-(-(row.held_until_ms - now_ms) // 1000))
            verdicts = ingest.ingest(
                connection, self._database, sender, request.records, unsigned, now_ms, look_for_ids=look_for_ids
            )
            before = row if row.received_ms is not None else None
            idle = not request.records
            heartbeats.note(connection, self._database, name, request.beat, before, now_ms, idle=idle, stick=stick)
            asks = reconciliation.differing(connection, name, request.days or ())
            lacks: tuple[int, ...] = ()
            if request.known is not None:
                lacks = reconciliation.lacking(connection, self._database, name, request.known, now_ms)
            if row.resend_left:
                lacks = _resent(connection, row, [one.seq for one in request.records], lacks)
            told = outcomes.after(connection, name, request.cursor) if row.outcomes > request.cursor else ()
            done = rounds.Done(verdicts, len(told), len(lacks), bytes_up)
            rounds.note(connection, self._database, request, done, before, now_ms, stick=stick)
        hashes = {one.seq: one.hash for one in request.records}
        return wire.Answer(
            kiosk=name,
            at_ms=now_ms,
            verdicts=wire.run_length(verdicts),
            root=wire.root_of(hashes[seq] for seq, verdict, _ in verdicts if verdict != wire.Verdict.REFUSED),
            spread_s=self._spread_s if row.spread_s is None else row.spread_s,
            outcomes=told,
            master=row.newest_master,
            asks=asks,
            lacks=lacks,
            reached=row.reached,
        )


_LOCK = (
    sa.select(
        kiosk.c.public_key,
        kiosk.c.revoked,
        kiosk.c.revoked_seq,
        kiosk.c.name,
        kiosk.c.outcomes,
        kiosk.c.held_until_ms,
        kiosk.c.reached,
        kiosk.c.resend_first,
        kiosk.c.resend_last,
        kiosk.c.resend_left,
        sa.select(control.c.value).where(control.c.name == fleet.SPREAD).scalar_subquery().label("spread_s"),
        heartbeat,
        mastering.NEWEST.label("newest_master"),
    )
    .select_from(kiosk.outerjoin(heartbeat, heartbeat.c.kiosk == kiosk.c.name))
    .with_for_update(of=kiosk)
)


def _resent(connection: sa.Connection, row: Any, seqs: list[int], lacks: tuple[int, ...]) -> tuple[int, ...]:
    """What to ask for again by order: the rest of a span that begins to come, all of it where nothing of it came."""
    came = [seq for seq in seqs if row.resend_first <= seq <= row.resend_last]
    first, left = (max(came) + 1, row.resend_left) if came else (row.resend_first, row.resend_left - 1)
    if first > row.resend_last:
        left = 0
    connection.execute(sa.update(kiosk).where(kiosk.c.name == row.name).values(resend_first=first, resend_left=left))
    asked = () if came else range(first, row.resend_last + 1)
    return tuple(sorted({*lacks, *asked}))


def _sender(row: Any, stick: bool) -> ingest.Sender:
    if row is None or row.public_key is None:
        raise CarriageError("central.kiosk_unknown")
    if row.revoked and not stick:
        raise CarriageError("central.kiosk_revoked")
    return ingest.Sender(row.name, bytes(row.public_key), (row.revoked_seq or 0) if row.revoked else None)
