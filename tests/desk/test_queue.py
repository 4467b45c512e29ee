"""The officer's queue against a real store, with somebody who carries and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import sticks
from kiosk.clock import StillClock
from kiosk.desk import Desk
from kiosk.desk.queue import RECENT_MS, Queue
from kiosk.domain.act import Kind as Did
from kiosk.domain.errand import Kind, State
from kiosk.domain.errors import CarriageError
from kiosk.domain.stick import FILE_BYTES, Stick
from kiosk.journey.officer.events import DeskFailed, Told
from kiosk.journey.officer.queue import ConnectionView, QueueView, SeeConnection, SeeQueue, SeeSticks, Send, StickView
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.lock import single_instance


@pytest.fixture
def desk(store: Store, identity: Identity, clock: StillClock, config: Settings, tmp_path: Path) -> Desk:
    return Desk([Queue(store, identity, clock, config.sync, tmp_path / "media")])


@pytest.fixture
def daemon(store: Store) -> Iterator[None]:
    with single_instance(store.home):
        yield


def view(answer: object) -> object:
    assert isinstance(answer, Told)
    return answer.view


def test_nothing_waits_in_a_new_kiosk(desk: Desk) -> None:
    found = view(desk.do(SeeQueue(), "0417"))
    assert isinstance(found, QueueView)
    assert (found.standing.waiting, found.standing.running, found.errand) == (0, False, None)


@pytest.mark.parametrize("kind", list(Kind))
def test_without_a_daemon_nobody_is_asked(desk: Desk, store: Store, kind: Kind) -> None:
    failed = desk.do(Send(kind, "KINGSTON"), "0417")
    assert isinstance(failed, DeskFailed)
    assert failed.id == "errand.no_daemon"
    assert store.errands.newest(kind) is None
    assert store.acts.latest(9) == []


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (Kind.SYNC, QueueView),
        (Kind.RETRY, QueueView),
        (Kind.RELEASE, QueueView),
        (Kind.EXPORT, StickView),
        (Kind.IMPORT, StickView),
        (Kind.TEST, ConnectionView),
    ],
)
def test_an_errand_is_asked_in_the_officers_name_and_shown_at_once(
    desk: Desk, store: Store, daemon: None, kind: Kind, shown: type
) -> None:
    found = view(desk.do(Send(kind, "KINGSTON" if shown is StickView else ""), "0417"))
    assert isinstance(found, shown)
    assert (found.errand.kind, found.errand.officer, found.errand.state) == (kind, "0417", State.ASKED)
    assert dict(found.errand.arguments) == ({"stick": "KINGSTON"} if shown is StickView else {})
    (kept,) = store.acts.latest(9)
    assert (kept.act.kind, kept.act.officer, dict(kept.act.facts)) == (Did.ASKED, "0417", {"errand": str(kind)})


def test_what_came_of_it_is_shown_for_a_while(desk: Desk, store: Store, clock: StillClock, daemon: None) -> None:
    desk.do(Send(Kind.SYNC), "0417")
    taken = store.errands.take()
    assert taken
    store.errands.progress(taken.number, 3, 9, {"accepted": 3})
    found = view(desk.do(SeeQueue(), "0417"))
    assert (found.errand.state, found.errand.done, found.errand.total) == (State.RUNNING, 3, 9)
    store.errands.finish(taken.number, {}, CarriageError("sync.offline"))
    assert view(desk.do(SeeQueue(), "0417")).errand.cause == "sync.offline"
    assert view(desk.do(SeeConnection(), "0417")).errand is None
    clock.advance(RECENT_MS / 1000 + 1)
    assert view(desk.do(SeeQueue(), "0417")).errand is None


def test_the_sticks_and_the_room_that_is_needed(
    desk: Desk, store: Store, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert view(desk.do(SeeSticks(), "0417")) == StickView(False, (), 0, 0)
    plugged = Stick("KINGSTON", 10**9, 2 * 10**9, True)
    monkeypatch.setattr("kiosk.desk.queue.sticks", lambda base: [plugged])
    assert sticks.sticks(store.home / "nowhere") == []
    from kiosk.domain.act import Act

    store.acts.keep(Act(Did.LEFT, "0417", {"reason": "left"}), identity)
    found = view(desk.do(SeeSticks(), "0417"))
    assert (found.sticks, found.records) == ((plugged,), 1)
    assert FILE_BYTES < found.needed < FILE_BYTES + 2000
