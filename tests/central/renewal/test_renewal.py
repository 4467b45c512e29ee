"""From the branch's file to the kiosk, and to those who agreed: over real HTTP and SMTP, never once too often."""

import dataclasses
import http.server
import socketserver
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import settings, words
from kiosk.clock import StillClock
from kiosk.domain.enrolment import Consent
from kiosk.domain.errors import SettingsError
from kiosk.domain.outcome import Due, Outcome, State
from kiosk.domain.record import Record, number_info
from kiosk.domain.tariff import Month
from kiosk.resources import CONFIG
from sync import wire
from sync.central import outcomes, schema
from sync.central.__main__ import main
from sync.central.database import Database
from sync.central.deeds import Centre
from sync.central.opening import SUITE
from sync.central.renewal import command, dues, reminders, ways
from sync.central.worker import Worker

from ..conftest import BOTH, CENTRAL_KEY, KIOSK_NUMBER_KEY, PEOPLE_KEY, Hook, Kiosk, Post, serving

PUBLIC_KEY = CENTRAL_KEY.public_key().public_bytes_raw()
Sent = Callable[..., wire.Answer]
AGREED = (Consent("registration", True, "t", "id", 1), Consent("reminders", True, "t", "id", 1))
REFUSED = (Consent("registration", True, "t", "id", 1), Consent("reminders", False, "t", "id", 1))
TODAY = date(2027, 1, 26)  # paid until January: February begins within a week


def file(folder: Path, *lines: str) -> Path:
    path = folder / "iuran.csv"
    path.write_text("\n".join(("code,until,payment,amount", *lines)) + "\n")
    return path


def accepted(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, *people: dict[str, object], number: str = ""
) -> list[Record]:
    """Enrolled, examined, and accepted by the branch."""
    records = [kiosk.next(**one) for one in people]
    send(*records)
    while worker.step():
        pass
    with database.write() as connection:
        decided = [outcomes.Decision(one.id, Outcome(State.ACCEPTED, number=number), b"mark") for one in records]
        outcomes.append(connection, kiosk.name, decided, 1_795_312_900_000)
    return records


def code_of(database: Database, record: Record) -> str:
    with database.read() as connection:
        return str(connection.scalar(sa.select(schema.examined.c.code).where(schema.examined.c.id == record.id)))


def bring(database: Database, folder: Path, clock: StillClock, *lines: str) -> dues.Decided:
    return dues.bring(database, file(folder, *lines), PEOPLE_KEY, PUBLIC_KEY, clock)


def due_of(records: list[Record], database: Database, folder: Path, clock: StillClock, until: str = "2027-01") -> None:
    lines = [f"{code_of(database, one)},{until},88810012345678,16800" for one in records]
    assert bring(database, folder, clock, *lines).wrong == ()


@BOTH
def test_what_is_due_reaches_the_kiosk_sealed(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock
) -> None:
    (record,) = accepted(database, kiosk, send, worker, {"association": "KOP"}, number="12345678901")
    (first,) = send().outcomes
    due_of([record], database, tmp_path, clock)
    told = send(cursor=first.n).outcomes
    assert [(one.state, one.n) for one in told] == [("accepted", 2)]
    assert b"888" not in told[0].number
    secret = SUITE.decrypt(told[0].number, KIOSK_NUMBER_KEY, info=number_info(kiosk.name, record.id)).decode()
    outcome = Outcome.told(State.ACCEPTED, "", secret)
    assert outcome.due == Due(Month(2027, 1), "88810012345678", 16_800)
    assert outcome.number == ""  # the kiosk keeps the one that it has
    with database.read() as connection:
        months = 2027 * 12
        assert connection.scalar(sa.select(schema.member.c.until)) == months
        assert connection.scalar(sa.select(schema.person.c.until)) == months
        assert b"888" not in bytes(connection.scalar(sa.select(schema.due.c.code)))
    again = bring(database, tmp_path, clock, f"{code_of(database, record)},2027-01,8881 0012 345678,16.800")
    assert (again.new, again.known) == (0, 1)
    changed = bring(database, tmp_path, clock, f"{code_of(database, record)},2027-02,88810012345679,16800")
    assert (changed.new, changed.known) == (1, 0)


@BOTH
def test_lines_that_cannot_be_used(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock
) -> None:
    (record,) = accepted(database, kiosk, send, worker, {})
    (open_,) = [kiosk.next()]
    send(open_)
    while worker.step():
        pass
    mine, other = code_of(database, record), code_of(database, open_)
    done = bring(
        database, tmp_path, clock, f"{mine},2027-13,8881,1", f"{mine},2027-01,8,1", f"{mine},2027-01,8881,-5",
        f"{mine},2027-01,8881,x", "AAAA,2027-01,8881,1", f"{other},2027-01,8881,5000", f"{mine},2027-01,8881,5000",
        f"{mine},2027-01,8882,5000", f"{mine},2027-01",
    )  # fmt: skip
    assert done.new == 1
    reasons = {one.line: one.reason for one in done.wrong}
    assert reasons == {
        2: "due", 3: "due", 4: "due", 5: "due", 6: "code", 7: "not_accepted", 9: "twice", 10: "columns",
    }  # fmt: skip


def waiting(database: Database, today: date = TODAY, days: int = 7) -> list[reminders.Reminder]:
    return list(reminders.waiting(database, CENTRAL_KEY, today, days, 3))


@BOTH
def test_only_who_agreed_and_only_when_it_is_time(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock
) -> None:
    records = accepted(
        database, kiosk, send, worker,
        {"consents": AGREED, "phone": "+6281234567890", "language": "jv"}, {"consents": REFUSED, "phone": "+6281"}, {},
    )  # fmt: skip
    due_of(records, database, tmp_path, clock)
    (one,) = waiting(database)
    assert (one.id, one.phone, one.language, one.due.amount) == (records[0].id, "+6281234567890", "jv", 16_800)
    assert waiting(database, date(2027, 1, 24)) == []
    assert len(waiting(database, date(2027, 1, 25))) == 1  # seven days before February
    assert len(waiting(database, date(2027, 4, 30))) == 1
    assert waiting(database, date(2027, 5, 1)) == []  # three months unpaid: there is no cover to keep
    assert waiting(database, TODAY, days=3) == []


@BOTH
def test_once_a_month_and_no_more(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock
) -> None:
    records = accepted(database, kiosk, send, worker, {"consents": AGREED, "phone": "+6281234567890"})
    due_of(records, database, tmp_path, clock)
    (one,) = waiting(database)
    assert reminders.note(database, one, "gateway", 1)
    assert not reminders.note(database, one, "gateway", 1)  # two programs at once
    assert waiting(database) == []
    assert len(waiting(database, date(2027, 2, 1))) == 1
    reminders.take_back(database, one)
    assert waiting(database)[0].key == one.key


@pytest.fixture
def gateway() -> Iterator[socketserver.TCPServer]:
    yield from serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook))


@pytest.fixture
def post() -> Iterator[socketserver.TCPServer]:
    yield from serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post))


@pytest.fixture
def remind(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: StillClock
) -> Callable[..., int]:
    """`kiosk-central remind` on the day TODAY, with this plan."""
    import argparse

    def remind(plan: str, *, dry: bool = False, day: date = TODAY) -> int:
        path = tmp_path / "reminders.toml"
        path.write_text(plan)
        chosen = settings.load()
        central = dataclasses.replace(chosen.central, reminders=str(path))
        monkeypatch.setattr(command.keys, "load", lambda _: CENTRAL_KEY)
        monkeypatch.setattr(command, "today", lambda *_: day)
        home, told = tmp_path, dataclasses.replace(chosen, central=central)
        return command.remind(Centre(database, home, told, words.load("id"), clock), argparse.Namespace(dry_run=dry))

    return remind


def plan(server: socketserver.TCPServer, more: str = "") -> str:
    url = f"http://127.0.0.1:{server.server_address[1]}/send"
    return f'days_before = 7\nby = ["gateway"]\n[gateway]\nurl = "{url}"\n{more}'


@BOTH
def test_through_a_gateway(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, gateway, remind,
    capsys: pytest.CaptureFixture[str], log,
) -> None:  # fmt: skip
    people = ({"consents": AGREED, "phone": "+6281234567890"}, {"consents": AGREED})  # the second has no phone
    due_of(accepted(database, kiosk, send, worker, *people), database, tmp_path, clock)
    (tmp_path / "token").write_text("secret-token\n")
    told = plan(gateway, f'token_file = "{tmp_path / "token"}"')
    assert remind(told, dry=True) == 0
    assert gateway.letters == []
    assert remind(told) == 0
    (headers,), (body,) = gateway.heads, gateway.letters
    assert body["to"] == "+6281234567890"
    assert "88810012345678" in body["text"]
    assert "Rp 16.800" in body["text"]
    assert "Januari 2027" in body["text"]
    assert "SITI" not in body["text"]
    assert headers["Authorization"] == "Bearer secret-token"
    assert headers["Idempotency-Key"]
    assert remind(told) == 0
    assert len(gateway.letters) == 1  # once this month
    said = capsys.readouterr()
    assert "+62812" not in said.out + said.err + log.getvalue()


@pytest.mark.parametrize(("status", "again"), [(302, True), (400, True), (429, True), (500, False), (503, False)])
def test_what_may_have_gone_out_counts(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, gateway, remind,
    status: int, again: bool,
) -> None:  # fmt: skip
    people = ({"consents": AGREED, "phone": "+6281234567890"},)
    due_of(accepted(database, kiosk, send, worker, *people), database, tmp_path, clock)
    gateway.status = status
    remind(plan(gateway))
    assert bool(waiting(database)) is again


def test_a_gateway_that_is_not_there(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, gateway, remind
) -> None:
    due_of(
        accepted(database, kiosk, send, worker, {"consents": AGREED, "phone": "+6281234567890"}), database, tmp_path,
        clock,
    )  # fmt: skip
    told = plan(gateway)
    gateway.shutdown()
    gateway.server_close()
    assert remind(told) == 1
    assert len(waiting(database)) == 1
    gateway.serve_forever = lambda: None  # the fixture ends it once more


def test_a_list_for_the_coordinator(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, remind
) -> None:
    people = ({"consents": AGREED, "association": "KOP", "phone": "+6281234567890"}, {"consents": AGREED})
    due_of(accepted(database, kiosk, send, worker, *people), database, tmp_path, clock)
    told = f'by = ["list"]\n[list]\nfolder = "{tmp_path}"\n'
    assert remind(told) == 0
    path = tmp_path / f"KOP-{TODAY}.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'+6281234567890" in lines[1]  # no spreadsheet takes it for a formula
    assert "2027-01" in lines[1]
    assert "SITI" not in lines[1]


def test_a_second_list_of_a_day_leaves_the_first(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, remind
) -> None:
    told = f'by = ["list"]\n[list]\nfolder = "{tmp_path}"\n'
    for _ in range(2):
        person = {"consents": AGREED, "association": "KOP"}
        due_of(accepted(database, kiosk, send, worker, person), database, tmp_path, clock)
        assert remind(told) == 0
    assert sorted(path.name for path in tmp_path.glob("KOP-*.csv")) == [f"KOP-{TODAY}-1.csv", f"KOP-{TODAY}.csv"]


def test_only_whom_nobody_was_told_of_is_tried_again(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, post, remind
) -> None:
    """One coordinator's letter is refused, the other's has gone: that one must not go twice."""
    people = [{"consents": AGREED, "association": code} for code in ("KOP", "PGS")]
    due_of(accepted(database, kiosk, send, worker, *people), database, tmp_path, clock)
    with database.write() as connection:
        connection.execute(sa.update(schema.member).values(number="K-17"))
    mail = f'host = "127.0.0.1"\nport = {post.server_address[1]}\nstarttls = false\nuser = ""\npassword_file = ""\n'
    to = '[mail.to]\nKOP = "koordinator@example.id"\nPGS = "refused@example.id"\n'
    assert remind(f'by = ["mail"]\n[mail]\n{mail}sender = "kios@example.id"\n{to}') == 1
    assert len(post.letters) == 1
    assert [one.association for one in waiting(database)] == ["PGS"]


def test_no_file_is_named_by_what_a_kiosk_says(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, remind
) -> None:
    due_of(
        accepted(database, kiosk, send, worker, {"consents": AGREED, "association": "../X"}), database, tmp_path, clock
    )
    (tmp_path / "lists").mkdir()
    assert remind(f'by = ["list"]\n[list]\nfolder = "{tmp_path / "lists"}"\n') == 0
    assert not list(tmp_path.rglob("*X*"))


def test_a_list_that_cannot_be_written_is_tried_again(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, remind
) -> None:
    due_of(
        accepted(database, kiosk, send, worker, {"consents": AGREED, "association": "KOP"}), database, tmp_path, clock
    )
    assert remind(f'by = ["list"]\n[list]\nfolder = "{tmp_path / "nowhere"}"\n') == 1
    assert len(waiting(database)) == 1


def test_a_letter_to_the_coordinator_holds_numbers_alone(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock, post, remind
) -> None:
    people = ({"consents": AGREED, "association": "KOP", "phone": "+6281234567890"},)
    due_of(accepted(database, kiosk, send, worker, *people), database, tmp_path, clock)
    with database.write() as connection:
        connection.execute(sa.update(schema.member).values(number="K-17"))
    mail = f'host = "127.0.0.1"\nport = {post.server_address[1]}\nstarttls = false\nuser = ""\npassword_file = ""\n'
    told = f'by = ["mail"]\n[mail]\n{mail}sender = "kios@example.id"\n[mail.to]\nKOP = "koordinator@example.id"\n'
    assert remind(told) == 0
    (letter,) = post.letters
    assert "K-17  2027-01" in letter
    assert "8123" not in letter
    assert "888100" not in letter


def test_the_example_can_be_read(tmp_path: Path) -> None:
    found = ways.read(CONFIG / "reminders.example.toml")
    assert (found.days_before, found.by) == (7, ("gateway", "list"))


@pytest.mark.parametrize(
    "told",
    [
        "by = []", 'by = ["pigeon"]\n[pigeon]', 'by = ["gateway"]\n[gateway]\nurl = "http://example.id"',
        'days_before = 99\nby = ["list"]\n[list]', 'by = ["list"]',
    ],
)  # fmt: skip
def test_a_plan_that_is_wrong_names_its_key(tmp_path: Path, told: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(told)
    with pytest.raises(SettingsError, match=r"settings\.value"):
        ways.read(path)


def test_nothing_is_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "init"]) == 0
    assert main(["--home", str(tmp_path), "add-kiosk", "K"]) == 0
    assert main(["--home", str(tmp_path), "remind"]) == 1
    assert "[central] reminders" in capsys.readouterr().err


def test_a_payment_code_is_opened_by_this_key_alone(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, tmp_path: Path, clock: StillClock
) -> None:
    due_of(accepted(database, kiosk, send, worker, {"consents": AGREED}), database, tmp_path, clock)
    with database.read() as connection:
        row = connection.execute(sa.select(schema.due)).one()
    assert dues.payment_code(bytes(row.code), row.kiosk, row.id, CENTRAL_KEY) == "88810012345678"
    assert dues.payment_code(bytes(row.code), row.kiosk, row.id, X25519PrivateKey.generate()) == ""
