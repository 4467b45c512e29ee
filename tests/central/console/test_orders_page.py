"""Orders, alerts, lists and tables as pages: who may what, what is refused, and what is written down."""

import csv
import io
import re
import uuid

import httpx
import openpyxl
import pytest
import sqlalchemy as sa

from kiosk.domain.act import Kind
from kiosk.domain.outcome import Outcome, State
from kiosk.domain.stock import drawn, restocked
from sync import bundle
from sync.central import mastering, outcomes, schema
from sync.central.associations import register
from sync.central.console import audit
from sync.central.console.accounts import Role
from sync.central.provisioning import add_kiosk, provision
from sync.central.rights import looks

from ..conftest import ANSWER_KEY, BOTH, NUMBER_KEY, Kiosk, person

pytestmark = BOTH
SITI, AGUS = "3372015708759001", "3372010101800001"  # fictional


@pytest.fixture
def kiosk(database, clock) -> Kiosk:
    kiosk = Kiosk("pasar-1")
    provision(database, add_kiosk(database, "pasar-1", "Surakarta", "Pasar Gede"), kiosk.public_key, NUMBER_KEY, clock)
    return kiosk


def parcel(browser, path: str, files: dict[str, bytes], token: str | None = None) -> httpx.Response:
    """A form with files, as the page that was read last has it."""
    found = re.search(r'name="csrf" value="(\w+)"', browser.page.text)
    csrf = token if token is not None else found[1] if found else browser.token
    browser.token = csrf
    sent = [("file", (name, raw, "application/octet-stream")) for name, raw in files.items()]
    return browser.request("POST", path, data={"csrf": csrf}, files=sent)


def deeds(database) -> list[str]:
    return [entry.deed for entry in audit.read(database) if entry.deed not in ("signed_in", "code_failed")]


def answered(exchange, kiosk, *records, **beat):
    return exchange.answer(*kiosk.sent(kiosk.request(*records, beat={"boot": uuid.uuid4(), **beat})))


def examined(worker) -> None:
    while worker.step():
        pass


def test_holding_and_releasing(kiosk, database, clock, signed_in, code):
    browser = signed_in(Role.OPS)
    assert "do-hold" in browser.get("/kiosks/pasar-1?ask=hold").text
    assert browser.post("/kiosks/pasar-1/hold", hours="6", code="000000").status_code == 422
    browser.get("/kiosks/pasar-1?ask=hold")
    assert browser.post("/kiosks/pasar-1/hold", hours="7", code=code()).status_code == 400
    browser.get("/kiosks/pasar-1?ask=hold")
    assert browser.post("/kiosks/pasar-1/hold", hours="6", code=code()).status_code == 200
    with database.read() as connection:
        until = connection.scalar(sa.select(schema.kiosk.c.held_until_ms))
    assert until == clock.wall_ms() + 6 * 3_600_000
    assert "pasar-1" in browser.get("/?state=held").text
    browser.get("/kiosks/pasar-1?ask=release")
    assert browser.post("/kiosks/pasar-1/release").status_code == 200
    assert deeds(database) == ["kiosk_released", "kiosk_held"]


def test_asking_again(kiosk, database, exchange, signed_in):
    answered(exchange, kiosk, *kiosk.many(3))
    browser = signed_in(Role.OPS)
    browser.get("/kiosks/pasar-1?ask=resend")
    assert browser.post("/kiosks/pasar-1/resend", first="x", last="").status_code == 422
    browser.get("/kiosks/pasar-1?ask=resend")
    assert browser.post("/kiosks/pasar-1/resend", first="2", last="3").status_code == 200
    assert "2–3" in browser.get("/kiosks/pasar-1").text
    assert answered(exchange, kiosk).answer.lacks == (2, 3)


def test_what_runs_low_and_what_failed_is_a_reason(kiosk, exchange, worker, clock, signed_in, database):
    now = clock.wall_ms()
    acts = [restocked("paper", "0417", 0, 60_000)]
    acts += [drawn("paper", 60_000 - n * 19_000, 60_000 - (n + 1) * 19_000) for n in range(3)]
    records = [
        kiosk.act(one.kind, one.officer, captured_ms=now - (5 - at) * 86_400_000, **one.facts)
        for at, one in enumerate(acts)
    ]
    records.append(kiosk.act(Kind.TESTED, part="printer", outcome="failed"))
    records.append(kiosk.act(Kind.SET, setting="panel.brightness", old="70", new="90"))
    more = {"heat": 86, "closed": "maintenance", "aside.damaged": 2, "aside.cause_of_tomorrow": 1}
    answered(exchange, kiosk, more=more, now_ms=now, quarantined=3)
    answered(exchange, kiosk, *records, now_ms=now, quarantined=3)  # with records it tells no more, and that stays
    examined(worker)
    browser = signed_in(Role.VIEWER)
    for state in ("stock", "parts", "heat", "closed"):
        assert "k-pasar-1" in browser.get(f"/?state={state}").text, state
    text = browser.get("/kiosks/pasar-1").text
    assert "86 °C" in text
    assert "cause_of_tomorrow 1" in text
    assert "panel.brightness" in text
    assert "90" in text
    answered(exchange, kiosk, kiosk.act(Kind.TESTED, part="printer", outcome="passed"), now_ms=now)
    examined(worker)
    assert "k-pasar-1" not in browser.get("/?state=parts").text
    answered(exchange, kiosk, now_ms=now)  # cool, open, nothing set aside any more
    for state in ("heat", "closed", "quarantined"):
        assert "k-pasar-1" not in browser.get(f"/?state={state}").text, state


def test_the_spread_needs_a_code(kiosk, database, signed_in, code):
    browser = signed_in(Role.OPS)
    browser.get("/orders")
    assert browser.post("/orders/spread", seconds="900", code="123456").status_code == 422
    browser.get("/orders")
    assert browser.post("/orders/spread", seconds="900", code=code()).status_code == 200
    with database.read() as connection:
        assert connection.scalar(sa.select(schema.control.c.value)) == 900
    browser.get("/orders")
    assert browser.post("/orders/spread", seconds="-1", code=code()).status_code == 400
    browser.get("/orders")
    browser.post("/orders/spread", seconds="", code=code())
    with database.read() as connection:
        assert connection.scalar(sa.select(schema.control.c.value)) is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.COORDINATOR])
def test_who_only_looks_gives_no_orders(role, kiosk, signed_in, database):
    browser = signed_in(role)
    assert browser.get("/orders").status_code == 403
    browser.get("/account")
    assert browser.post("/orders/spread", seconds="60", code="000000").status_code == 403
    browser.get("/account")
    assert parcel(browser, "/orders/draft", {"targets.csv": b"x"}).status_code == 403
    browser.get("/account")
    assert browser.post("/kiosks/pasar-1/resend", first="1", last="1").status_code == 403
    assert deeds(database) == []


def test_master_data_is_looked_at_before_it_is_published(kiosk, database, signed_in, code):
    browser = signed_in(Role.ADMIN)
    table = browser.get("/orders/files/targets.csv").text
    assert table.startswith("market,")
    changed = table.replace("600", "650")
    browser.get("/orders")
    preview = parcel(browser, "/orders/draft", {"targets.csv": changed.encode()})
    assert "<ins>Pasar Gede" in preview.text
    assert "650" in preview.text
    with database.read() as connection:
        assert mastering.newest(connection) is None  # nothing yet
    assert browser.post("/orders/publish", code="000000").status_code == 422
    browser.get("/orders/draft")
    assert browser.post("/orders/publish", code=code()).status_code == 200
    with database.read() as connection:
        version, raw = mastering.newest(connection)
    files = bundle.opened(raw, ANSWER_KEY.public_key().public_bytes_raw()).files
    assert (version, b"650" in files["targets.csv"]) == (1, True)
    assert "master_published" in deeds(database)
    browser.get("/orders")
    assert browser.post("/orders/publish", code=code()).status_code == 404  # it is gone with the publishing


def test_master_data_that_no_kiosk_could_use_is_no_draft(kiosk, database, signed_in):
    browser = signed_in(Role.ADMIN)
    for name, raw in (("targets.csv", b"nonsense"), ("officers.csv", b"a,b"), ("passwd", b"x")):
        browser.get("/orders")
        answer = parcel(browser, "/orders/draft", {name: raw})
        assert answer.status_code == 409, name
    browser.get("/orders")
    assert parcel(browser, "/orders/draft", {"targets.csv": b""}).status_code == 422
    assert "do-publish" not in browser.get("/orders/draft").text
    assert browser.get("/orders/files/officers.csv").status_code == 404


def test_a_parcel_without_its_token_or_too_big_is_refused(kiosk, signed_in):
    browser = signed_in(Role.ADMIN)
    browser.get("/orders")
    assert parcel(browser, "/orders/draft", {"targets.csv": b"x"}, token="0" * 64).status_code == 403
    browser.get("/orders")
    assert parcel(browser, "/orders/draft", {"targets.csv": b"x" * 7_000_000}).status_code == 413
    browser.get("/orders")
    assert browser.post("/orders/draft").status_code == 415


def members_list(*niks: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["No Anggota", "Nama", "NIK"])
    for at, nik in enumerate(niks, 1):
        book.active.append([f"K-{at}", "SPESIMEN RAHASIA", nik])
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def test_a_coordinator_sends_a_list_and_sees_only_their_own(database, clock, signed_in, worker):
    register.entrust(database, "KOP", "a-coordinator")
    browser = signed_in(Role.COORDINATOR)
    text = browser.get("/associations").text
    assert "/associations/KOP" in text
    assert "/associations/KLB" not in text
    assert browser.get("/associations/KLB").status_code == 404
    browser.get("/associations/KOP")
    assert parcel(browser, "/associations/KLB/lists", {"a.xlsx": members_list(SITI)}).status_code == 404
    browser.get("/associations/KOP")
    answer = parcel(browser, "/associations/KOP/lists", {"anggota.xlsx": members_list(SITI, AGUS, "3.37E+15")})
    assert answer.status_code == 200
    with database.read() as connection:
        raw = bytes(connection.scalar(sa.select(schema.upload.c.sealed)))
    assert b"SPESIMEN" not in raw  # the web server keeps nothing that it could read again
    assert b"PK" not in raw[:4]
    assert worker.desk() == 1
    text = browser.get("/associations/KOP").text
    assert "C4" in text
    assert "SPESIMEN" not in text
    assert SITI not in text
    sheet = browser.get("/associations/KOP/roll.csv").text
    assert [row[0] for row in csv.reader(io.StringIO(sheet.lstrip("\ufeff")))][1:] == ["K-1", "K-2"]
    with database.read() as connection:
        row = connection.execute(sa.select(schema.upload)).one()
    assert row.sealed is None
    assert worker.desk() == 0
    assert "list_sent" in deeds(database)


def test_a_coordinator_without_codes_sends_nothing(database, browser, somebody):
    register.entrust(database, "KOP", "wening")
    somebody("wening", Role.COORDINATOR, with_codes=False)
    browser.sign_in("wening")
    browser.get("/associations/KOP")
    answer = parcel(browser, "/associations/KOP/lists", {"a.xlsx": members_list(SITI)})
    assert answer.status_code == 403
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.upload)) == 0


def test_lists_that_cannot_be_read_say_so(database, signed_in, worker):
    browser = signed_in(Role.OPS)
    for name, raw in (("x.xlsx", b"no workbook"), ("x.csv", b"a;b\n1;2\n")):
        browser.get("/associations/KOP")
        assert parcel(browser, "/associations/KOP/lists", {name: raw}).status_code == 200
    browser.get("/associations/KOP")
    assert parcel(browser, "/associations/KOP/lists", {"x.exe": b"MZ"}).status_code == 409
    assert worker.desk() + worker.desk() == 2
    text = browser.get("/associations/KOP").text
    assert re.search("Tidak bisa dibaca|It cannot be read", text)
    assert re.search("Tidak ada kolom NIK|No column is called NIK", text)


def test_a_viewer_sees_counts_and_no_roll(database, signed_in, worker):
    browser = signed_in(Role.OPS)
    browser.get("/associations/KOP")
    parcel(browser, "/associations/KOP/lists", {"a.xlsx": members_list(SITI)})
    worker.desk()
    assert "K-1" in browser.get("/associations/KOP").text
    browser = signed_in(Role.VIEWER)
    text = browser.get("/associations/KOP").text
    assert "K-1" not in text
    assert '<a class="tile" id="t-awaited"' in text
    assert browser.get("/associations/KOP/roll.csv").status_code == 403


def test_lists_do_not_pile_up(database, signed_in, worker):
    browser = signed_in(Role.OPS)
    for number in range(6):
        browser.get("/associations/KOP")
        status = parcel(browser, "/associations/KOP/lists", {"a.csv": b"NIK;Nama\n"}).status_code
        assert status == (200 if number < 5 else 409)
    worker.desk()
    browser.get("/associations/KOP")
    assert parcel(browser, "/associations/KOP/lists", {"a.csv": b"NIK;Nama\n"}).status_code == 200


def test_alerts_are_taken_on(kiosk, database, clock, signed_in):
    with database.write() as connection:
        for rule, name in (("silent", "pasar-1"), ("silent", "pasar-2"), ("sign_in", "console"), ("silent", "")):
            row = {"rule": rule, "kiosk": name, "since_ms": 1, "told_ms": 1, "seen": False}
            connection.execute(sa.insert(schema.alert).values(**row))
    browser = signed_in(Role.VIEWER)
    assert "seen-silent" not in browser.get("/alerts").text
    assert browser.post("/alerts/silent/seen").status_code == 403
    browser = signed_in(Role.OPS)
    assert "seen-silent" in browser.get("/alerts").text
    browser.post("/alerts/silent/seen")
    with database.read() as connection:
        seen = connection.execute(sa.select(schema.alert.c.rule).where(schema.alert.c.seen)).scalars().all()
    assert sorted(seen) == ["silent", "silent"]
    browser.get("/alerts")
    assert browser.post("/alerts/nothing/seen").status_code == 404
    assert len(browser.get("/alerts.csv").text.splitlines()) == 4


def test_every_table_as_csv_and_nothing_secret_in_it(kiosk, exchange, worker, database, signed_in, clock):
    record = kiosk.next(association="KOP")
    answered(exchange, kiosk, record, kiosk.act(Kind.ENTERED), now_ms=2**62)  # and a clock that no calendar has
    examined(worker)
    with database.write() as connection:
        decision = outcomes.Decision(record.id, Outcome(State.ACCEPTED, "", "12345678901"), b"m" * 32)
        outcomes.append(connection, kiosk.name, [decision], clock.wall_ms())
    browser = signed_in(Role.ADMIN)
    names = re.findall(r'id="csv-([\w-]+)"', browser.get("/tables").text)
    assert len(names) == 17
    for name in names:
        answer = browser.get(f"/tables/{name}.csv")
        assert answer.status_code == 200, name
        head = answer.text.splitlines()[0]
        assert not re.search(r"secret|sealed|password|hash|_key|\braw|mark\b", head), name
    assert "a-admin" in browser.get("/tables/audit.csv").text
    assert browser.get("/tables/account.csv").status_code == 404
    assert browser.get("/tables/session.csv").status_code == 404


@pytest.mark.parametrize(
    ("role", "closed"), [(Role.COORDINATOR, "members"), (Role.VIEWER, "members"), (Role.VIEWER, "audit")]
)
def test_tables_that_are_not_for_everybody(role, closed, signed_in):
    browser = signed_in(role)
    assert f"csv-{closed}" not in browser.get("/tables").text
    assert browser.get(f"/tables/{closed}.csv").status_code == 403


def test_the_person_of_a_record_is_shown_by_the_worker_alone(kiosk, exchange, worker, database, signed_in, clock):
    record = kiosk.next(phone="+6281234567890")
    answered(exchange, kiosk, record)
    browser = signed_in(Role.OPS)
    text = browser.get("/records/pasar-1/1").text
    assert "SITI" not in text
    assert "do-look" in text
    waiting = browser.post("/records/pasar-1/1/look").text
    assert "SITI" not in waiting
    assert re.search("menunggu program|waiting for the worker", waiting)
    path = "/" + str(browser.page.url).split("/console/")[1]
    with database.read() as connection:
        assert connection.scalar(sa.select(schema.look.c.sealed)) is None
    assert worker.desk() == 1
    text = browser.get(path).text
    assert "SITI CONTOH" in text
    assert person(1, record.id).nik in text
    with database.read() as connection:
        assert b"SITI" not in bytes(connection.scalar(sa.select(schema.look.c.sealed)))
    clock.advance(121)
    assert "SITI" not in browser.get(path).text
    looks.forget(database, clock.wall_ms())
    with database.read() as connection:
        assert bytes(connection.scalar(sa.select(schema.look.c.sealed))) == b""
    assert "person_looked" in deeds(database)


def test_who_may_not_see_the_person(kiosk, exchange, worker, database, signed_in, somebody, clock, codes):
    answered(exchange, kiosk, kiosk.next())
    browser = signed_in(Role.VIEWER)
    assert "do-look" not in browser.get("/records/pasar-1/1").text
    assert browser.post("/records/pasar-1/1/look").status_code == 403
    with database.write() as connection:  # and if somebody had taken over the web server
        id = connection.scalar(sa.select(schema.enrolment.c.id))
        asked = looks.ask(connection, codes, "pasar-1", id, "a-viewer", clock.wall_ms())
    worker.desk()
    with database.read() as connection:
        told = looks.shown(connection, codes, asked, "a-viewer", clock.wall_ms())
        assert told is not None
        assert told.said == {"refused": "role"}
        assert looks.shown(connection, codes, asked, "somebody", clock.wall_ms()) is None


def test_nobody_looks_through_the_whole_fleet(kiosk, exchange, worker, database, somebody, clock, codes):
    answered(exchange, kiosk, kiosk.next())
    somebody("sari", Role.OPS)
    said = []
    for _ in range(looks.AN_HOUR + 2):
        with database.write() as connection:
            id = connection.scalar(sa.select(schema.enrolment.c.id))
            asked = looks.ask(connection, codes, "pasar-1", id, "sari", clock.wall_ms())
        worker.desk()
        with database.read() as connection:
            told = looks.shown(connection, codes, asked, "sari", clock.wall_ms())
        clock.advance(1)
        said.append(told.said.get("refused", "shown"))
    assert said == ["shown"] * looks.AN_HOUR + ["often"] * 2
