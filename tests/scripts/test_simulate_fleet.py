"""The made-up fleet is one that the centre's code takes for real: every trouble is in it, and its tallies are right."""

from pathlib import Path

import postgres
import pytest
import simulate_fleet
import sqlalchemy as sa

from kiosk.clock import StillClock
from sync.central import supplies, targets
from sync.central.console import standing
from sync.central.console.standing import Filter, Limits
from sync.central.database import Database
from sync.central.migrations import migrate
from sync.central.schema import examined, tally
from sync.central.targets import Goals

LIMITS = Limits(silent_ms=3 * 86_400_000)


@pytest.fixture
def filled(postgresql: postgres.Server, tmp_path: Path, clock: StillClock):
    url = postgresql.create("simulated")
    database = Database.open(tmp_path, url)
    migrate(database, clock)
    simulate_fleet.fill(url, 1100, 6, 9, clock.wall_ms())
    yield database
    database.close()
    postgresql.drop("simulated")


def test_every_trouble_is_in_it_and_most_kiosks_are_well(filled: Database, clock: StillClock) -> None:
    with filled.read() as connection:
        found = standing.counts(connection, clock.wall_ms(), LIMITS, Filter())
        sound = connection.scalar(sa.select(sa.func.count()).where(examined.c.cause == ""))
        told = connection.scalar(sa.select(sa.func.sum(tally.c.enrolled)))
        (whole,) = targets.progress(connection, "all", clock.wall_ms(), Goals({}))
    assert found["all"] == 1100
    assert found["well"] > 900
    assert all(found[reason] for reason in ("chain", "quarantined", "silent", "gap", "behind", "clock", "disk"))
    assert sound == told == whole.enrolled


def test_its_stock_adds_up(filled: Database, clock: StillClock) -> None:
    found = supplies.supplies(filled, supplies.items(), clock.wall_ms())
    assert len(found) == 1100
    assert any(one.low for one in found)
    assert sum(one.low for one in found) < len(found) / 2
