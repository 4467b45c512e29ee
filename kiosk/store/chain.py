"""Appending to the chain: one sealed, signed record and its place in the outbox, inside the caller's transaction."""

import hashlib
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain.record import genesis, hash_of
from kiosk.store import schema, sealing
from kiosk.store.identity import Identity

_KEEP = sa.insert(schema.enrolment)
_QUEUE = sa.insert(schema.outbox).values(state="waiting")
_NEWEST = sa.select(schema.enrolment.c.seq, schema.enrolment.c.hash).order_by(schema.enrolment.c.seq.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class End:
    """The newest record: its number and its hash."""

    seq: int
    hash: bytes


def end_of(connection: sa.Connection, identity: Identity) -> End:
    """Where the chain ends; before the first record at its genesis."""
    found = connection.execute(_NEWEST).first()
    return End(found.seq, found.hash) if found else beginning(identity)


def beginning(identity: Identity) -> End:
    return End(0, genesis(identity.kiosk, identity.public_key))


def append(
    connection: sa.Connection,
    end: End,
    plaintext: bytes,
    identity: Identity,
    clock: Clock,
    *,
    id: uuid.UUID,
    kind: str,
    code: str,
    fingerprint: bytes,
) -> tuple[int, int]:
    """The number and the capture time (ms since 1970) that it got."""
    seq, captured_ms = end.seq + 1, clock.wall_ms()
    raw = sealing.seal(
        plaintext,
        identity,
        seq=seq,
        id=id,
        captured_ms=captured_ms,
        boot_id=clock.boot_id,
        monotonic_ms=clock.monotonic_ms(),
        previous=end.hash,
    ).to_bytes()
    row = {"seq": seq, "id": id.bytes, "kind": kind, "code": code, "fingerprint": fingerprint}
    connection.execute(_KEEP, row | {"captured_ms": captured_ms, "hash": hash_of(raw), "raw": raw})
    connection.execute(_QUEUE, {"seq": seq})
    return seq, captured_ms


def fingerprint_of_act(id: uuid.UUID) -> bytes:
    """What stands where an enrolment has that of its NIK: nobody's, and it tells an act from its bytes alone."""
    return hashlib.sha256(b"market-kiosk act\0" + id.bytes).digest()
