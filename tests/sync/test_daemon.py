"""The daemon as a service: it tells systemd, beats when nothing waits, purges, and begins a new database by itself."""

import json
import signal
import socket
import sqlite3

import pytest

from kiosk import tables
from kiosk.keeper import StoreKeeper
from kiosk.notify import Service
from kiosk.store import FILE, freeze
from kiosk.store.journal import Round, Schedule
from kiosk.store.outbox import Settled, Word
from sync.daemon import drain
from sync.purge import purge
from sync.stop import StopSignal

DAY_MS = 86_400_000


def test_systemd_is_told_ready_alive_and_stopping(kiosk, tmp_path, eventually):
    told: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(30)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
        daemon = kiosk.start("run", environment=environment)
        told.append(listening.recv(99).decode())
        kiosk.keep(2)
        eventually(lambda: kiosk.store.outbox.counts().accepted == 2)
        told += [listening.recv(99).decode() for _ in range(3)]
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(30) == 0
        daemon.communicate()
        while told[-1] != "STOPPING=1":
            told.append(listening.recv(99).decode())
    assert told[0] == "READY=1"
    assert set(told[1:-1]) == {"WATCHDOG=1"}


def test_without_systemd_nothing_is_told():
    service = Service({})
    service.tell("READY=1")
    assert service.watchdog_s is None
    assert Service({"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "0"}).watchdog_s is None
    Service({"NOTIFY_SOCKET": "/nowhere/at/all"}).tell("READY=1")


def test_it_beats_when_nothing_waits(kiosk, eventually):
    daemon = kiosk.start("run")
    eventually(lambda: len(kiosk.store.journal.rounds()) >= 2)
    daemon.terminate()
    daemon.communicate(timeout=30)
    assert all(one.sent == 0 for one in kiosk.store.journal.rounds())
    assert kiosk.store.journal.schedule().last_success_ms > 0


def break_first_page(kiosk) -> int:
    """Nothing works any more. How large the file was."""
    path = kiosk.home / FILE
    with path.open("r+b") as file:
        file.write(b"\xff" * 4096)
    return path.stat().st_size


def test_the_daemon_begins_a_new_database_by_itself(kiosk, eventually):
    kiosk.keep(20)
    kiosk.store.close()
    size = break_first_page(kiosk)
    daemon = kiosk.start("run")
    eventually(lambda: bool(list(kiosk.home.glob(f"damaged-*/{FILE}"))))
    daemon.terminate()
    log = daemon.communicate(timeout=30)[1]
    assert daemon.returncode == 0
    assert any(json.loads(line)["event"] == "store.rescued" for line in log.splitlines())
    (aside,) = kiosk.home.glob(f"damaged-*/{FILE}")
    assert aside.stat().st_size == size
    assert (kiosk.home / FILE).read_bytes()[:6] == b"SQLite"


def test_what_breaks_while_the_kiosk_runs_is_put_aside_with_the_next_look(kiosk):
    keeper = StoreKeeper(kiosk.store, kiosk.identity, None, kiosk.store.clock, kiosk.settings)
    kiosk.keep(3)
    kiosk.store.outbox.lease(1, 1, 1)
    kiosk.store._engine.dispose()  # a page that is cached would still be whole
    break_first_page(kiosk)
    assert keeper.status().kiosk == kiosk.identity.kiosk
    assert len(list(kiosk.home.glob("damaged-*"))) == 1
    kiosk.keep(1)
    counts = kiosk.store.outbox.counts()
    assert counts.waiting >= 1, "what the WAL still held is saved, too"
    assert counts.last_seq > 3


def test_what_is_purged_had_a_receipt_its_time_and_a_comparison(kiosk):
    kiosk.keep(7)
    limits = kiosk.settings.store
    with StopSignal() as stop:
        carrier = kiosk.carrier(kiosk.client())
        drain(carrier, stop)
        assert purge(kiosk.store, kiosk.identity, limits) == 0, "not yet"
        with sqlite3.connect(kiosk.home / FILE) as raw:
            raw.execute("UPDATE receipt SET received_ms = received_ms - 90000000")  # 25 hours
            (body,) = raw.execute("SELECT body FROM receipt WHERE number = 1").fetchone()
            raw.execute("UPDATE receipt SET body = ? WHERE number = 1", (body[:-1] + bytes([body[-1] ^ 1]),))
        raw.close()
        assert purge(kiosk.store, kiosk.identity, limits) == 0, "the days have not been compared since"
        drain(carrier, stop, beat=True)
    kiosk.keep(1)
    assert purge(kiosk.store, kiosk.identity, limits) == 2, "an altered receipt purges nothing"
    assert [seq for seq, raw, _ in kiosk.store.ledger.raws() if raw] == [1, 2, 3, 4, 5, 8]


@pytest.mark.parametrize(
    ("days", "waiting", "level"),
    [(0, 1, "ok"), (0.9, 1, "ok"), (1.1, 1, "warn"), (3.1, 0, "alarm"), (14.1, 0, "stop"), (0, 3, "stop")],
)
def test_too_long_without_the_centre(kiosk, days, waiting, level):
    limits = type(kiosk.settings.sync)(
        **{name: getattr(kiosk.settings.sync, name) for name in kiosk.settings.sync.__slots__} | {"stop_waiting": 3}
    )
    kiosk.keep(waiting)
    at_ms = kiosk.clock.wall_ms() - int(days * DAY_MS)
    kiosk.store.journal.write(Round(at_ms, "done"), Schedule(last_success_ms=at_ms))
    counts, plan = kiosk.store.outbox.counts(), kiosk.store.journal.schedule()
    assert freeze.level(counts, plan, kiosk.store.clock, limits) == level


def test_the_kiosk_itself_closes_and_opens_again(kiosk):
    keeper = StoreKeeper(kiosk.store, kiosk.identity, None, kiosk.store.clock, kiosk.settings)
    kiosk.keep(2)
    assert keeper.status().closed_reason == ""
    kiosk.clock.advance(15 * 86_400)
    status = keeper.status()
    assert (status.closed_reason, status.waiting) == ("sync.overdue", 2)
    settled = Word((Settled(1, 2, "accepted"),), b"receipt")
    kiosk.store.outbox.settle(
        settled, kiosk.identity, Round(0, "done"), Schedule(last_success_ms=kiosk.clock.wall_ms())
    )
    assert keeper.status().closed_reason == ""
    tables.prefer(None)
