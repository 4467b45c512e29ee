"""Errands between two programs: asked once, taken once, never left hanging, and each ask is an act for the centre."""

import subprocess
import sys
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import settings
from kiosk.clock import StillClock
from kiosk.domain import act
from kiosk.domain.errand import Kind, State
from kiosk.domain.errors import CarriageError
from kiosk.store import Store
from kiosk.store.errands import FRESH_MS, KEPT
from kiosk.store.identity import Identity
from kiosk.store.lock import daemon_runs, single_instance

CENTRE = X25519PrivateKey.generate().public_key().public_bytes_raw()
IDENTITY = Identity.fresh("pasar-contoh-1", "http://127.0.0.1:9", CENTRE)


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(tmp_path, clock):
    with Store.open(tmp_path, settings.load().store, clock) as store:
        yield store


def set_clock(clock, seconds: float) -> None:
    """The wall clock alone leaps."""
    clock.now_ms += int(seconds * 1000)
    clock.booted_ms += int(seconds * 1000)


def test_an_errand_from_asked_to_done(store, clock):
    number = store.errands.ask(Kind.EXPORT, "0417", IDENTITY, stick="sda1")
    assert store.errands.is_asked()
    clock.advance(1)
    taken = store.errands.take()
    assert (taken.number, taken.kind, taken.state, taken.arguments) == (
        number,
        Kind.EXPORT,
        State.RUNNING,
        {"stick": "sda1"},
    )
    assert not store.errands.is_asked()
    assert store.errands.take() is None
    store.errands.progress(number, 3, 9, {"files": 1})
    half = store.errands.newest(Kind.EXPORT)
    assert (half.done, half.total, half.result, half.under_way) == (3, 9, {"files": 1}, True)
    store.errands.finish(number, {"files": 2})
    done = store.errands.newest(Kind.EXPORT)
    assert (done.state, done.result, done.officer, done.under_way) == (State.DONE, {"files": 2}, "0417", False)
    assert done.changed_ms - done.asked_ms == 1000
    assert store.errands.newest(Kind.SYNC) is None


def test_what_went_wrong_is_kept_with_its_facts(store):
    number = store.errands.ask(Kind.EXPORT, "", IDENTITY)
    store.errands.take()
    store.errands.finish(number, {"files": 1}, CarriageError("sync.folder", folder="stick"))
    failed = store.errands.newest(Kind.EXPORT)
    assert (failed.state, failed.cause) == (State.FAILED, "sync.folder")
    assert failed.result == {"files": 1, "folder": "stick"}


def test_every_ask_is_an_act_in_the_same_queue(store):
    store.errands.ask(Kind.SYNC, "0417", IDENTITY)
    (kept,) = store.acts.latest(9)
    assert kept.act == act.Act(act.Kind.ASKED, "0417", {"errand": "sync"})
    assert store.outbox.counts().waiting == 1


def test_a_machine_that_is_no_kiosk_yet_can_ask_too(store):
    assert store.errands.ask(Kind.PROVISION, "", None, url="https://example.id") > 0
    assert store.acts.latest(9) == []


def test_two_asks_at_once_are_one_errand(store):
    numbers = []
    asks = [
        threading.Thread(target=lambda: numbers.append(store.errands.ask(Kind.SYNC, "0417", IDENTITY)))
        for _ in range(6)
    ]
    for one in asks:
        one.start()
    for one in asks:
        one.join()
    assert len(set(numbers)) == 1
    assert len(store.acts.latest(9)) == 1
    store.errands.take()
    assert store.errands.ask(Kind.SYNC, "0512", IDENTITY) == numbers[0], "it is running: that one is meant"
    assert store.errands.ask(Kind.TEST, "0512", IDENTITY) != numbers[0]
    store.errands.finish(numbers[0], {})
    assert store.errands.ask(Kind.SYNC, "0512", IDENTITY) > numbers[0]


def test_what_a_dead_daemon_left_has_failed(store):
    number = store.errands.ask(Kind.SYNC, "", IDENTITY)
    store.errands.take()
    assert store.errands.fail_running() == 1
    assert store.errands.fail_running() == 0
    assert (store.errands.newest(Kind.SYNC).state, store.errands.newest(Kind.SYNC).cause) == (
        State.FAILED,
        "errand.stopped",
    )
    assert store.errands.ask(Kind.SYNC, "", IDENTITY) > number


@pytest.mark.parametrize("jump_s", [FRESH_MS / 1000 + 1, -86_400])
def test_what_waited_too_long_is_not_done_any_more(store, clock, jump_s):
    """Nobody stands there any more; and a stick that is in by now may be another. A clock that leaps counts as long."""
    store.errands.ask(Kind.EXPORT, "", IDENTITY)
    set_clock(clock, jump_s)
    later = store.errands.ask(Kind.SYNC, "", IDENTITY)
    assert store.errands.take().number == later
    assert store.errands.newest(Kind.EXPORT).cause == "errand.late"


def test_the_clock_may_be_set_back_while_one_runs(store, clock):
    number = store.errands.ask(Kind.SYNC, "", IDENTITY)
    store.errands.take()
    set_clock(clock, -400 * 86_400)
    store.errands.progress(number, 1, 2, {})
    store.errands.finish(number, {})
    assert store.errands.newest(Kind.SYNC).state is State.DONE
    store.errands.ask(Kind.SYNC, "", IDENTITY)
    assert store.errands.take().number > number


def test_only_the_last_ones_stay(store):
    for _ in range(KEPT + 5):
        number = store.errands.ask(Kind.SYNC, "", None)
        store.errands.take()
        store.errands.finish(number, {})
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM errand").scalar() == KEPT


def test_whether_a_daemon_runs(tmp_path):
    assert not daemon_runs(tmp_path)
    with single_instance(tmp_path):
        assert daemon_runs(tmp_path)
        code = (
            "import sys, pathlib; from kiosk.store.lock import daemon_runs as d; sys.exit(d(pathlib.Path(sys.argv[1])))"
        )
        assert subprocess.run([sys.executable, "-c", code, tmp_path], timeout=30, check=False).returncode == 1
        with pytest.raises(CarriageError, match=r"sync\.running"), single_instance(tmp_path):
            pass
    assert not daemon_runs(tmp_path)
