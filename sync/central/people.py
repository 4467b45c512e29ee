"""Who is enrolled where, without knowing who: a keyed hash of the NIK, whose key never leaves the worker."""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.domain.enrolment import Enrolment
from kiosk.domain.outcome import State
from kiosk.domain.tariff import Month
from sync.central import outcomes
from sync.central.database import Database
from sync.central.schema import person

_Row = Any


@dataclass(frozen=True, slots=True)
class Claim:
    """An enrolment that wants to be the one of its person. `start`, `until`: its first and last month, in months."""

    mark: bytes
    kiosk: str
    id: uuid.UUID
    start: int
    until: int
    replaces: uuid.UUID | None


def mark(key: bytes, nik: str) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return hmac.digest(key, b"market-kiosk person\0" + nik.encode("ascii"), hashlib.sha256)


def number_mark(key: bytes, number: str) -> bytes:
    """b"" for no number."""
    return hmac.digest(key, b"market-kiosk number\0" + number.encode("ascii"), hashlib.sha256) if number else b""


def any_known(database: Database) -> bool:
    with database.read() as connection:
        return connection.execute(sa.select(person.c.mark).limit(1)).first() is not None


def claim_of(key: bytes, kiosk: str, enrolment: Enrolment) -> Claim:
    start = months_of(enrolment.start)
    last = start + enrolment.months - 1
    return Claim(mark(key, enrolment.nik), kiosk, enrolment.id, start, last, enrolment.replaces)


def claim(database: Database, claims: Sequence[Claim]) -> set[uuid.UUID]:
    """The enrolments that are the one of their person from now on. Asked again, the answer is the same.

    The first that comes wins, until it is refused, is corrected by the new one, or what it paid for has run out before
    the new one begins. These transactions touch no kiosk's rows: people are sharded by their hash.
    """
    if not claims:
        return set()
    ordered = sorted(claims, key=lambda one: one.mark)  # two workers never wait for each other crosswise
    rows = [{"mark": one.mark, "kiosk": one.kiosk, "id": one.id, "until": one.until} for one in ordered]
    with database.write() as connection:
        connection.execute(database.insert_new(person), rows)
        query = sa.select(person).where(person.c.mark.in_([one.mark for one in ordered]))
        held = {bytes(row.mark): row for row in connection.execute(query)}
    won = set()
    for one in ordered:
        row = held[one.mark]
        if (row.kiosk, row.id) == (one.kiosk, one.id) or (_gives_way(database, row, one) and _take(database, row, one)):
            won.add(one.id)
    return won


def _take(database: Database, row: _Row, one: Claim) -> bool:
    """Unless somebody else has taken it meanwhile."""
    before = (person.c.mark == one.mark) & (person.c.kiosk == row.kiosk) & (person.c.id == row.id)
    with database.write() as connection:
        taken = connection.execute(sa.update(person).where(before).values(kiosk=one.kiosk, id=one.id, until=one.until))
        return taken.rowcount == 1


def _gives_way(database: Database, row: _Row, one: Claim) -> bool:
    if row.until < one.start or (row.kiosk, row.id) == (one.kiosk, one.replaces):
        return True
    with database.read() as connection:
        held = outcomes.newest(connection, row.kiosk, [row.id]).get(row.id)
    return held is not None and held.state != State.ACCEPTED


def months_of(month: Month) -> int:
    """Months since year 0."""
    return month.year * 12 + month.month - 1
