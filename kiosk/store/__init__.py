"""The kiosk's database: SQLite through SQLAlchemy. The kiosk writes enrolments, the daemon settles their outbox."""

from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

from kiosk import settings
from kiosk.clock import EARLIEST_MS, WRONG_MS, Clock, Contact, CorrectedClock
from kiosk.domain.errors import StoreError
from kiosk.sharing import touch
from kiosk.store import rescue
from kiosk.store.acts import Acts
from kiosk.store.ballast import Ballast
from kiosk.store.devices import Devices
from kiosk.store.engine import open_engine, reading, translated
from kiosk.store.enrolments import Enrolments
from kiosk.store.errands import Errands
from kiosk.store.guard import Guard
from kiosk.store.journal import Journal, Round
from kiosk.store.ledger import Ledger
from kiosk.store.lock import StoreLock
from kiosk.store.master import MasterData
from kiosk.store.migrations import migrate
from kiosk.store.outbox import Outbox
from kiosk.store.service import Service
from kiosk.store.stock import Stock

FILE = "kiosk.sqlite3"


class Store:
    """An open database. `with Store.open(home, settings.store, clock) as store:`

    `clock` is the one that it goes by: the machine's own, put right by the newest time that the centre signed.
    """

    enrolments: Enrolments
    acts: Acts
    devices: Devices
    errands: Errands
    service: Service
    stock: Stock
    guard: Guard
    outbox: Outbox
    ledger: Ledger
    journal: Journal

    def __init__(self, home: Path, cost: settings.Store, clock: Clock) -> None:
        self.home = home
        self._path = home / FILE
        self._cost = cost
        self._machine_clock = clock
        self._contact: Contact | None = None
        self.clock = CorrectedClock(clock, lambda: self._contact)
        self.master = MasterData(home)
        self.ballast = Ballast(home, cost.ballast_mb, cost.free_mb)
        self._lock = StoreLock(home)
        self._engine: sa.Engine | None = None

    @classmethod
    def open(cls, home: Path, cost: settings.Store, clock: Clock) -> "Store":
        """Makes the file if there is none and migrates it. A damaged one is put aside and what is whole in it saved.

        Raises StoreError (`store.newer`, `store.damaged` while the other program still holds it …).
        """
        store = cls(home, cost, clock)
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            touch(store._path)
        except OSError:
            raise StoreError("store.unwritable", file=FILE) from None
        try:
            store._begin()
        except StoreError as error:
            store.close()
            if error.id != "store.damaged":
                raise
            store.recover()
        return store

    def recover(self) -> rescue.Rescued:
        """Puts the damaged database aside, begins a new one and saves every whole record into it.

        Raises StoreError `store.damaged` while the other program holds it.
        """
        self.close()
        with self._lock.alone():
            aside = rescue.put_aside(self._path, self.clock.wall_ms())
            touch(self._path)
            self._begin(locked=True)
            if self._engine is None:
                raise StoreError("store.damaged", file=FILE)
            with translated(self._path):
                found = rescue.save(aside / FILE, self._engine, self.clock.wall_ms())
        self._lock.share()
        self.refresh_clock()
        self.journal.note(
            Round(self.clock.wall_ms(), "done", sent=found.saved, refused=found.lost, kind="rescue", last=found.highest)
        )
        return found

    def _begin(self, *, locked: bool = False) -> None:
        if not locked:
            self._lock.share()
        engine = open_engine(self._path)
        self._engine = engine
        with translated(self._path):
            with reading(engine) as connection:
                if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                    raise StoreError("store.damaged", file=FILE)
            migrate(engine, self._machine_clock)
        self.enrolments = Enrolments(engine, self._path, self._cost, self.clock, self.ballast)
        self.acts = Acts(engine, self._path, self.clock, self.ballast)
        self.devices = Devices(engine, self._path, self.clock, self.acts)
        self.errands = Errands(engine, self._path, self.clock)
        self.service = Service(engine, self._path, self.clock, self.acts)
        self.stock = Stock(engine, self._path, self.clock, self.acts)
        self.guard = Guard(engine, self._path, self.clock, self.acts)
        self.outbox = Outbox(engine, self._path, self.clock)
        self.ledger = Ledger(engine, self._path, self.clock)
        self.journal = Journal(engine, self._path)
        self.refresh_clock()

    def refresh_clock(self) -> None:
        """Takes up what the other program has learnt of the time. Raises StoreError."""
        self._contact = self.outbox.carriage().contact

    @property
    def clock_believed(self) -> bool:
        """Whether the machine's own clock can be right: not before this program was made, nor before the newest time
        that the centre signed, and not far from what that time makes it now.
        """
        wall_ms = self._machine_clock.wall_ms()
        floor_ms = max(EARLIEST_MS, self._contact.at_ms - WRONG_MS if self._contact else 0)
        return wall_ms >= floor_ms and abs(self.clock.wall_ms() - wall_ms) <= WRONG_MS

    def change_count(self) -> int:
        """Differs from the last call on this connection whenever another process has written."""
        if self._engine is None:
            raise StoreError("store.damaged", file=FILE)
        with translated(self._path), reading(self._engine) as connection:
            return int(connection.exec_driver_sql("PRAGMA data_version").scalar() or 0)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        self._lock.release()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
