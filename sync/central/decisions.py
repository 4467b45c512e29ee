"""`kiosk-central decide FILE.csv`: what the branch decided. Good rows count, bad ones are named with a reason.

    code,state,cause,number
    7K3M-9QTX-R,accepted,,12345678901
    2D8P-11WA-K,refused,name_differs,

`id` may stand in a fifth column, for the rare case that two enrolments have the same code.
"""

import csv
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain.enrolment import code_valid
from kiosk.domain.errors import SettingsError
from kiosk.domain.outcome import DECISIONS, Outcome, State
from sync import wire
from sync.central import outcomes, people
from sync.central.database import Database
from sync.central.opening import UNREADABLE
from sync.central.schema import examined

_NEEDED, _COLUMNS = ("code", "state"), ("code", "state", "cause", "number", "id")
_CHUNK = 500
_ROWS = 1_000_000
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that was left out. `reason` is a word id under `central.wrong.`; the row itself is never repeated."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """How many outcomes are new, how many held already, and what was wrong."""

    new: int
    known: int
    wrong: tuple[Wrong, ...]


class Named(Protocol):
    """A row of a file that names an enrolment by its code, and perhaps by its id."""

    @property
    def line(self) -> int: ...

    @property
    def code(self) -> str: ...

    @property
    def id(self) -> uuid.UUID | None: ...


_N = TypeVar("_N", bound=Named)


@dataclass(frozen=True, slots=True, repr=False)
class _Row:
    line: int
    code: str
    id: uuid.UUID | None
    outcome: Outcome


def decide(database: Database, path: Path, people_key: bytes, clock: Clock) -> Decided:
    """Applies a file; again, it changes nothing. One transaction a kiosk.

    Raises SettingsError `file.missing`, `file.unreadable`, `central.columns` when nothing of the file can be used.
    """
    read = list(_read(path))
    rows = [one for one in read if isinstance(one, _Row)]
    wrong = [one for one in read if isinstance(one, Wrong)]
    by_kiosk: dict[str, list[outcomes.Decision]] = {}
    seen: set[uuid.UUID] = set()
    for row, where in found(database, rows):
        if isinstance(where, str):
            wrong.append(Wrong(row.line, where))
            continue
        kiosk, id = where
        if id in seen:
            wrong.append(Wrong(row.line, "twice"))
            continue
        seen.add(id)
        mark = people.number_mark(people_key, row.outcome.number)
        by_kiosk.setdefault(kiosk, []).append(outcomes.Decision(id, row.outcome, mark))
    new = 0
    for kiosk, decisions in sorted(by_kiosk.items()):
        with database.write() as connection:
            new += outcomes.append(connection, kiosk, decisions, clock.wall_ms())
    return Decided(new, len(seen) - new, tuple(sorted(wrong, key=lambda one: one.line)))


def _read(path: Path) -> Iterator[_Row | Wrong]:
    for line, row in lines(path, _NEEDED, _COLUMNS):
        yield Wrong(line, "columns") if row is None else _row(line, row)


def lines(
    path: Path, needed: tuple[str, ...], columns: tuple[str, ...]
) -> Iterator[tuple[int, tuple[str, ...] | None]]:
    """Number and cells, in the order of `columns`, of each line below the head; None for one of another width.

    Raises SettingsError `file.missing`, `file.unreadable`, `central.columns`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            if not set(needed) <= set(names) or not set(names) <= set(columns) or len(set(names)) != len(names):
                raise SettingsError("central.columns", file=path.name, wanted=", ".join(columns))
            reader.fieldnames = names
            for number, row in enumerate(reader):
                if number == _ROWS:
                    raise SettingsError("file.unreadable", file=path.name)
                whole = None not in row and None not in row.values()
                cells = tuple((row.get(name) or "").strip() for name in columns)
                yield reader.line_num, cells if whole else None
    except FileNotFoundError:
        raise SettingsError("file.missing", file=path.name) from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise SettingsError("file.unreadable", file=path.name) from None


def place_of(code: str, id: str) -> tuple[str, uuid.UUID | None] | str:
    """The code as it is kept and the id, of what somebody typed; or the reason why it is none."""
    letters = code.upper().translate(_ALIKE)
    if not code_valid(letters):
        return "code"
    try:
        return f"{letters[:4]}-{letters[4:8]}-{letters[8]}", uuid.UUID(id) if id else None
    except ValueError:
        return "id"


def _row(line: int, row: tuple[str, ...]) -> _Row | Wrong:
    code, state, cause, number, id = row
    place = place_of(code, id)
    if isinstance(place, str):
        return Wrong(line, place)
    if state.lower() not in set(DECISIONS):
        return Wrong(line, "state")
    refused = state.lower() == State.REFUSED
    if refused != bool(cause) or (cause and not wire.is_cause(cause)):
        return Wrong(line, "cause")
    try:
        outcome = Outcome(State(state.lower()), cause, number)
    except ValueError:
        return Wrong(line, "number")
    return _Row(line, *place, outcome)


def found(database: Database, rows: Sequence[_N]) -> Iterator[tuple[_N, tuple[str, uuid.UUID] | str]]:
    """Each row with the kiosk and id that it means, or with the reason why it means none."""
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        query = sa.select(examined.c.code, examined.c.kiosk, examined.c.id, examined.c.cause)
        known: dict[str, list[Any]] = {}
        with database.read() as connection:
            for one in connection.execute(query.where(examined.c.code.in_({row.code for row in chunk}))):
                known.setdefault(one.code, []).append(one)
        for row in chunk:
            meant = [one for one in known.get(row.code, ()) if row.id in (None, one.id)]
            if len(meant) != 1:
                yield row, "unknown" if not meant else "ambiguous"
            elif meant[0].cause in UNREADABLE:
                yield row, "unreadable"
            else:
                yield row, (meant[0].kiosk, meant[0].id)
