"""What was decided, in the order in which it is told to each kiosk: 1, 2, 3 … Only ever appended to.

The kiosk's row gives the numbers and is the lock, so a kiosk that has read up to n never misses a smaller one.
"""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from kiosk.domain.outcome import Outcome
from kiosk.domain.record import number_info
from sync import wire
from sync.central import schema, tallies
from sync.central.opening import SUITE

_CHUNK = 500  # values in one IN (…)


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """`number_mark` is a keyed hash of the membership number, b"" for none: it tells whether a number changed."""

    id: uuid.UUID
    outcome: Outcome
    number_mark: bytes = b""


@dataclass(frozen=True, slots=True)
class Held:
    """The newest outcome of an enrolment."""

    state: str
    cause: str
    number_mark: bytes
    decided_ms: int


def append(connection: sa.Connection, kiosk: str, decisions: Iterable[Decision], now_ms: int) -> int:
    """How many were new: a decision that holds already is not told again. Numbers are sealed to the kiosk's own key."""
    row = lock(connection, kiosk)
    by_id = {decision.id: decision for decision in decisions}
    held = newest(connection, kiosk, by_id)
    rows: list[dict[str, object]] = []
    changed: Counter[str] = Counter()
    for decision in by_id.values():
        before = held.get(decision.id)
        what = (str(decision.outcome.state), decision.outcome.cause, decision.number_mark)
        same = before is not None and (before.state, before.cause, before.number_mark) == what
        if same and decision.outcome.due is None:
            continue
        changed.update(tallies.change(before.state if before else None, what[0]))
        decided_ms = now_ms if before is None else max(now_ms, before.decided_ms + 1)  # a kiosk takes only newer ones
        rows.append(
            {
                "kiosk": kiosk,
                "n": row.outcomes + len(rows) + 1,
                "id": decision.id,
                "state": what[0],
                "cause": what[1],
                "decided_ms": decided_ms,
                "number": _sealed(kiosk, decision, row.number_key),
                "number_mark": decision.number_mark,
            }
        )
    if rows:
        tallies.add(connection, kiosk, now_ms, **changed)
        for one in rows:
            here = (schema.member.c.kiosk == kiosk) & (schema.member.c.id == one["id"])
            connection.execute(sa.update(schema.member).where(here).values(state=one["state"]))
        connection.execute(sa.insert(schema.outcome), rows)
        connection.execute(
            sa.update(schema.kiosk).where(schema.kiosk.c.name == kiosk).values(outcomes=row.outcomes + len(rows))
        )
    return len(rows)


def lock(connection: sa.Connection, kiosk: str) -> Any:
    """The row of a kiosk, and with it the turn to write about it until the transaction ends."""
    return connection.execute(sa.select(schema.kiosk).where(schema.kiosk.c.name == kiosk).with_for_update()).one()


def newest(connection: sa.Connection, kiosk: str, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Held]:
    """What holds now, by id; nothing of an enrolment that nobody has decided."""
    found = {}
    table = schema.outcome
    columns = (table.c.id, table.c.state, table.c.cause, table.c.number_mark, table.c.decided_ms)
    query = sa.select(*columns).where(table.c.kiosk == kiosk).order_by(table.c.n)
    asked = list(ids)
    for start in range(0, len(asked), _CHUNK):
        for row in connection.execute(query.where(table.c.id.in_(asked[start : start + _CHUNK]))):
            found[row.id] = Held(row.state, row.cause, bytes(row.number_mark), row.decided_ms)
    return found


def after(connection: sa.Connection, kiosk: str, cursor: int) -> tuple[wire.Decided, ...]:
    """At most `wire.OUTCOMES_LIMIT` outcomes newer than `cursor`, oldest first."""
    table = schema.outcome
    query = (
        sa.select(table)
        .where(table.c.kiosk == kiosk, table.c.n > cursor)
        .order_by(table.c.n)
        .limit(wire.OUTCOMES_LIMIT)
    )
    return tuple(
        wire.Decided(row.n, row.id, row.state, row.cause, row.decided_ms, bytes(row.number))
        for row in connection.execute(query)
    )


def _sealed(kiosk: str, decision: Decision, number_key: bytes | None) -> bytes:
    """b"" for a kiosk that was provisioned before it had such a key: the state is told, the number is not."""
    if not decision.outcome.secret or number_key is None:
        return b""
    public_key = X25519PublicKey.from_public_bytes(bytes(number_key))
    return SUITE.encrypt(decision.outcome.secret.encode("ascii"), public_key, info=number_info(kiosk, decision.id))
