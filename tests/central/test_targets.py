"""Tallies are kept with each deed and equal a count; the forecast holds what it promises on made-up counts."""

import random
import uuid
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from kiosk import tables
from kiosk.domain.outcome import Outcome, State
from sync.central import outcomes, tallies, targets
from sync.central.provisioning import add_kiosk
from sync.central.schema import tally
from sync.central.tallies import WEEK_MS, week_of
from sync.central.targets import Goals, forecast, progress

from .conftest import BOTH

NOW_MS = 1_795_312_800_000


def told(database, kiosk: str = "k-1") -> dict[str, int]:
    query = sa.select(*(sa.func.sum(tally.c[name]) for name in ("enrolled", "accepted", "refused")))
    with database.read() as connection:
        row = connection.execute(query.where(tally.c.kiosk == kiosk)).one()
    return {name: int(value or 0) for name, value in zip(("enrolled", "accepted", "refused"), row, strict=True)}


@pytest.fixture
def kiosks(database):
    add_kiosk(database, "k-1", "Surakarta", "Pasar Gede Hardjonagoro")
    add_kiosk(database, "k-2", "Surakarta", "Pasar Klewer")
    add_kiosk(database, "k-3", "Sukoharjo", "Pasar Grogol")


class TestTallies:
    pytestmark = BOTH

    def test_a_decision_counts_once_and_moves_when_it_changes(self, database, kiosks):
        one, other = uuid.uuid4(), uuid.uuid4()

        def decide(id: uuid.UUID, state: State, cause: str = "") -> None:
            with database.write() as connection:
                outcomes.append(connection, "k-1", [outcomes.Decision(id, Outcome(state, cause))], NOW_MS)

        decide(one, State.ACCEPTED)
        decide(one, State.ACCEPTED)
        assert told(database) == {"enrolled": 0, "accepted": 1, "refused": 0}
        decide(other, State.REFUSED, "name_differs")
        decide(other, State.ACCEPTED)
        assert told(database) == {"enrolled": 0, "accepted": 2, "refused": 0}
        decide(one, State.REFUSED, "name_differs")
        assert told(database) == {"enrolled": 0, "accepted": 1, "refused": 1}

    def test_by_market_region_and_kiosk(self, database, kiosks):
        with database.write() as connection:
            for kiosk, week, number in (("k-1", 0, 10), ("k-1", 1, 30), ("k-2", 1, 5), ("k-3", 2, 7)):
                tallies.add(connection, kiosk, NOW_MS - week * WEEK_MS, enrolled=number)
            tallies.add(connection, "k-1", NOW_MS, accepted=4)
        goal = tables.Target(date(2026, 1, 1), date(2026, 12, 31), 600)
        wanted = Goals({"Pasar Gede Hardjonagoro": goal, "": tables.Target(goal.first, goal.last, 28_000)})
        with database.read() as connection:
            markets = {one.name: one for one in progress(connection, "market", NOW_MS, wanted)}
            regions = {one.name: one.enrolled for one in progress(connection, "region", NOW_MS, wanted)}
            kiosks_ = [one.name for one in progress(connection, "kiosk", NOW_MS, wanted, market="Pasar Klewer")]
            (whole,) = progress(connection, "all", NOW_MS, wanted)
        gede = markets["Pasar Gede Hardjonagoro"]
        assert (gede.enrolled, gede.accepted, gede.target, gede.look) == (40, 4, 600, "now")
        assert gede.weeks[-2:] == (30, 10)
        assert markets["Pasar Klewer"].look == "off"
        assert regions == {"Surakarta": 45, "Sukoharjo": 7}
        assert kiosks_ == ["k-2"]
        assert (whole.enrolled, whole.target) == (52, 28_000)


def test_weeks_begin_on_monday():
    for week in (0, 2900, 2967):
        assert targets.monday(week).weekday() == 0
        assert week_of(tallies.start_ms(week)) == week
        assert week_of(tallies.start_ms(week) - 1) == week - 1


def test_the_range_holds_four_times_in_five():
    rng, held, rounds = random.Random(3), 0, 2000
    for _ in range(rounds):
        past = [_poisson(rng, 40) for _ in range(8)]
        _, low, high = forecast(0, past, 12)
        held += low <= sum(_poisson(rng, 40) for _ in range(12)) <= high
    assert 0.76 < held / rounds < 0.92


def test_nothing_is_promised_of_nothing():
    assert forecast(0, [], 10) == (0.0, 0, 0)
    assert forecast(7, [0, 0, 0], 10) == (0.0, 7, 7)


def test_what_is_enrolled_is_never_below_what_was():
    _, low, _ = forecast(100, [0, 9, 0, 0], 20)
    assert low >= 100


def test_the_shipped_example_is_a_target_of_today():
    found = tables.targets_on(datetime.fromtimestamp(NOW_MS / 1000, UTC).date())
    assert all(goal.traders > 0 for goal in found.values())
    assert found


def _poisson(rng: random.Random, mean: float) -> int:
    number, product, limit = 0, rng.random(), 2.718281828459045**-mean
    while product > limit:
        number, product = number + 1, product * rng.random()
    return number
