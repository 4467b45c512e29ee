"""Members: awaited by a list, or joined at a kiosk with their own consent that the association sees where they stand.

An awaited member is no enrolment: nothing is registered before the member has agreed at a kiosk (UU 27/2022 art. 20).
What the list says of them is sealed to the centre's key, and forgotten when nobody comes.
"""

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kiosk.domain.enrolment import Enrolment
from kiosk.domain.outcome import State
from sync.central import people
from sync.central.database import Database
from sync.central.opening import SUITE
from sync.central.schema import member

if TYPE_CHECKING:
    from sync.central.lists.checking import Member  # reads workbooks: not for a worker that only starts

_CODE = re.compile(r"[A-Z]{2,5}")
_AT_ONCE = 500  # rows of one transaction
CALLED = ("awaited", "sent", "accepted", "refused", "due", "lapsed")  # at a roll call
_HOLDS = (State.ACCEPTED, State.MEMBER)


@dataclass(frozen=True, slots=True)
class Called:
    """
    mark   people.mark
    state  one of CALLED: `due` is to be paid by the end of this month, `lapsed` is without cover
    until  the last month that is paid for, in months since year 0; 0 while awaited
    """

    mark: bytes
    number: str
    state: str
    until: int
    sealed: bytes
    kiosk: str
    id: uuid.UUID | None


def join(
    connection: sa.Connection,
    database: Database,
    people_key: bytes,
    kiosk: str,
    enrolled: Iterable[Enrolment],
    now_ms: int,
) -> None:
    """Those who chose an association, which a kiosk keeps only with the consent for it. Again, it changes nothing."""
    rows: list[dict[str, Any]] = [
        {
            "association": one.association,
            "mark": people.mark(people_key, one.nik),
            "kiosk": kiosk,
            "id": one.id,
            "joined_ms": now_ms,
            "until": people.months_of(one.start) + one.months - 1,
            "state": str(State.SENT),
        }
        for one in enrolled
        if _CODE.fullmatch(one.association)  # whoever holds a kiosk's key could seal any other text
    ]
    for row in sorted(rows, key=_by_mark):
        connection.execute(database.insert_new(member).values(number="", sealed=b"", listed_ms=0, **row))
        here = (member.c.association == row["association"]) & (member.c.mark == row["mark"])
        other = sa.or_(member.c.id.is_(None), member.c.id != row["id"])
        changed = {name: row[name] for name in ("kiosk", "id", "joined_ms", "until", "state")}
        connection.execute(sa.update(member).where(here, other).values(**changed))


def expect(
    database: Database,
    association: str,
    found: "Sequence[Member]",
    people_key: bytes,
    public_key: bytes,
    now_ms: int,
) -> int:
    """Awaits the members of a list; how many are new on it. A member who is known already keeps where they stand."""
    key = X25519PublicKey.from_public_bytes(public_key)
    rows: dict[bytes, dict[str, Any]] = {}
    for one in found:
        mark = people.mark(people_key, one.nik)
        said = {"nik": one.nik, "name": one.name, "phone": one.phone}
        said |= {"birth_date": one.birth_date.isoformat() if one.birth_date else ""}
        sealed = SUITE.encrypt(json.dumps(said).encode(), key, info=_info(association, mark))
        rows[mark] = {"number": one.member, "sealed": sealed, "listed_ms": now_ms}
    marks, new = sorted(rows), 0
    unknown = {"association": association, "kiosk": "", "id": None, "joined_ms": 0, "until": 0, "state": ""}
    for start in range(0, len(marks), _AT_ONCE):
        part = marks[start : start + _AT_ONCE]
        here = member.c.association == association
        with database.write() as connection:
            known = set(map(bytes, connection.scalars(sa.select(member.c.mark).where(here, member.c.mark.in_(part)))))
            for mark in known:
                connection.execute(sa.update(member).where(here, member.c.mark == mark).values(**rows[mark]))
            fresh = [unknown | {"mark": mark} | rows[mark] for mark in part if mark not in known]
            if fresh:
                connection.execute(database.insert_new(member), fresh)
        new += len(fresh)
    return new


def opened(association: str, mark: bytes, sealed: bytes, key: X25519PrivateKey) -> dict[str, str]:
    """`{nik, name, phone, birth_date}` of a member on a list; nothing of one that this key cannot open."""
    try:
        return dict(json.loads(SUITE.decrypt(sealed, key, info=_info(association, mark)))) if sealed else {}
    except (InvalidTag, ValueError):
        return {}


def roll_call(connection: sa.Connection, association: str, today: date, rest: int) -> list[Called]:
    """Everybody of an association; those that somebody should speak to first.

    rest  unpaid months after which there is no cover (Permenaker 5/2021; benefits.csv)
    """
    rows = connection.execute(sa.select(member).where(member.c.association == association))
    found = [
        Called(bytes(row.mark), row.number, state_of(row, today, rest), row.until, bytes(row.sealed), row.kiosk, row.id)
        for row in rows
    ]
    order = {state: at for at, state in enumerate(("due", "lapsed", "refused", "awaited", "sent", "accepted"))}
    return sorted(found, key=lambda one: (order[one.state], one.until, one.number, one.mark))


def state_of(row: Any, today: date, rest: int) -> str:
    this = today.year * 12 + today.month - 1
    if not row.state:
        return "awaited"
    if row.state not in _HOLDS:
        return str(row.state)
    if row.until + rest < this:
        return "lapsed"
    return "due" if row.until <= this else "accepted"


def month_text(months: int) -> str:
    """`2026-11` of months since year 0; "" of none."""
    return f"{months // 12:04d}-{months % 12 + 1:02d}" if months else ""


def counts(connection: sa.Connection, today: date, rest: int, only: str = "") -> dict[str, dict[str, int]]:
    """How many of each association are in each state of CALLED, and `listed` and `all`."""
    this = today.year * 12 + today.month - 1
    holds = member.c.state.in_([str(one) for one in _HOLDS])

    def number(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((which, 1), else_=0))

    query = sa.select(
        member.c.association,
        sa.func.count().label("all"),
        number(member.c.listed_ms > 0).label("listed"),
        number(member.c.state == "").label("awaited"),
        number(member.c.state == str(State.SENT)).label("sent"),
        number(member.c.state == str(State.REFUSED)).label("refused"),
        number(holds & (member.c.until > this)).label("accepted"),
        number(holds & member.c.until.between(this - rest, this)).label("due"),
        number(holds & (member.c.until < this - rest)).label("lapsed"),
    ).group_by(member.c.association)
    if only:
        query = query.where(member.c.association == only)
    return {
        row.association: {name: int(value) for name, value in row._mapping.items() if name != "association"}
        for row in connection.execute(query)
    }


def forget(database: Database, older_than_ms: int) -> int:
    """Those who were listed before and never came. How many."""
    with database.write() as connection:
        gone = connection.execute(sa.delete(member).where(member.c.state == "", member.c.listed_ms < older_than_ms))
    return gone.rowcount


def _by_mark(row: dict[str, Any]) -> bytes:
    return bytes(row["mark"])


def _info(association: str, mark: bytes) -> bytes:
    return b"market-kiosk member\0" + association.encode("ascii") + b"\0" + mark
