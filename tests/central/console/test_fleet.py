"""The fleet's page: each reason is found, the most urgent first, filtered, paged, counted, and never stale."""

import re
import uuid

import pytest
import sqlalchemy as sa

from sync.central import alarms, fleet, schema
from sync.central.console import standing
from sync.central.console.accounts import Role
from sync.central.console.standing import Filter
from sync.central.provisioning import add_kiosk, provision

from ..conftest import BOTH, NUMBER_KEY, Kiosk
from .conftest import LIMITS

pytestmark = BOTH
DAY_MS = 86_400_000
NOW_MS = 1_795_312_800_000  # of a still clock
TROUBLES = {
    "quarantined": {"quarantined": 2},
    "behind": {"waiting": 7, "oldest_ms": NOW_MS - 2 * DAY_MS},
    "clock": {"now_ms": NOW_MS - 3_600_000},
    "disk": {"free_mb": 100},
    "well": {},
}


@pytest.fixture
def add(database, clock, exchange):
    """A kiosk that has said something once, or nothing."""

    def add(name: str, region: str = "Surakarta", market: str = "Pasar Gede", **beat: int) -> Kiosk:
        kiosk = Kiosk(name)
        provision(database, add_kiosk(database, name, region, market), kiosk.public_key, NUMBER_KEY, clock)
        told = {"now_ms": clock.wall_ms(), "free_mb": 9000, "app": "1.0", "boot": uuid.uuid4()} | beat
        exchange.answer(*kiosk.sent(kiosk.request(beat=told)))
        return kiosk

    return add


def found(database, clock, chosen=None, **more):
    with database.read() as connection:
        return standing.page(connection, clock.wall_ms(), LIMITS, chosen or Filter(), **more)


def counted(database, clock):
    with database.read() as connection:
        return {k: v for k, v in standing.counts(connection, clock.wall_ms(), LIMITS, Filter()).items() if v}


def test_each_trouble_is_told(database, clock, add):
    for name, beat in TROUBLES.items():
        add(f"k-{name}", **beat)
    add_kiosk(database, "k-unused")
    add("k-revoked", quarantined=3)
    fleet.revoke(database, "k-revoked", clock.wall_ms())
    add("k-gap")
    add("k-chain", free_mb=5)
    with database.write() as connection:
        alarms.raise_(connection, database, "k-chain", alarms.Kind.FORK, [(1, 1)], 1)
        alarms.raise_(connection, database, "k-gap", alarms.Kind.GAP, [(2, 3)], 1)
    rows = found(database, clock)
    assert [(one.name.removeprefix("k-"), one.reasons) for one in rows] == [
        ("chain", ("chain", "disk")),
        *((name, (name,)) for name in ("quarantined", "gap", "behind", "clock", "disk", "well", "unused", "revoked")),
    ]
    ones = ("chain", "quarantined", "gap", "behind", "clock", "well", "unused", "revoked")
    assert counted(database, clock) == {"all": 9, "disk": 2} | dict.fromkeys(ones, 1)
    with database.write() as connection:
        connection.execute(sa.insert(schema.master).values(version=3, bundle=b"", published_ms=0))
    assert "old" in found(database, clock, Filter(name="k-well"))[0].reasons


def test_silence_grows(database, clock, add):
    add("early")
    clock.advance(25 * 3600)
    add("late")
    assert [(one.name, one.reasons[0]) for one in found(database, clock)] == [("early", "quiet"), ("late", "well")]
    clock.advance(48 * 3600)
    assert [(one.name, one.reasons[0]) for one in found(database, clock)] == [("early", "silent"), ("late", "quiet")]


def test_a_clock_that_came_on_a_stick_is_not_wrong(database, clock, add, exchange):
    kiosk = add("a")
    exchange.answer(*kiosk.sent(kiosk.request(beat={"now_ms": NOW_MS - DAY_MS, "free_mb": 9000})), stick=True)
    assert found(database, clock)[0].reasons == ("well",)


def test_paging_by_key_shows_each_once(database, clock, add):
    for number in range(12):
        add(f"k-{number:02}", quarantined=number % 2)
    seen, after = [], ""
    while rows := found(database, clock, after=after, limit=5):
        seen += [one.name for one in rows]
        after = rows[-1].place
    assert sorted(seen) == [f"k-{number:02}" for number in range(12)]
    assert seen[0] == "k-01"
    assert found(database, clock, after="nonsense") == found(database, clock)


def test_filters(database, clock, add):
    add("a-1", region="Surakarta", market="Pasar Gede", app="1.0")
    add("a_2", region="Surakarta", market="Pasar Legi", app="1.1", quarantined=1)
    add("b-1", region="Yogyakarta", market="Beringharjo", app="1.1")
    for chosen, names in (
        (Filter(region="Surakarta"), ["a_2", "a-1"]),
        (Filter(market="Beringharjo"), ["b-1"]),
        (Filter(app="1.1"), ["a_2", "b-1"]),
        (Filter(state="quarantined"), ["a_2"]),
        (Filter(name="a_"), ["a_2"]),
        (Filter(name="%"), []),
    ):
        assert [one.name for one in found(database, clock, chosen)] == names, chosen
    with database.read() as connection:
        assert standing.choices(connection) == {
            "region": ["Surakarta", "Yogyakarta"],
            "market": ["Beringharjo", "Pasar Gede", "Pasar Legi"],
            "app": ["1.0", "1.1"],
        }


def test_the_page_renews_itself_only_when_something_changed(signed_in, add, clock):
    browser = signed_in(Role.VIEWER)
    kiosk = add("k-1")
    page = browser.get("/").text
    address = re.search(r'hx-get="/console([^"]+)"', page)[1].replace("&amp;", "&")
    assert browser.get(address).status_code == 204
    add("k-2", quarantined=4)
    renewed = browser.get(address)
    assert renewed.status_code == 200
    assert 'id="k-k-2"' in renewed.text
    assert "<html" not in renewed.text
    assert kiosk.name in renewed.text
    clock.advance(31 * 60)
    assert browser.get(address, headers={"HX-Request": "true"}).headers["hx-redirect"] == "/console/sign-in?next=/fleet"


def test_the_fleet_as_a_sheet(signed_in, add):
    browser = signed_in(Role.VIEWER)
    add("k-1", market='=HYPERLINK("x")', app="1.0")
    add("k-2", waiting=3)
    text = browser.get("/fleet.csv").text
    assert text.startswith("\ufeff")
    lines = text.removeprefix("\ufeff").splitlines()
    assert len(lines) == 3
    assert '"\'=HYPERLINK(""x"")"' in text


def test_nobody_looks_without_signing_in(browser):
    for path in ("/", "/fleet", "/fleet.csv"):
        assert browser.get(path, follow=False).status_code == 303
