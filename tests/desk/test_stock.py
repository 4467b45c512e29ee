"""Filling up and counting by hand, from the officer's tap to the ledger."""

import pytest

from kiosk import tables
from kiosk.desk import Desk
from kiosk.desk.home import Home
from kiosk.desk.stock import Stock
from kiosk.domain.act import Kind
from kiosk.journey.officer.events import DeskFailed, Told
from kiosk.journey.officer.home import HomeView, SeeHome
from kiosk.journey.officer.stock import Correct, Restock, SeeStock, StockView
from kiosk.store import Store
from kiosk.store.identity import Identity


@pytest.fixture
def desk(store: Store, identity: Identity) -> Desk:
    stock = Stock(store, identity)
    return Desk([stock, Home([stock.worry])])


def count(answer: object, item: str) -> int:
    assert isinstance(answer, Told)
    assert isinstance(answer.view, StockView)
    stand = answer.view.stand(item)
    assert stand
    return stand.count


def worries(desk: Desk) -> list[str]:
    answer = desk.do(SeeHome(), "0417")
    assert isinstance(answer, Told)
    assert isinstance(answer.view, HomeView)
    return [worry.said for worry in answer.view.worries]


def test_a_roll_put_in_a_wrong_count_mended_nothing_overwritten(desk: Desk, store: Store) -> None:
    assert count(desk.do(Restock("paper", 2), "0417"), "paper") == 60_000
    store.stock.note(tables.stock_items()[0], 1_500)  # slips
    assert count(desk.do(SeeStock(), "0417"), "paper") == 58_500
    assert count(desk.do(Correct("paper", 45_000), "0418"), "paper") == 45_000
    assert count(desk.do(Restock("paper", -1), "0418"), "paper") == 15_000
    told = [(kept.act.kind, kept.act.officer, kept.act.facts["amount"]) for kept in reversed(store.acts.latest(9))]
    assert told == [
        (Kind.RESTOCKED, "0417", 60_000),
        (Kind.DRAWN, "", 1_500),
        (Kind.CORRECTED, "0418", -13_500),
        (Kind.RESTOCKED, "0418", -30_000),
    ]


def test_what_runs_low_is_told_on_the_home_page(desk: Desk) -> None:
    assert worries(desk) == []  # nobody has counted yet, so nobody knows
    desk.do(Restock("cards", 1), "0417")
    assert worries(desk) == []
    desk.do(Correct("cards", 12), "0417")
    assert worries(desk) == ["home.stock.low"]
    desk.do(Correct("cards", 0), "0417")
    assert worries(desk) == ["home.stock.empty"]


def test_a_machine_that_is_no_kiosk_yet_has_no_ledger(store: Store) -> None:
    failed = Desk([Stock(store, None)]).do(Restock("paper", 1), "0417")
    assert isinstance(failed, DeskFailed)
    assert failed.id == "identity.missing"
    assert store.acts.latest(9) == []
