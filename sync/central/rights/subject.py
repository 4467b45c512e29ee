"""One person's records: found by the keyed hash of their NIK or by the code on their slip; copied, or erased for good.

Erased (UU 27/2022 art. 8, 16 (2) g) is what was said of the person: the sealed record, its outcomes' numbers,
corrections, reminders, what is due, and their place on any list. What stays holds nobody: the record's number, hash and
place in the chain, so that no gap opens and the same record that comes again is known, and the counts.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.domain.act import Act
from kiosk.domain.errors import SettingsError
from kiosk.domain.outcome import State
from sync.central import decisions, people
from sync.central.appending import erasable
from sync.central.associations import members
from sync.central.database import Database
from sync.central.opening import OpeningError, opened
from sync.central.rights import corrections
from sync.central.schema import correction, due, enrolment, examined, heartbeat, member, outcome, person, reminder
from sync.central.worker import ERASED


@dataclass(frozen=True, slots=True)
class Held:
    """A record of somebody. `state` of the newest outcome, "" while undecided."""

    kiosk: str
    id: uuid.UUID
    seq: int
    code: str
    received_ms: int
    state: str


@dataclass(frozen=True, slots=True)
class Subject:
    """`mark` None: only a record that could not be opened. `listed`: associations whose list or members they are on."""

    mark: bytes | None
    records: tuple[Held, ...]
    listed: tuple[str, ...]


def by_nik(database: Database, people_key: bytes, nik: str) -> Subject:
    """Raises SettingsError `person.none`."""
    return _subject(database, people.mark(people_key, nik))


def by_code(database: Database, code: str) -> Subject:
    """Everything of whoever has this code on their slip. Raises SettingsError `person.none`, `person.ambiguous`."""
    place = decisions.place_of(code, "")
    if isinstance(place, str):
        raise SettingsError("person.none")
    with database.read() as connection:
        rows = connection.execute(sa.select(examined).where(examined.c.code == place[0])).all()
    marks = {None if row.mark is None else bytes(row.mark) for row in rows}
    if not rows:
        raise SettingsError("person.none")
    if len(marks) > 1:
        raise SettingsError("person.ambiguous")
    (mark,) = marks
    return _subject(database, mark, None if mark else [row.id for row in rows])


def copy(database: Database, subject: Subject, key: X25519PrivateKey) -> dict[str, Any]:
    """All that is held of the person, as JSON holds it (art. 7: access and a copy; art. 13: in a common form)."""
    with database.read() as connection:
        records = [_copied(connection, one, key) for one in subject.records]
        lists = [_listed(row, key) for row in _members(connection, subject)]
    return {"records": records, "associations": lists}


def correct(database: Database, subject: Subject, said: corrections.Said, public_key: bytes, now_ms: int) -> int:
    """Lays the correction over every record of the person; how many."""
    with database.write() as connection:
        for one in subject.records:
            corrections.add(connection, one.kiosk, one.id, said, public_key, now_ms)
    return len(subject.records)


def erase(database: Database, subject: Subject) -> int:
    """How many records were emptied. Raises SettingsError `person.undecided` while the branch has not decided.

    A record that is with the branch must be answered first, or the trader would wait for an answer for ever.
    """
    if any(not one.state for one in subject.records):
        raise SettingsError("person.undecided")
    with database.write() as connection:
        database.take_turns(connection)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")  # what was freed is overwritten, too
        with erasable(connection, "enrolment"), erasable(connection, "outcome"):
            for one in subject.records:
                _emptied(connection, one)
        if subject.mark is not None:
            for table in (person, member):
                connection.execute(sa.delete(table).where(table.c.mark == subject.mark))
    return len(subject.records)


def breached(database: Database, kiosk: str, since_ms: int = 0) -> tuple[list[Held], int]:
    """What a kiosk has held, and how many more it said that it has (UU 27/2022 art. 46: a notice within 3 × 24 h).

    A kiosk empties a record some days after the centre's receipt; who knows the day since when it was in other hands
    asks for what came since.
    """
    where = enrolment.c.kiosk == kiosk
    newest = sa.select(sa.func.max(enrolment.c.seq)).where(where).scalar_subquery()
    with database.read() as connection:
        rows = _records(connection, where & (enrolment.c.received_ms >= since_ms))
        said = connection.scalar(sa.select(heartbeat.c.last_seq - newest).where(heartbeat.c.kiosk == kiosk))
    return rows, max(0, said or 0)


def _subject(database: Database, mark: bytes | None, ids: list[uuid.UUID] | None = None) -> Subject:
    which = examined.c.id.in_(ids or []) if mark is None else examined.c.mark == mark
    with database.read() as connection:
        records = tuple(_records(connection, which))
        lists = connection.scalars(sa.select(member.c.association).where(member.c.mark == mark)).all() if mark else []
    if not records and not lists:
        raise SettingsError("person.none")
    return Subject(mark, records, tuple(lists))


def _records(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Held]:
    """Those of people: an officer's act holds nobody's data and is never examined."""
    latest = (
        sa.select(outcome.c.state)
        .where(outcome.c.kiosk == enrolment.c.kiosk, outcome.c.id == enrolment.c.id)
        .order_by(outcome.c.n.desc())
        .limit(1)
        .correlate(enrolment)
        .scalar_subquery()
    )
    here = (examined.c.kiosk == enrolment.c.kiosk) & (examined.c.id == enrolment.c.id)
    query = (
        sa.select(
            enrolment.c.kiosk, enrolment.c.id, enrolment.c.seq, examined.c.code, enrolment.c.received_ms,
            examined.c.cause, latest.label("state"),
        )
        .select_from(enrolment.join(examined, here))
        .where(which, examined.c.cause != ERASED)
        .order_by(enrolment.c.received_ms, enrolment.c.seq)
    )  # fmt: skip
    return [
        Held(row.kiosk, row.id, row.seq, row.code, row.received_ms, row.state or (State.REFUSED if row.cause else ""))
        for row in connection.execute(query)
    ]


def _copied(connection: sa.Connection, one: Held, key: X25519PrivateKey) -> dict[str, Any]:
    here = (enrolment.c.kiosk == one.kiosk) & (enrolment.c.id == one.id)
    raw = bytes(connection.execute(sa.select(enrolment.c.raw).where(here)).scalar_one())
    said: dict[str, Any] = {}
    try:
        found = opened(raw, key)
        said = {} if isinstance(found, Act) else {"enrolment": found.plain()}
    except OpeningError as error:
        said = {"unreadable": str(error)}
    laid = corrections.of_all(connection, key, one.kiosk).get((one.kiosk, one.id), {})

    def rows(table: sa.Table, *names: str) -> list[dict[str, Any]]:
        query = sa.select(*(table.c[name] for name in names)).where(table.c.kiosk == one.kiosk, table.c.id == one.id)
        return [dict(row._mapping) for row in connection.execute(query)]

    return {
        "kiosk": one.kiosk, "seq": one.seq, "id": str(one.id), "code": one.code, "received_ms": one.received_ms, **said,
        "corrected": laid, "outcomes": rows(outcome, "state", "cause", "decided_ms"),
        "due": rows(due, "until", "amount", "told_ms"), "reminders": rows(reminder, "month", "way", "at_ms"),
    }  # fmt: skip


def _members(connection: sa.Connection, subject: Subject) -> list[Any]:
    return list(connection.execute(sa.select(member).where(member.c.mark == subject.mark))) if subject.mark else []


def _listed(row: Any, key: X25519PrivateKey) -> dict[str, Any]:
    said = members.opened(row.association, bytes(row.mark), bytes(row.sealed), key)
    told = {name: getattr(row, name) for name in ("association", "number", "state", "listed_ms", "joined_ms")}
    return told | {"list": said}


def _emptied(connection: sa.Connection, one: Held) -> None:
    def here(table: sa.Table) -> sa.ColumnElement[bool]:
        return (table.c.kiosk == one.kiosk) & (table.c.id == one.id)

    connection.execute(sa.update(enrolment).where(here(enrolment)).values(raw=b""))
    connection.execute(sa.update(outcome).where(here(outcome)).values(number=b"", number_mark=b""))
    connection.execute(sa.update(examined).where(here(examined)).values(cause=ERASED, mark=None))
    for table in (correction, due, reminder):
        connection.execute(sa.delete(table).where(here(table)))
