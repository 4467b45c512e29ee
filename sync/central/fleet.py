"""The kiosks as the operator sees them: who is known, when heard of, what it holds; and letting one out and in."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.domain.errors import KioskError
from sync.central.database import Database
from sync.central.schema import alarm, control, enrolment, heartbeat, kiosk

RESEND = 500  # records of one order
_RESEND_TRIES = 3
SPREAD = "spread_s"  # its row in `control`
NEW, USED, REVOKED = "new", "used", "revoked"


class UnknownKioskError(KioskError):
    """There is no kiosk of this name."""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """`newest` is the highest seq here, `last_seq` the highest that the kiosk has told of; None before its first word.

    Of a stolen kiosk, what was on it and nowhere else is newest + 1 .. last_seq, and what its gaps name.
    """

    name: str
    state: str
    heard_ms: int | None
    newest: int
    last_seq: int | None
    waiting: int | None
    quarantined: int | None
    app: str | None
    master: int | None
    alarms: int


def listed(connection: sa.Connection, only: str = "") -> list[Kiosk]:
    """All kiosks by name, or that one."""
    held = (
        sa.select(sa.func.count())
        .where(alarm.c.kiosk == kiosk.c.name, alarm.c.cleared_ms.is_(None))
        .correlate(kiosk)
        .scalar_subquery()
    )
    newest = (
        sa.select(sa.func.max(enrolment.c.seq))
        .where(enrolment.c.kiosk == kiosk.c.name)
        .correlate(kiosk)
        .scalar_subquery()
    )
    chosen = (kiosk.c.name, kiosk.c.public_key, kiosk.c.revoked, heartbeat)
    query = (
        sa.select(*chosen, newest.label("newest"), held.label("alarms"))
        .select_from(kiosk.outerjoin(heartbeat, heartbeat.c.kiosk == kiosk.c.name))
        .order_by(kiosk.c.name)
    )
    if only:
        query = query.where(kiosk.c.name == only)
    return [_kiosk(row) for row in connection.execute(query)]


def has_kiosks(database: Database) -> bool:
    """Whether any kiosk has been provisioned."""
    with database.read() as connection:
        return (
            connection.execute(sa.select(kiosk.c.name).where(kiosk.c.public_key.is_not(None)).limit(1)).first()
            is not None
        )


def revoke(database: Database, name: str, now_ms: int) -> int:
    """Refuses the kiosk from its next request on. The newest seq that was known of it: a stick brings no later one.

    Raises UnknownKioskError `central.kiosk_none`.
    """
    with database.write() as connection:
        row = connection.execute(sa.select(kiosk).where(kiosk.c.name == name).with_for_update()).first()
        if row is None:
            raise UnknownKioskError("central.kiosk_none", kiosk=name)
        if row.revoked:
            return int(row.revoked_seq or 0)
        stored = connection.scalar(sa.select(sa.func.max(enrolment.c.seq)).where(enrolment.c.kiosk == name)) or 0
        told = connection.scalar(sa.select(heartbeat.c.last_seq).where(heartbeat.c.kiosk == name)) or 0
        values = {"revoked": True, "revoked_ms": now_ms, "revoked_seq": max(stored, told)}
        connection.execute(sa.update(kiosk).where(kiosk.c.name == name).values(**values))
    return max(stored, told)


def unrevoke(database: Database, name: str) -> None:
    """Listens to the kiosk again. Raises UnknownKioskError `central.kiosk_none`."""
    values = {"revoked": False, "revoked_ms": None, "revoked_seq": None}
    with database.write() as connection:
        if connection.execute(sa.update(kiosk).where(kiosk.c.name == name).values(**values)).rowcount == 0:
            raise UnknownKioskError("central.kiosk_none", kiosk=name)


def hold(database: Database, name: str, until_ms: int) -> None:
    """Tells the kiosk to come back later, until then; 0 lets it in at once. A stick is taken all the same.

    Raises UnknownKioskError `central.kiosk_none`.
    """
    _order(database, name, {"held_until_ms": until_ms})


def resend(database: Database, name: str, first: int, last: int) -> None:
    """Asks the kiosk for these records once more, with its next answers; what it has emptied meanwhile it cannot send.

    Raises UnknownKioskError `central.kiosk_none`; ValueError for a span that is none, or longer than RESEND.
    """
    if not 1 <= first <= last < first + RESEND:
        raise ValueError
    _order(database, name, {"resend_first": first, "resend_last": last, "resend_left": _RESEND_TRIES})


def spread(database: Database, seconds: int | None) -> None:
    """Over how long the fleet comes back after an outage, from the next answers on; None is what the settings say."""
    with database.write() as connection:
        connection.execute(sa.delete(control).where(control.c.name == SPREAD))
        if seconds is not None:
            connection.execute(sa.insert(control).values(name=SPREAD, value=seconds))


def _order(database: Database, name: str, values: dict[str, int]) -> None:
    with database.write() as connection:
        if connection.execute(sa.update(kiosk).where(kiosk.c.name == name).values(**values)).rowcount == 0:
            raise UnknownKioskError("central.kiosk_none", kiosk=name)


def place(database: Database, name: str, region: str, market: str) -> None:
    """Where a kiosk stands. Raises UnknownKioskError `central.kiosk_none`."""
    values = {"region": region, "market": market}
    with database.write() as connection:
        if connection.execute(sa.update(kiosk).where(kiosk.c.name == name).values(**values)).rowcount == 0:
            raise UnknownKioskError("central.kiosk_none", kiosk=name)


def _kiosk(row: Any) -> Kiosk:
    return Kiosk(
        name=row.name,
        state=REVOKED if row.revoked else USED if row.public_key is not None else NEW,
        heard_ms=row.received_ms,
        newest=row.newest or 0,
        last_seq=row.last_seq,
        waiting=row.waiting,
        quarantined=row.quarantined,
        app=row.app,
        master=row.master,
        alarms=row.alarms,
    )
