"""`kiosk-central dues FILE.csv`: what the branch says of who has paid until when, and what is to be paid next.

    code,until,payment,amount
    7K3M-9QTX-R,2027-01,88810012345678,16800

`until` is the last month that is paid for, `payment` the code to pay with, `amount` rupiah. `id` may stand in a fifth
column, for the rare case that two enrolments have the same code. Told again, it changes nothing.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kiosk.clock import Clock
from kiosk.domain.outcome import Due, Outcome, State
from kiosk.domain.tariff import Month
from sync.central import decisions, outcomes, people
from sync.central.database import Database
from sync.central.decisions import Decided, Wrong
from sync.central.opening import SUITE
from sync.central.schema import due, member, person

_NEEDED, _COLUMNS = ("code", "until", "payment", "amount"), ("code", "until", "payment", "amount", "id")
_GOOD = (State.ACCEPTED, State.MEMBER)


@dataclass(frozen=True, slots=True, repr=False)
class _Row:
    """As `decisions.found` takes it."""

    line: int
    code: str
    id: uuid.UUID | None
    due: Due


def bring(database: Database, path: Path, people_key: bytes, public_key: bytes, clock: Clock) -> Decided:
    """Applies a file; one transaction a kiosk. `public_key`: central.pub, which payment codes are sealed to.

    Raises SettingsError `file.missing`, `file.unreadable`, `central.columns` when nothing of the file can be used.
    """
    read = list(_read(path))
    wrong = [one for one in read if isinstance(one, Wrong)]
    by_kiosk: dict[str, dict[uuid.UUID, _Row]] = {}
    for row, where in decisions.found(database, [one for one in read if isinstance(one, _Row)]):
        if isinstance(where, str):
            wrong.append(Wrong(row.line, where))
        elif where[1] in by_kiosk.setdefault(where[0], {}):
            wrong.append(Wrong(row.line, "twice"))
        else:
            by_kiosk[where[0]][where[1]] = row
    new = known = 0
    key = X25519PublicKey.from_public_bytes(public_key)
    for kiosk, rows in sorted(by_kiosk.items()):
        with database.write() as connection:
            done, refused = _apply(connection, kiosk, rows, people_key, key, clock.wall_ms())
        wrong += [Wrong(line, "not_accepted") for line in refused]
        new, known = new + done, known + len(rows) - len(refused) - done
    return Decided(new, known, tuple(sorted(wrong, key=lambda one: one.line)))


def payment_code(sealed: bytes, kiosk: str, id: uuid.UUID, key: X25519PrivateKey) -> str:
    """ "" for one that this key cannot open."""
    try:
        return SUITE.decrypt(sealed, key, info=_info(kiosk, id)).decode("ascii")
    except (InvalidTag, ValueError):
        return ""


def _apply(
    connection: sa.Connection,
    kiosk: str,
    rows: dict[uuid.UUID, _Row],
    people_key: bytes,
    key: X25519PublicKey,
    now_ms: int,
) -> tuple[int, list[int]]:
    """How many were new, and the lines of enrolments that the branch has not accepted."""
    outcomes.lock(connection, kiosk)
    held = outcomes.newest(connection, kiosk, rows)
    query = sa.select(due).where(due.c.kiosk == kiosk)
    before = {row.id: (row.until, row.amount, bytes(row.mark)) for row in connection.execute(query)}
    told, refused = [], []
    for id, row in rows.items():
        state = held[id].state if id in held else ""
        if state not in _GOOD:
            refused.append(row.line)
            continue
        until, mark = people.months_of(row.due.until), people.number_mark(people_key, row.due.code)
        if before.get(id) == (until, row.due.amount, mark):
            continue
        outcome = Outcome(State(state), due=row.due)
        told.append(outcomes.Decision(id, outcome, held[id].number_mark))
        here = (due.c.kiosk == kiosk) & (due.c.id == id)
        connection.execute(sa.delete(due).where(here))
        sealed = SUITE.encrypt(row.due.code.encode("ascii"), key, info=_info(kiosk, id))
        values = {"until": until, "code": sealed, "mark": mark, "amount": row.due.amount, "told_ms": now_ms}
        connection.execute(sa.insert(due).values(kiosk=kiosk, id=id, **values))
        for table in (person, member):
            mine = (table.c.kiosk == kiosk) & (table.c.id == id)
            connection.execute(sa.update(table).where(mine).values(until=until))
    outcomes.append(connection, kiosk, told, now_ms)
    return len(told), refused


def _read(path: Path) -> Iterator[_Row | Wrong]:
    for line, row in decisions.lines(path, _NEEDED, _COLUMNS):
        if row is None:
            yield Wrong(line, "columns")
            continue
        code, until, payment, amount, id = row
        place = decisions.place_of(code, id)
        if isinstance(place, str):
            yield Wrong(line, place)
            continue
        try:
            paid = Due(Month.parse(until), payment.upper().replace(" ", ""), int(amount.replace(".", "")))
        except ValueError:
            yield Wrong(line, "due")
            continue
        yield _Row(line, *place, paid)


def _info(kiosk: str, id: uuid.UUID) -> bytes:
    return b"market-kiosk payment\0" + kiosk.encode("ascii") + id.bytes
