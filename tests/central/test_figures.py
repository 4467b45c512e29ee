"""Who has lapsed and how far a target is: counted from rows as they are, told to the kiosks, shown by association."""

import uuid
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk import tables
from kiosk.domain.outcome import Outcome, State
from sync.central import figures, outcomes, schema, tallies
from sync.central.provisioning import add_kiosk
from sync.central.tallies import WEEK_MS
from sync.central.targets import Goals, goals, progress

from .conftest import BOTH, Kiosk

pytestmark = BOTH
NOW_MS = 1_795_312_800_000
TODAY = date(2026, 11, 22)
MONTH = 2026 * 12 + 10
HEAD = "market,branch,traders,valid_from,valid_until,source,before,association\n"


@pytest.fixture
def targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "targets.csv").write_text(
        HEAD
        + "Pasar Gede Hardjonagoro,Surakarta,600,2026-01-01,2026-12-31,example,40,\n"
        + ",Surakarta,28000,2026-01-01,2026-12-31,example,6000,\n"
        + ",,300,2026-01-01,2026-12-31,example,,KOP\n"
    )
    monkeypatch.setattr(tables, "_preferred", tmp_path)
    tables._forget()  # what was read before is of another folder
    yield
    tables._forget()


@pytest.fixture
def kiosks(database) -> None:
    for name, market in (
        ("k-1", "Pasar Gede Hardjonagoro"), ("k-2", "Pasar Gede Hardjonagoro"), ("k-3", "Pasar Klewer"), ("k-4", "X"),
    ):  # fmt: skip
        add_kiosk(database, name, "Surakarta", market)
    with database.write() as connection:
        for name in ("k-1", "k-2", "k-3"):
            figures.place(connection, name, "Surakarta")
        for name, week, number in (("k-1", 0, 10), ("k-1", 3, 20), ("k-2", 1, 5), ("k-3", 2, 7), ("k-4", 0, 9)):
            tallies.add(connection, name, NOW_MS - week * WEEK_MS, enrolled=number)


def kept(database) -> dict[str, tuple[int, int | None]]:
    with database.read() as connection:
        rows = connection.execute(sa.select(schema.kiosk.c.name, schema.kiosk.c.lapsed, schema.kiosk.c.reached))
        return {row.name: (row.lapsed, row.reached) for row in rows}


def test_a_kiosk_shows_its_markets_target_or_its_branchs(database, kiosks, targets) -> None:
    assert figures.count(database, TODAY, 3) == 3
    assert kept(database) == {"k-1": (0, 75), "k-2": (0, 75), "k-3": (0, 6042), "k-4": (0, None)}
    assert figures.count(database, TODAY, 3) == 0  # nothing has changed, nothing is written


def test_it_is_told_with_the_next_answer(database, kiosk: Kiosk, send, targets) -> None:
    assert send().reached is None
    with database.write() as connection:
        connection.execute(sa.update(schema.kiosk).values(market="Pasar Gede Hardjonagoro", branch="Surakarta"))
    figures.count(database, TODAY, 3)
    assert send().reached == 40


def lapsed_member(database, kiosk: str, until: int, state: State) -> None:
    id = uuid.uuid4()
    with database.write() as connection:
        connection.execute(sa.insert(schema.person).values(mark=id.bytes * 2, kiosk=kiosk, id=id, until=until))
        cause = "name_differs" if state is State.REFUSED else ""
        outcomes.append(connection, kiosk, [outcomes.Decision(id, Outcome(state, cause))], NOW_MS)


def test_who_has_not_paid_for_longer_than_the_law_lets_is_lapsed(database, kiosks, targets) -> None:
    for until, state in (
        (MONTH, State.ACCEPTED), (MONTH - 3, State.ACCEPTED), (MONTH - 4, State.ACCEPTED), (MONTH - 9, State.MEMBER),
        (MONTH - 9, State.REFUSED),
    ):  # fmt: skip
        lapsed_member(database, "k-1", until, state)
    figures.count(database, TODAY, 3)
    assert kept(database)["k-1"][0] == 2
    with database.read() as connection:
        by_market = {one.name: one.lapsed for one in progress(connection, "market", NOW_MS, Goals({}))}
        (whole,) = progress(connection, "all", NOW_MS, Goals({}))
    assert (by_market["Pasar Gede Hardjonagoro"], by_market["Pasar Klewer"], whole.lapsed) == (2, 0, 2)


def test_branches_count_from_those_they_had(database, kiosks, targets) -> None:
    with database.read() as connection:
        found = {one.name: one for one in progress(connection, "branch", NOW_MS, goals(TODAY))}
    one = found["Surakarta"]
    assert (one.enrolled, one.before, one.reached, one.target) == (42, 6000, 6042, 28_000)
    assert one.look == "now"  # at that pace it will be missed
    assert one.low >= 6042
    assert found[""].target == 0


def test_by_association(database, kiosks, targets) -> None:
    with database.write() as connection:
        for n, (week, state) in enumerate(((0, "accepted"), (0, "sent"), (2, "refused"), (9, ""))):
            connection.execute(
                sa.insert(schema.member).values(
                    association="KOP", mark=bytes([n]) * 32, number="", sealed=b"", listed_ms=0, kiosk="k-1",
                    id=uuid.uuid4(), joined_ms=NOW_MS - week * WEEK_MS, until=0, state=state,
                )
            )  # fmt: skip
    with database.read() as connection:
        (one,) = progress(connection, "association", NOW_MS, goals(TODAY))
    assert (one.name, one.enrolled, one.accepted, one.refused, one.target) == ("KOP", 3, 1, 1, 300)
    assert one.weeks[-1] == 2


def test_the_worker_notes_the_branch(database, kiosk: Kiosk, send, worker) -> None:
    send(kiosk.next(branch="Surakarta"))
    while worker.step():
        pass
    with database.read() as connection:
        assert connection.scalar(sa.select(schema.kiosk.c.branch)) == "Surakarta"
