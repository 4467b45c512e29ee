"""The centre's database: SQLite by default, another by URL. The only file that knows which one it is."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kiosk.domain.errors import StoreError

FILE = "central.sqlite3"
_BUSY_MS = 10_000
_PRAGMAS = {
    "busy_timeout": _BUSY_MS,  # first, because two programs may turn a new file into WAL at once
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: what was answered survives a power cut
    "journal_size_limit": 1 << 22,
    "temp_store": 2,  # memory
}
_POSTGRESQL = {
    "synchronous_commit": "on",  # what was answered survives a power cut of the server
    "lock_timeout": f"{_BUSY_MS}ms",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
_CONNECTIONS = 16  # at once, and per process
_LATER = ("40001", "40P01", "53300", "55P03", "57")  # serialisation, deadlock, connections, lock, shutdown
_MIGRATION_LOCK = 0x6B696F736B  # any number that only this program takes


class Database:
    """`with database.write() as connection:` one transaction, committed at the end of the block."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._turn = threading.Lock()  # SQLite has one writer: wait here, in order, rather than in its busy loop

    @classmethod
    def open(cls, home: Path, url: str = "") -> "Database":
        """`url` is a SQLAlchemy URL, empty for a file in `home`.

        Raises StoreError `central.database_url`, `central.unwritable`, `central.damaged`, `central.database` …
        """
        try:
            parsed = sa.make_url(url or f"sqlite:///{home / FILE}")
            engine = sa.create_engine(
                parsed,
                hide_parameters=True,
                poolclass=sa.QueuePool,
                pool_size=_CONNECTIONS,
                max_overflow=0,
                pool_timeout=_BUSY_MS / 1000,
            )
        except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
            raise StoreError("central.database_url") from None  # the URL may hold a password: it is never repeated
        if engine.dialect.name not in ("sqlite", "postgresql"):
            raise StoreError("central.database_url")
        if engine.dialect.name == "sqlite":
            _prepare_file(home, parsed)
            _tell_sqlite(engine)
        else:
            _tell_postgresql(engine)
        database = cls(engine)
        try:
            with database.read() as connection:
                database._assert_durable(connection)
        except StoreError:
            database.close()
            raise
        return database

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Raises StoreError `central.busy` (try again) or `central.database`; then nothing was written."""
        turn = self._turn if self._sqlite else nullcontext()
        with turn, _translated(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent view. Raises like `write`."""
        with _translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def glance(self) -> Iterator[sa.Connection]:
        """For one statement that only reads: on a server it saves two of the three round trips. Raises like `write`."""
        engine = self._engine if self._sqlite else self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with _translated(), engine.connect() as connection:
            yield connection

    def insert_new(self, table: sa.Table) -> Any:
        """INSERT … ON CONFLICT DO NOTHING, in the words of this database."""
        return (sqlite.insert(table) if self._sqlite else postgresql.insert(table)).on_conflict_do_nothing()

    def insert_rows(
        self, connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], returning: sa.Column[Any]
    ) -> list[Any]:
        """Inserts all that are new at once, and gives that column of each. Every row has the same columns.

        PostgreSQL takes one array a column: the statement is the same for any number of rows, and parsed only once.
        """
        insert = self.insert_new(table)
        if self._sqlite:
            return list(connection.scalars(insert.returning(returning), rows))
        columns = [table.c[name] for name in rows[0]]
        arrays = [
            sa.bindparam(f"{c.name}s", [row[c.name] for row in rows], type_=postgresql.ARRAY(_plain(c.type)))
            for c in columns
        ]
        source = sa.func.unnest(*arrays).table_valued(*(sa.column(c.name, c.type) for c in columns)).render_derived()
        chosen = sa.select(*(source.c[c.name] for c in columns))
        return list(connection.scalars(insert.from_select([c.name for c in columns], chosen).returning(returning)))

    def take_turns(self, connection: sa.Connection) -> None:
        """One process at a time gets beyond this, until its transaction ends. (On SQLite `write` has seen to it.)"""
        if not self._sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))

    def close(self) -> None:
        self._engine.dispose()

    def _assert_durable(self, connection: sa.Connection) -> None:
        wanted: dict[str, Any] = {name: _PRAGMAS[name] for name in ("journal_mode", "synchronous")}
        if not self._sqlite:
            wanted = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
        for name, value in wanted.items():
            found = connection.exec_driver_sql(f"PRAGMA {name}" if self._sqlite else f"SHOW {name}").scalar()
            if found != value:
                raise StoreError("central.unsafe", key=name, found=str(found))


class _Bytes(postgresql.BYTEA):
    """As they are: in an array, SQLAlchemy's own wrapper would have each escaped as text."""

    def bind_processor(self, dialect: sa.Dialect) -> None:
        return None


def _plain(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    return _Bytes() if isinstance(kind, sa.LargeBinary) else kind


def _prepare_file(home: Path, url: sa.URL) -> None:
    path = Path(url.database) if url.database else None
    if path is None or url.database == ":memory:":
        raise StoreError("central.database_url")  # every connection would have a database of its own
    try:
        if path.parent == home:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError:
        raise StoreError("central.unwritable", file=path.name) from None


def _tell_sqlite(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin and end where we say so
        for name, value in _PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _tell_postgresql(engine: sa.Engine) -> None:
    from psycopg.types.array import ListBinaryDumper  # late: a centre on SQLite needs no psycopg

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.adapters.register_dumper(list, ListBinaryDumper)  # records as they are, not escaped as text
        with connection.cursor() as cursor:
            for name, value in _POSTGRESQL.items():
                cursor.execute(f"SET {name} = '{value}'")
        connection.commit()


@contextmanager
def _translated() -> Iterator[None]:
    """The one place where a database error becomes a StoreError. Nothing of the statement's parameters survives it."""
    try:
        yield
    except DBAPIError as error:
        name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", *_LATER)):
            raise StoreError("central.busy") from None
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "XX001", "XX002")):
            raise StoreError("central.damaged") from None
        if name.startswith(("SQLITE_FULL", "53100")):
            raise StoreError("central.full") from None
        raise StoreError("central.database", reason=name or type(error.orig).__name__) from None
    except PoolTimeout:
        raise StoreError("central.busy") from None
    except SQLAlchemyError as error:
        raise StoreError("central.database", reason=type(error).__name__) from None
