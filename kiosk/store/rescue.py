"""A damaged database: put aside untouched, and out of it every record that is whole, row by row, or by its bytes.

The chain goes on beyond the highest number that was ever seen, with a gap, because a number must never be given twice:
the centre may have the lost record.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kiosk.clock import EARLIEST_MS
from kiosk.domain.record import Record, RecordError, hash_of
from kiosk.logs import Log
from kiosk.sharing import make_folder
from kiosk.store import carving, schema

_COPIED = (schema.receipt, schema.carriage)  # what the next rounds would have to find out again
_OFFICERS = (schema.act, schema.draw, schema.guard, schema.device, schema.service)  # what only this kiosk knows
_ONE_ROW = (schema.carriage, schema.service)
_STATES = frozenset({"waiting", "held", "quarantined", "accepted", "duplicate", "refused", "lost"})
_log = Log("store")


@dataclass(frozen=True, slots=True)
class Rescued:
    """So many records were `saved`, so many before the newest of them `lost`; `highest` is the newest number that was
    ever seen, or that can have been given.
    """

    saved: int
    lost: int
    highest: int


def put_aside(path: Path, now_ms: int) -> Path:
    """Moves the file and its WAL into a folder of their own beside it, and gives that."""
    aside = path.parent / f"damaged-{now_ms}"
    make_folder(aside)
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        with contextlib.suppress(FileNotFoundError):
            os.replace(part, aside / part.name)
    _log.error("store.damaged", file=path.name)
    return aside


def save(old: Path, engine: sa.Engine, now_ms: int) -> Rescued:
    """Copies what is whole from the database `old` into the new, empty one."""
    with contextlib.closing(sqlite3.connect(f"file:{old}?mode=rw", uri=True)) as damaged, engine.begin() as fresh:
        damaged.row_factory = sqlite3.Row
        damaged.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for table in _COPIED:
            _copy(damaged, fresh, table)
        carved = carving.rows(old)
        highest = max([_highest(damaged, now_ms), *carved])
        saved = [seq for seq in _seqs(damaged, highest) if _save(damaged, fresh, seq)]
        for seq in sorted(carved.keys() - set(saved)):
            if _write(fresh, carved[seq], _state(damaged, seq)):
                saved.append(seq)
        for table in _OFFICERS:  # after the records that they belong to
            _copy(damaged, fresh, table)
        newest = max(saved, default=0)
        if newest < highest:
            _leave_gap(fresh, highest + 1, now_ms)
    lost = newest - len(saved)
    _log.warning("store.rescued", count=len(saved), refused=lost)
    return Rescued(len(saved), lost, highest)


def _rows(damaged: sqlite3.Connection, query: str, *values: object) -> list[sqlite3.Row]:
    """Nothing where the damage is."""
    try:
        return damaged.execute(query, values).fetchall()
    except sqlite3.Error:
        return []


def _highest(damaged: sqlite3.Connection, now_ms: int) -> int:
    """The highest number that anything in it speaks of; when it says nothing, more than can have been given until now:
    no kiosk enrols one a second.
    """
    queries = (
        "SELECT max(seq) FROM enrolment", "SELECT max(seq) FROM outbox", "SELECT max(last) FROM receipt",
        "SELECT max(last) FROM round",
    )  # fmt: skip
    found = [rows[0][0] for query in queries if (rows := _rows(damaged, query))]
    numbers = [number for number in found if isinstance(number, int) and 0 <= number < 2**40]
    if found and len(numbers) + found.count(None) == len(queries):
        return max(numbers, default=0)
    return max([(max(now_ms, EARLIEST_MS) - EARLIEST_MS) // 1000 + 1_000_000, *numbers])


def _seqs(damaged: sqlite3.Connection, highest: int) -> Iterator[int]:
    """Numbers to look for: those that an index still lists, else each up to the highest that can be found by hand."""
    listed: set[int] = set()
    for query in ("SELECT seq FROM enrolment ORDER BY seq", "SELECT seq FROM enrolment ORDER BY id",
                  "SELECT seq FROM enrolment ORDER BY fingerprint", "SELECT seq FROM outbox"):  # fmt: skip
        try:
            for row in damaged.execute(query):
                listed.add(row[0])
        except sqlite3.Error:
            continue
    numbers = {seq for seq in listed if isinstance(seq, int) and seq > 0}
    return iter(sorted(numbers | set(range(1, min(highest, 100_000) + 1))))


def _save(damaged: sqlite3.Connection, fresh: sa.Connection, seq: int) -> bool:
    rows = _rows(damaged, "SELECT * FROM enrolment WHERE seq = ?", seq)
    if not rows or not _is_whole(rows[0], seq):
        return False
    old = dict(rows[0])
    kept = {column.name: old[column.name] for column in schema.enrolment.columns if column.name in old}
    state = _state(damaged, seq)
    if not kept["raw"] and state["state"] == "waiting":  # purged, so it was answered for, whatever its row said
        state["state"] = "accepted"
    return _write(fresh, kept, state)


def _write(fresh: sa.Connection, kept: dict[str, Any], state: dict[str, Any]) -> bool:
    try:
        with fresh.begin_nested():
            fresh.execute(sa.insert(schema.enrolment).values(**kept))
            fresh.execute(sa.insert(schema.outbox).values(seq=kept["seq"], **state))
    except sa.exc.IntegrityError:  # the same id twice: the other one was saved
        return False
    return True


def _is_whole(row: sqlite3.Row, seq: int) -> bool:
    try:
        raw, hash, id = bytes(row["raw"]), bytes(row["hash"]), bytes(row["id"])
        if not raw:
            return len(hash) == 32 and len(id) == 16
        record = Record.from_bytes(raw)
    except (RecordError, TypeError, ValueError, IndexError):
        return False
    return hash_of(raw) == hash and record.seq == seq and record.id.bytes == id


def _state(damaged: sqlite3.Connection, seq: int) -> dict[str, Any]:
    """Where it stood; when that cannot be read it is sent again, and the centre knows it."""
    rows = _rows(damaged, "SELECT * FROM outbox WHERE seq = ?", seq)
    old = dict(rows[0]) if rows else {}
    if old.get("state") not in _STATES:
        return {"state": "waiting"}
    known = {column.name for column in schema.outbox.columns} - {"seq", "leased_until_ms"}
    return {name: value for name, value in old.items() if name in known}


def _copy(damaged: sqlite3.Connection, fresh: sa.Connection, table: sa.Table) -> None:
    names = {column.name for column in table.columns}
    for row in _rows(damaged, f"SELECT * FROM {table.name}"):  # noqa: S608 our own names
        values = {name: row[name] for name in row.keys() if name in names}  # noqa: SIM118 a Row is no dict
        with contextlib.suppress(sa.exc.DBAPIError), fresh.begin_nested():
            if table in _ONE_ROW:
                fresh.execute(sa.update(table).values(**values))
            else:
                fresh.execute(sa.insert(table).values(**values))


def _leave_gap(fresh: sa.Connection, seq: int, now_ms: int) -> None:
    """A row that stands for what was lost; the next record goes after it."""
    nothing = {"code": "", "fingerprint": os.urandom(32), "hash": os.urandom(32), "raw": b"", "captured_ms": now_ms}
    fresh.execute(sa.insert(schema.enrolment).values(seq=seq, id=os.urandom(16), **nothing))
    fresh.execute(sa.insert(schema.outbox).values(seq=seq, state="lost"))
