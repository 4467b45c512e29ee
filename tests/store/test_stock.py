"""The kiosk's own count: acts in the chain, and what was drawn since; nothing lost or doubled."""

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk import act_form, tables
from kiosk.clock import StillClock
from kiosk.domain.act import Kind
from kiosk.domain.errors import StoreFull
from kiosk.domain.record import Record, seal_info
from kiosk.domain.stock import Item, Ledger, Stand
from kiosk.settings import Settings
from kiosk.store import Store, schema
from kiosk.store.identity import Identity
from kiosk.store.sealing import SUITE

PAPER, CARDS, BROCHURES = tables.stock_items()


@pytest.fixture
def store(tmp_path: Path, config: Settings, clock: StillClock) -> Iterator[Store]:
    with Store.open(tmp_path, config.store, clock) as opened:
        yield opened


def stand(store: Store, item: Item = PAPER) -> Stand:
    return store.stock.stands([item])[0]


def kinds(store: Store) -> list[str]:
    return [str(kept.act.kind) for kept in store.acts.all_of(list(Kind))]


def test_restocked_printed_and_counted(store: Store, identity: Identity) -> None:
    store.stock.restock(PAPER, 2 * PAPER.pack, "0417", identity)
    for _ in range(3):
        store.stock.note(PAPER, 200)
    assert stand(store).count == 59_400
    assert kinds(store) == ["restocked"]  # slips are no records
    kept = store.stock.correct(PAPER, 45_000, "0417", identity)
    assert kept.act.facts == {"item": "paper", "amount": -14_400, "before": 59_400, "after": 45_000}
    assert kinds(store) == ["restocked", "drawn", "corrected"]
    assert stand(store).count == 45_000
    assert [entry.act.kind for entry in store.stock.latest(PAPER, 2)] == [Kind.CORRECTED, Kind.DRAWN]
    assert store.stock.latest(CARDS, 2) == ()
    assert store.outbox.counts().waiting == 3


def test_each_item_has_its_own_count(store: Store, identity: Identity) -> None:
    store.stock.note(PAPER, 200)
    store.stock.restock(CARDS, 100, "0417", identity)
    assert kinds(store) == ["restocked"]  # of the cards: the paper waits for its day
    assert [one.count for one in store.stock.stands([PAPER, CARDS, BROCHURES])] == [-200, 100, 0]
    assert [one.known for one in store.stock.stands([PAPER, CARDS, BROCHURES])] == [False, True, False]


def test_what_was_drawn_becomes_one_act_a_day(store: Store, identity: Identity, clock: StillClock) -> None:
    items = [PAPER, CARDS]
    for _ in range(48):
        store.stock.note(PAPER, 200)
        store.stock.post_due(items, identity)
        clock.advance(1800)
    assert kinds(store) == []
    store.stock.post_due(items, identity)
    store.stock.post_due(items, identity)
    assert kinds(store) == ["drawn"]
    assert stand(store).count == -9_600
    store.stock.note(PAPER, PAPER.pack)  # much at once does not wait for the day
    store.stock.post_due(items, identity)
    assert kinds(store) == ["drawn", "drawn"]
    store.stock.note(PAPER, 200)
    clock.now_ms -= 2 * 86_400_000  # set back: the day is over, too
    clock.booted_ms -= 2 * 86_400_000
    store.stock.post_due(items, identity)
    assert kinds(store) == ["drawn"] * 3


def test_the_outbox_tells_the_same(store: Store, identity: Identity, clock: StillClock, central_key) -> None:  # type: ignore[no-untyped-def]
    store.stock.restock(PAPER, 90_000, "0417", identity)
    for day in range(4):
        store.stock.note(PAPER, 3_000 + day)
        clock.advance(86_400)
        store.stock.post_due([PAPER], identity)
    store.stock.restock(PAPER, -30_000, "0099", identity)
    ledger = Ledger()
    for leased in store.outbox.lease(100, 1 << 20, 60):
        record = Record.from_bytes(leased.raw)
        plain = SUITE.decrypt(record.sealed, central_key, info=seal_info(record.kiosk, record.seq))
        assert act_form.is_act(plain)
        kept = dataclasses.replace(store.acts.latest(1)[0], seq=record.seq, at_ms=record.captured_ms)
        ledger.add(dataclasses.replace(kept, act=act_form.unpack(plain)))
    assert ledger.breaks == 0
    assert ledger.stand(PAPER, clock.wall_ms()) == stand(store)


def test_nothing_is_half_done_when_it_fails_in_between(
    store: Store, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.stock.restock(PAPER, 30_000, "0417", identity)
    store.stock.note(PAPER, 400)

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kiosk.domain.stock.corrected", fails)
    with pytest.raises(KeyboardInterrupt):
        store.stock.correct(PAPER, 1, "0417", identity)
    monkeypatch.undo()
    assert (kinds(store), stand(store).count) == (["restocked"], 29_600)
    store.stock.correct(PAPER, 29_000, "0417", identity)
    assert [kept.act.facts["amount"] for kept in store.acts.all_of(list(Kind))] == [30_000, 400, -600]


def test_several_at_once_lose_nothing(store: Store, identity: Identity) -> None:
    def print_and_fill() -> None:
        for _ in range(10):
            store.stock.note(PAPER, 100)
            store.stock.restock(PAPER, 1_000, "0417", identity)

    threads = [threading.Thread(target=print_and_fill) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert stand(store).count == 30 * 900


def test_it_goes_on_where_another_program_left_off(
    tmp_path: Path, config: Settings, clock: StillClock, identity: Identity
) -> None:
    with Store.open(tmp_path, config.store, clock) as one, Store.open(tmp_path, config.store, clock) as other:
        one.stock.restock(PAPER, 30_000, "0417", identity)
        other.stock.note(PAPER, 500)
        other.stock.restock(PAPER, 30_000, "0099", identity)
        assert stand(one) == stand(other)
        assert stand(one).count == 59_500


def test_a_full_disk_says_so_and_an_officer_gets_the_room_that_was_kept_back(store: Store, identity: Identity) -> None:
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        for _ in range(200):
            store.stock.restock(PAPER, 30_000, "0417", identity)
    count = stand(store).count
    assert count % 30_000 == 0
    with store._engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.act)) == count // 30_000
