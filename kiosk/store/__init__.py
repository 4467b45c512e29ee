"""The kiosk's database: SQLite through SQLAlchemy. The kiosk writes enrolments, the daemon settles their outbox."""

from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

from kiosk import settings
from kiosk.clock import Clock
from kiosk.domain.errors import StoreError
from kiosk.store.engine import open_engine, reading, translated
from kiosk.store.enrolments import Enrolments
from kiosk.store.journal import Journal
from kiosk.store.migrations import migrate
from kiosk.store.outbox import Outbox

FILE = "kiosk.sqlite3"


class Store:
    """An open database. `with Store.open(home, settings.store, clock) as store:`"""

    def __init__(self, engine: sa.Engine, path: Path, cost: settings.Store, clock: Clock) -> None:
        self._engine = engine
        self._path = path
        self.enrolments = Enrolments(engine, path, cost, clock)
        self.outbox = Outbox(engine, path, clock)
        self.journal = Journal(engine, path)

    @classmethod
    def open(cls, home: Path, cost: settings.Store, clock: Clock) -> "Store":
        """Makes the file if there is none and migrates it. Raises StoreError (`store.newer`, `store.damaged` …)."""
        path = home / FILE
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        except OSError:
            raise StoreError("store.unwritable", file=path.name) from None
        engine = open_engine(path)
        try:
            with translated(path):
                migrate(engine, clock)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, path, cost, clock)

    def change_count(self) -> int:
        """Differs from the last call on this connection whenever another process has written."""
        with translated(self._path), reading(self._engine) as connection:
            return int(connection.exec_driver_sql("PRAGMA data_version").scalar() or 0)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
