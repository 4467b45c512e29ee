"""Errands done by a real daemon: at once, whatever the schedule says, told as they go, and failed with a cause."""

import json
import signal
import socket
import threading

import pytest

from kiosk.clock import SystemClock
from kiosk.domain.errand import Kind, State
from kiosk.domain.errors import CarriageError, StoreError, StoreFull
from kiosk.store import Store
from kiosk.store.journal import Round, Schedule
from sync.errands import Errands
from sync.stop import Stopped, StopSignal


def ask(kiosk, kind: Kind, **arguments: object) -> int:
    """As the screen does, by the clock that the daemon has, too."""
    with Store.open(kiosk.home, kiosk.settings.store, SystemClock()) as screen:
        return screen.errands.ask(kind, "0417", kiosk.identity, **arguments)


def ended(kiosk, kind: Kind):
    return lambda: not kiosk.store.errands.newest(kind).under_way


@pytest.fixture
def daemon_of():
    """Starts a daemon; whatever the test does, none is left."""
    started = []

    def daemon_of(kiosk):
        started.append(kiosk.start("run"))
        return started[-1]

    yield daemon_of
    for one in started:
        if one.poll() is None:
            one.kill()
            one.communicate(timeout=30)


def end(daemon) -> list[dict[str, object]]:
    daemon.terminate()
    log = daemon.communicate(timeout=30)[1]
    assert "Traceback" not in log
    return [json.loads(line) for line in log.splitlines()]


def test_sync_now_does_not_wait_for_the_backoff(kiosk, daemon_of, eventually):
    far = Schedule(attempt=9, next_ms=kiosk.clock.wall_ms() + 300_000, cause="offline")
    kiosk.site.write_text(kiosk.site.read_text().replace("cap_s = 0.5", "cap_s = 86400"))
    kiosk.keep(12)
    kiosk.store.journal.write(Round(started_ms=1, outcome="failed", cause="offline"), far)
    daemon = daemon_of(kiosk)
    ask(kiosk, Kind.SYNC)
    eventually(ended(kiosk, Kind.SYNC))
    found = kiosk.store.errands.newest(Kind.SYNC)
    log = end(daemon)
    assert (found.state, found.done, found.total) == (State.DONE, 13, 13), "twelve people and the ask itself"
    assert found.result == {"accepted": 13, "duplicate": 0, "refused": 0}
    assert kiosk.store.journal.schedule().cause == ""
    assert any(line["event"] == "errand.done" and line["id"] == "sync" for line in log)


def test_a_failure_is_told_with_its_cause(kiosk, daemon_of, eventually):
    path = kiosk.home / "identity.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"central_url": "http://127.0.0.1:9"}))
    daemon = daemon_of(kiosk)
    kiosk.keep(1)
    ask(kiosk, Kind.SYNC)
    eventually(ended(kiosk, Kind.SYNC))
    end(daemon)
    found = kiosk.store.errands.newest(Kind.SYNC)
    assert (found.state, found.cause, found.done, found.total) == (State.FAILED, "sync.refused_connection", 0, 2)
    assert kiosk.store.outbox.counts().waiting == 2


def test_hold_release_and_retry_are_errands_too(kiosk, daemon_of, eventually):
    kiosk.keep(2)
    kiosk.store.outbox.quarantine(2, "server_error", SystemClock().wall_ms() + 3_600_000)
    daemon = daemon_of(kiosk)
    ask(kiosk, Kind.HOLD)
    eventually(ended(kiosk, Kind.HOLD))
    assert kiosk.store.outbox.carriage().held
    ask(kiosk, Kind.SYNC)
    eventually(ended(kiosk, Kind.SYNC))
    assert kiosk.store.errands.newest(Kind.SYNC).cause == "sync.on_hold"
    for kind in (Kind.RETRY, Kind.RELEASE):
        ask(kiosk, kind)
        eventually(ended(kiosk, kind))
    assert kiosk.store.errands.newest(Kind.RETRY).result == {"count": 1}
    eventually(lambda: kiosk.store.outbox.counts().unanswered == 0)
    end(daemon)


def test_a_daemon_killed_in_an_errand_owns_up_when_it_is_back(kiosk, daemon_of, eventually):
    """The centre takes the request and never answers: so it is killed while it waits."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = kiosk.home / "identity.json"
        whole = path.read_text()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        path.write_text(json.dumps(json.loads(whole) | {"central_url": url}))
        kiosk.keep(3)
        ask(kiosk, Kind.SYNC)
        daemon = daemon_of(kiosk)
        silent.settimeout(30)
        connection, _ = silent.accept()
        with connection:
            assert kiosk.store.errands.newest(Kind.SYNC).state is State.RUNNING
            daemon.send_signal(signal.SIGKILL)
            daemon.communicate(timeout=30)
    path.write_text(whole)
    daemon = daemon_of(kiosk)
    eventually(ended(kiosk, Kind.SYNC))
    assert kiosk.store.errands.newest(Kind.SYNC).cause == "errand.stopped"
    ask(kiosk, Kind.SYNC)
    eventually(ended(kiosk, Kind.SYNC))
    end(daemon)
    assert kiosk.store.outbox.counts().accepted == 5, "nothing is lost"


def test_a_daemon_that_is_stopped_in_an_errand_says_so(kiosk, daemon_of, eventually):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = kiosk.home / "identity.json"
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"central_url": url}))
        ask(kiosk, Kind.SYNC)
        daemon = daemon_of(kiosk)
        silent.settimeout(30)
        connection, _ = silent.accept()
        with connection:
            end(daemon)
    assert kiosk.store.errands.newest(Kind.SYNC).cause == "errand.stopped"


def runner(kiosk, deed) -> Errands:
    return Errands(kiosk.store, {Kind.SYNC: deed})


def raises(error: Exception):
    def deed(*_: object) -> None:
        raise error

    return deed


@pytest.mark.parametrize(
    ("error", "cause"),
    [(CarriageError("sync.offline"), "sync.offline"), (RuntimeError("33729901018"), "errand.crashed")],
)
def test_whatever_goes_wrong_the_runner_goes_on(kiosk, error, cause, caplog):
    kiosk.store.errands.ask(Kind.SYNC, "0417", kiosk.identity)
    assert runner(kiosk, raises(error)).do_next(lambda: None)
    found = kiosk.store.errands.newest(Kind.SYNC)
    assert (found.state, found.cause) == (State.FAILED, cause)
    assert "33729901018" not in str(found.result)
    assert not runner(kiosk, raises(error)).do_next(lambda: None)


@pytest.mark.parametrize("error", [StoreFull("store.full", file="x"), StoreError("store.busy", file="x")])
def test_trouble_with_the_store_is_told_and_goes_on_to_whoever_can_mend_it(kiosk, error):
    kiosk.store.errands.ask(Kind.SYNC, "0417", kiosk.identity)
    with pytest.raises(StoreError):
        runner(kiosk, raises(error)).do_next(lambda: None)
    assert kiosk.store.errands.newest(Kind.SYNC).cause == error.id


def test_a_kind_that_nobody_knows_has_failed(kiosk):
    kiosk.store.errands.ask(Kind.PROVISION, "0417", kiosk.identity)
    assert runner(kiosk, raises(RuntimeError())).do_next(lambda: None)
    assert kiosk.store.errands.newest(Kind.PROVISION).cause == "errand.unknown"


def test_every_step_is_told_and_keeps_the_watchdog_content(kiosk):
    alive: list[int] = []
    seen: list[tuple[int, int, object]] = []

    def deed(errand, progress):
        for done in range(3):
            progress(done, 2, step=done)
            now = kiosk.store.errands.newest(Kind.SYNC)
            seen.append((now.done, now.total, now.result))
        return {"last": True}

    kiosk.store.errands.ask(Kind.SYNC, "0417", kiosk.identity)
    runner(kiosk, deed).do_next(lambda: alive.append(1))
    assert len(alive) == 3
    assert seen == [(0, 2, {"step": 0}), (1, 2, {"step": 1}), (2, 2, {"step": 2})]
    assert kiosk.store.errands.newest(Kind.SYNC).result == {"step": 2, "last": True}


def test_a_stop_that_python_drops_is_raised_again():
    """A signal that arrives in a finalizer: what its handler raises there is ignored by Python."""

    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    with StopSignal() as stop, pytest.raises(Stopped), stop.abandonable():
        one = Finalized()
        del one
        threading.Event().wait(30)
        pytest.fail("it goes on waiting")
