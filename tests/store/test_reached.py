"""How far the target is, as the kiosk shows it: the figure of the whole market, never less than what it has done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import tables
from kiosk.clock import StillClock, today
from kiosk.keeper import StoreKeeper
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.journal import Round, Schedule
from kiosk.store.outbox import Word


@pytest.fixture
def store(tmp_path: Path, config: Settings, clock: StillClock) -> Iterator[Store]:
    with Store.open(tmp_path, config.store, clock) as opened:
        yield opened


def test_what_the_centre_said_is_shown(store: Store, config: Settings, identity: Identity, clock: StillClock) -> None:
    keeper = StoreKeeper(store, identity, None, clock, config)
    target = tables.target(config.site.market, config.site.branch, today(clock, config.zone))
    assert target is not None
    assert (keeper.status().reached, keeper.status().target) == (target.before, target.traders)
    store.outbox.settle(Word(reached=75), identity, Round(0, "done"), Schedule())
    assert keeper.status().reached == 75
    store.outbox.settle(Word(), identity, Round(0, "done"), Schedule())
    assert keeper.status().reached == 75  # an answer that says nothing changes nothing
