"""A fleet that really runs: our own store and our own daemon in many copies, against a centre somewhere.

Each kiosk is a folder with a real SQLite file, provisioned over HTTP with a one-time code; in its thread runs what
`kiosk-sync run` runs. People enrol, paper is used up and refilled, some kiosks fall silent and come back, some printers
fail their test. All people are made up.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from made_people import person
from together import site_with

from kiosk import settings, tables
from kiosk.clock import SystemClock
from kiosk.domain.errors import KioskError
from kiosk.domain.stock import DrawnBy
from kiosk.notify import Service
from kiosk.provision import provision
from kiosk.store import Store
from kiosk.store.identity import Identity
from sync.central import schema
from sync.central.database import Database
from sync.central.provisioning import add_kiosk
from sync.client import Client
from sync.daemon import Daemon
from sync.deeds import deeds
from sync.errands import Errands
from sync.fetch import fetch
from sync.round import Carrier
from sync.stop import Stopped
from sync.upkeep import Upkeep

SITE: dict[
    str, dict[str, object]
] = {  # as fast as a demonstration wants it; the fingerprint's cost is a kiosk's own matter
    "store": {"fingerprint_memory_kib": 64, "fingerprint_passes": 1},
    "sync": {"poll_s": 0.5, "interval_s": 15, "backoff_base_s": 0.5, "backoff_cap_s": 10},
}
SLIP_MM = 148
_SILENT, _PAPER, _TEST = 0.01, 0.02, 0.005  # of each kiosk and turn
_SETTLE_S = 120.0


class _Stop:
    """`sync.stop.StopSignal` for a thread: asked by another thread, not by a signal."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    def ask(self) -> None:
        self._asked.set()

    def wait(self, seconds: float) -> None:
        self._asked.wait(max(0.0, seconds))

    @contextmanager
    def abandonable(self) -> Iterator[None]:
        if self.asked:
            raise Stopped
        yield


class LiveKiosk:
    """`start()` and `stop()` its daemon; `enrol()` somebody at its screen."""

    def __init__(self, home: Path, url: str, code: str, chosen: settings.Settings, number: int) -> None:
        self.identity: Identity = provision(home, url, code, chosen.sync.ca_file)
        self.name = self.identity.kiosk
        self.kept = 0
        self._home, self._settings, self._clock, self._number = home, chosen, SystemClock(), number
        self._rng = random.Random(number)
        self.store = Store.open(home, chosen.store, self._clock)
        self._stop = _Stop()
        self._thread: threading.Thread | None = None
        self._paper = next(item for item in tables.stock_items() if item.drawn_by is DrawnBy.PRINTER)

    @property
    def running(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        self._stop = _Stop()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._stop.ask()
            self._thread.join(_SETTLE_S)
            self._thread = None

    def enrol(self) -> None:
        """A made-up person, and the slip that comes out of the printer."""
        one = person(self._number * 10_000 + self.kept + 1)  # no NIK ends in 0000
        self.store.enrolments.keep(one, self.identity)
        self.kept += 1
        self.store.stock.note(self._paper, SLIP_MM)

    def visit(self) -> None:
        """An officer refills the paper and tries the printer."""
        self.store.stock.restock(self._paper, 2 * self._paper.pack, "0417", self.identity)
        self.store.devices.tried("printer", "0417", self.identity, passed=self._rng.random() > 0.2)

    def waiting(self) -> int:
        return self.store.outbox.counts().unanswered

    def close(self) -> None:
        self.stop()
        self.store.close()

    def _run(self, stop: _Stop) -> None:
        """What `kiosk-sync run` does, without its signals."""
        client = Client(self.identity, self._settings.sync, self._clock, lambda: self.store.clock_believed)
        with closing(client), suppress(Stopped):
            arguments = (self.store, client, self.identity, self._settings.sync, self._clock, self._rng)
            carrier = Carrier(*arguments, stop.abandonable)

            def fetched() -> bool:
                with stop.abandonable():
                    return fetch(client, self.store, self.identity)

            upkeep = Upkeep(self.store, self.identity, self._settings.store, self._clock, fetched)
            made = deeds(self.store, self.identity, self._settings, self._clock, carrier, stop, upkeep)  # type: ignore[arg-type]
            daemon = Daemon(
                self.store, carrier, self._settings.sync, self._clock, self._rng, stop, Service({}), upkeep,  # type: ignore[arg-type]
                Errands(self.store, made),
            )  # fmt: skip
            daemon.run(0.0)


@dataclass(slots=True)
class Ran:
    """What a run came to. `records` are enrolments and acts; `arrived`: those of them that the centre has."""

    kiosks: int = 0
    enrolled: int = 0
    records: int = 0
    arrived: int = 0
    visits: int = 0
    silences: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def run(database: Database, url: str, folder: Path, kiosks: int, seconds: float, an_hour: float, seed: int = 1) -> Ran:
    """Enrols `an_hour` people at each kiosk for so long, then waits until all of it has arrived."""
    rng, ran, began = random.Random(seed), Ran(kiosks), time.monotonic()
    chosen = settings.load(site_with(folder / "site.toml", None, **SITE))
    places = [(market, tables.region_of(market)) for market in tables.markets()]
    with ExitStack() as stack:
        fleet = []
        for number in range(kiosks):
            market, region = places[number % len(places)]
            found = tables.regions().find(region) if region else None
            code = add_kiosk(database, f"live-{number:04}", found.name if found else "", market)
            home = folder / f"live-{number:04}"
            home.mkdir()
            one = LiveKiosk(home, url, code, chosen, number)
            stack.callback(one.close)
            one.start()
            fleet.append(one)
        _live(fleet, rng, ran, began + seconds, kiosks * an_hour / 3600)
        for one in fleet:
            if not one.running:
                one.start()
        ends = time.monotonic() + _SETTLE_S
        while any(one.waiting() for one in fleet) and time.monotonic() < ends:
            time.sleep(0.2)
        ran.enrolled = sum(one.kept for one in fleet)
        ran.records = sum(one.store.outbox.counts().last_seq for one in fleet)
    ran.arrived = _arrived(database)
    ran.seconds = time.monotonic() - began
    return ran


def _live(fleet: list[LiveKiosk], rng: random.Random, ran: Ran, ends: float, a_second: float) -> None:
    owed, last = 0.0, time.monotonic()
    while (now := time.monotonic()) < ends:
        owed, last = owed + (now - last) * a_second, now
        while owed >= 1:
            owed -= 1
            _tried(ran, rng.choice(fleet).enrol)
        one = rng.choice(fleet)
        if one.running and rng.random() < _SILENT * len(fleet):
            one.stop()
            ran.silences += 1
        elif not one.running and rng.random() < 0.3:
            one.start()
        if rng.random() < _PAPER * len(fleet):
            ran.visits += _tried(ran, one.visit)
        time.sleep(0.1)


def _tried(ran: Ran, deed: Callable[[], None]) -> bool:
    try:
        deed()
    except KioskError as error:
        ran.failed[error.id] += 1
        return False
    return True


def _arrived(database: Database) -> int:
    """Records of this fleet, each once."""
    mine = schema.enrolment.c.kiosk.startswith("live-")
    query = sa.select(sa.func.count()).select_from(schema.enrolment).where(mine)
    with database.read() as connection:
        return int(connection.scalar(query) or 0)
