"""One kiosk and one record as pages: the log is filtered, the way is whole, orders need a code and are written down."""

import re
import uuid

import pytest

from kiosk.domain.act import Act, Kind
from kiosk.domain.stock import restocked
from sync.central import acts, alarms
from sync.central.console import audit
from sync.central.console.accounts import Role
from sync.central.provisioning import add_kiosk, provision

from ..conftest import BOTH, NUMBER_KEY, Kiosk

pytestmark = BOTH


@pytest.fixture
def kiosk(database, clock, exchange) -> Kiosk:
    """Three records in two rounds, one of them refused."""
    kiosk = Kiosk("pasar-1")
    provision(database, add_kiosk(database, "pasar-1", "Surakarta", "Pasar Gede"), kiosk.public_key, NUMBER_KEY, clock)
    return kiosk


def answered(exchange, kiosk, *records, **beat):
    return exchange.answer(*kiosk.sent(kiosk.request(*records, beat={"boot": uuid.uuid4(), **beat})))


def test_who_is_not_signed_in_sees_nothing(kiosk, browser):
    assert "/sign-in" in str(browser.get("/kiosks/pasar-1").url)
    assert "/sign-in" in str(browser.get("/records/pasar-1/1").url)


def test_a_kiosk_that_nobody_knows(signed_in):
    assert signed_in(Role.VIEWER).get("/kiosks/nobody").status_code == 404


def test_the_log_and_its_filters(kiosk, exchange, clock, signed_in):
    answered(exchange, kiosk, *kiosk.many(2))
    clock.advance(60)
    answered(exchange, kiosk, waiting=4)
    browser = signed_in(Role.VIEWER)
    text = browser.get("/kiosks/pasar-1").text
    assert 'href="/console/records/pasar-1/1"' in text
    assert "<svg" in text
    with_records = browser.get("/kiosks/pasar-1?records=true").text
    assert len(re.findall('<td class="nowrap main">', with_records)) == 1
    assert "/records/pasar-1/1" not in browser.get("/kiosks/pasar-1?seq=99").text
    assert "/records/pasar-1/1" in browser.get("/kiosks/pasar-1?seq=2").text
    assert "/records/pasar-1/1" not in browser.get("/kiosks/pasar-1?cause=chain").text
    assert "/records/pasar-1/1" in browser.get("/kiosks/pasar-1?day=2026-11-22").text
    assert "/records/pasar-1/1" not in browser.get("/kiosks/pasar-1?day=2026-11-21").text
    assert "/records/pasar-1/1" in browser.get("/kiosks/pasar-1?day=nonsense").text
    sheet = browser.get("/kiosks/pasar-1/rounds.csv?records=true")
    assert len(sheet.text.splitlines()) == 2
    assert sheet.headers["content-type"].startswith("text/csv")


def test_the_page_is_live(kiosk, exchange, clock, signed_in):
    browser = signed_in(Role.VIEWER)
    text = browser.get("/kiosks/pasar-1").text
    path, mark = re.search(r'hx-get="/console(/kiosks/pasar-1/live\S*?)live=(\w+)"', text).groups()
    path = path.replace("&amp;", "&")
    assert browser.get(f"{path}live={mark}").status_code == 204
    answered(exchange, kiosk, *kiosk.many(1))
    assert "/records/pasar-1/1" in browser.get(f"{path}live={mark}").text


def test_officers_visits_and_stock_without_names(kiosk, database, clock, signed_in):
    now = clock.wall_ms()
    done = (restocked("paper", "0417", 0, 60_000), Act(Kind.TESTED, "0417", {"part": "printer"}))
    with database.write() as connection:
        arrived = [acts.Arrived(n, uuid.uuid4(), now, now, act) for n, act in enumerate(done, 1)]
        acts.keep(connection, database, "pasar-1", arrived)
    text = signed_in(Role.VIEWER).get("/kiosks/pasar-1").text
    assert "60 m" in text
    assert "0417" in text
    assert browser_rows(text, "Menguji alat", "Tested a part")


def browser_rows(text: str, *either: str) -> bool:
    return any(one in text for one in either)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.COORDINATOR])
def test_who_only_looks_can_order_nothing(kiosk, signed_in, role):
    browser = signed_in(role)
    assert "ask=revoke" not in browser.get("/kiosks/pasar-1").text
    browser.get("/account")
    assert browser.post("/kiosks/pasar-1/revoke", code="000000").status_code == 403


def test_revoking_needs_a_code_counts_with_the_next_request_and_is_written_down(
    kiosk, exchange, database, signed_in, code
):
    answered(exchange, kiosk, *kiosk.many(1))
    browser = signed_in(Role.OPS)
    assert "do-revoke" in browser.get("/kiosks/pasar-1?ask=revoke").text
    assert browser.post("/kiosks/pasar-1/revoke", code="000000").status_code == 422
    browser.get("/kiosks/pasar-1?ask=revoke")
    assert browser.post("/kiosks/pasar-1/revoke", code=code()).status_code == 200
    with pytest.raises(Exception, match="revoked"):
        answered(exchange, kiosk, *kiosk.many(1))
    entries = audit.read(database, kiosk="pasar-1")
    assert [(entry.account, entry.deed) for entry in entries] == [("a-ops", "kiosk_revoked")]
    browser.get("/kiosks/pasar-1?ask=unrevoke")
    assert browser.post("/kiosks/pasar-1/unrevoke", code=code()).status_code == 200


def test_alarms_that_were_looked_at_end(kiosk, database, signed_in):
    with database.write() as connection:
        alarms.raise_(connection, database, "pasar-1", alarms.Kind.GAP, [(2, 3)], 1)
    browser = signed_in(Role.OPS)
    assert "do-seen" in browser.get("/kiosks/pasar-1?ask=seen").text
    browser.post("/kiosks/pasar-1/seen")
    with database.read() as connection:
        assert alarms.listed(connection, cleared=False) == []


def test_a_records_way_and_each_look_at_it(kiosk, exchange, clock, database, signed_in):
    (record,) = kiosk.many(1)
    answer = answered(exchange, kiosk, record)
    assert answer is not None
    browser = signed_in(Role.VIEWER)
    text = browser.get("/records/pasar-1/1").text
    assert browser_rows(text, "Disimpan di kios", "Kept at the kiosk")
    assert text.count('<li class="open">') == 2  # not examined and not decided yet
    browser.get("/records/pasar-1/1")
    looks = [entry for entry in audit.read(database) if entry.deed == "record_looked"]
    assert [(look.account, look.kiosk) for look in looks] == [("a-viewer", "pasar-1")] * 2
    assert looks[0].record
    found = browser.get(f"/records?code={looks[0].record}")
    assert str(found.url).endswith("/records/pasar-1/1")
    assert browser.get("/records?code=7K3M-9QTX-R").status_code == 404
    assert browser.get("/records/pasar-1/77").status_code == 404
