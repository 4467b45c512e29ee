"""Find, copy, correct, erase; and everybody whose record was on a kiosk: on both databases."""

import io
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.clock import StillClock
from kiosk.domain.errors import SettingsError, StoreError
from kiosk.domain.outcome import Outcome, State
from kiosk.domain.record import Record
from sync import wire
from sync.central import keys, listing, outcomes, schema
from sync.central.__main__ import main
from sync.central.associations import members
from sync.central.database import Database
from sync.central.migrations import migrate
from sync.central.rights import corrections, subject
from sync.central.worker import Worker, again, mark_old

from ..conftest import BOTH, CENTRAL_KEY, PEOPLE_KEY, Kiosk, person

PUBLIC_KEY = CENTRAL_KEY.public_key().public_bytes_raw()
Sent = Callable[..., wire.Answer]


def nik(seq: int, record: Record) -> str:
    return person(seq, record.id).nik


def examine(worker: Worker) -> None:
    while worker.step():
        pass


def decide(database: Database, clock: StillClock, record: Record, state: State = State.ACCEPTED) -> None:
    with database.write() as connection:
        decision = outcomes.Decision(record.id, Outcome(state), b"mark")
        outcomes.append(connection, record.kiosk, [decision], clock.wall_ms())


@BOTH
def test_found_by_nik_and_by_code(database: Database, kiosk: Kiosk, send: Sent, worker: Worker) -> None:
    records = kiosk.many(2)
    send(*records)
    examine(worker)
    (one,) = subject.by_nik(database, PEOPLE_KEY, nik(1, records[0])).records
    assert (one.id, one.seq, one.state) == (records[0].id, 1, "")
    for typed in (f" {one.code.lower()} ", one.code.replace("-", ""), one.code.replace("0", "O").replace("1", "I")):
        assert subject.by_code(database, typed).records == (one,)
    with pytest.raises(SettingsError, match=r"person\.none"):
        subject.by_code(database, "no code")
    with pytest.raises(SettingsError, match=r"person\.none"):
        subject.by_nik(database, PEOPLE_KEY, "3372015708759001")
    with pytest.raises(SettingsError, match=r"person\.none"):
        subject.by_nik(database, bytes(32), nik(1, records[0]))  # without the key nobody finds anybody


@BOTH
def test_a_copy_holds_everything(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, clock: StillClock
) -> None:
    record = kiosk.next(association="KOP", phone="+6281234567890")
    send(record)
    examine(worker)
    decide(database, clock, record)
    found = subject.by_nik(database, PEOPLE_KEY, nik(1, record))
    told = json.loads(json.dumps(subject.copy(database, found, CENTRAL_KEY)))
    (one,) = told["records"]
    assert (one["enrolment"]["name"], one["enrolment"]["phone"]) == ("SITI CONTOH", "+6281234567890")
    assert [outcome["state"] for outcome in one["outcomes"]] == ["accepted"]
    assert told["associations"][0]["association"] == "KOP"


@BOTH
def test_a_correction_lies_over_what_the_kiosk_has_sealed(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker
) -> None:
    record = kiosk.next()
    send(record)
    examine(worker)
    found = subject.by_nik(database, PEOPLE_KEY, nik(1, record))
    said = corrections.understood(["name = Siti  Conto", "birth_date=1980-01-02", ""])
    assert subject.correct(database, found, said, PUBLIC_KEY, 1) == 1
    subject.correct(database, found, {"name": "SITI CONTOH BARU"}, PUBLIC_KEY, 2)
    (one,) = listing.arrived(database, CENTRAL_KEY)
    assert one.enrolment is not None
    assert (one.enrolment.name, one.enrolment.birth_date.isoformat()) == ("SITI CONTOH BARU", "1980-01-02")
    assert subject.copy(database, found, CENTRAL_KEY)["records"][0]["enrolment"]["name"] == "SITI CONTOH"
    with database.read() as connection:
        sealed = connection.execute(sa.select(schema.correction.c.sealed)).scalars().all()
    assert all(b"SITI" not in bytes(one) for one in sealed)


@pytest.mark.parametrize("line", ["nik=3372015708759001", "name=", "birth_date=1980-02-30", "phone=12", "name"])
def test_what_cannot_be_a_correction(line: str) -> None:
    with pytest.raises(SettingsError, match=r"person\.line"):
        corrections.understood([line])


@BOTH
def test_erased_is_gone_and_the_chain_stays_whole(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, clock: StillClock
) -> None:
    records = [kiosk.next(association="KOP"), kiosk.next(), kiosk.next()]
    send(*records)
    examine(worker)
    found = subject.by_nik(database, PEOPLE_KEY, nik(1, records[0]))
    with pytest.raises(SettingsError, match=r"person\.undecided"):
        subject.erase(database, found)
    decide(database, clock, records[0])
    subject.correct(database, found, {"name": "SITI"}, PUBLIC_KEY, 1)
    found = subject.by_nik(database, PEOPLE_KEY, nik(1, records[0]))
    assert subject.erase(database, found) == 1
    with pytest.raises(SettingsError, match=r"person\.none"):
        subject.by_nik(database, PEOPLE_KEY, nik(1, records[0]))
    assert [one.row.seq for one in listing.arrived(database, CENTRAL_KEY)] == [2, 3]
    with database.read() as connection:
        rows = connection.execute(sa.select(schema.enrolment).order_by(schema.enrolment.c.seq)).all()
        assert [bytes(row.hash) for row in rows] == [record.hash() for record in records]
        assert [len(row.raw) > 0 for row in rows] == [False, True, True]
        for table in (schema.member, schema.correction):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0
        assert connection.execute(sa.select(schema.outcome.c.number_mark)).scalar_one() == b""
    answer = send(records[0], kiosk.next())  # it comes once more: known by its hash, and not taken in again
    assert [verdict for _, verdict, _ in answer.each()] == [wire.Verdict.DUPLICATE, wire.Verdict.ACCEPTED]
    assert (again(database), mark_old(database)) == (0, 0)
    examine(worker)
    assert [one.row.seq for one in listing.arrived(database, CENTRAL_KEY)] == [2, 3, 4]


@BOTH
def test_nobody_can_change_a_record_after_an_erasure(
    database: Database, kiosk: Kiosk, send: Sent, worker: Worker, clock: StillClock
) -> None:
    record = kiosk.next()
    send(record)
    examine(worker)
    decide(database, clock, record)
    subject.erase(database, subject.by_nik(database, PEOPLE_KEY, nik(1, record)))
    for table in (schema.enrolment, schema.outcome):
        with pytest.raises(StoreError), database.write() as connection:
            connection.execute(sa.update(table).values(kiosk="x"))


@BOTH
def test_an_erased_person_may_enrol_again(
    database: Database, kiosk: Kiosk, other: Kiosk, send: Sent, worker: Worker, clock: StillClock
) -> None:
    record = kiosk.next()
    send(record)
    examine(worker)
    decide(database, clock, record)
    subject.erase(database, subject.by_nik(database, PEOPLE_KEY, nik(1, record)))
    send(other.next(), sender=other)
    examine(worker)
    (one,) = subject.by_nik(database, PEOPLE_KEY, nik(1, record)).records
    assert (one.kiosk, one.state) == (other.name, "")


@BOTH
def test_everybody_whose_record_was_on_a_kiosk(
    database: Database, kiosk: Kiosk, other: Kiosk, send: Sent, worker: Worker, clock: StillClock
) -> None:
    send(*kiosk.many(3), beat={"last_seq": 5})
    send(other.next(), sender=other)
    examine(worker)
    found, beyond = subject.breached(database, kiosk.name)
    assert ([one.seq for one in found], beyond) == ([1, 2, 3], 2)
    assert subject.breached(database, kiosk.name, clock.wall_ms() + 1) == ([], 2)


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], clock: StillClock
) -> None:
    """A NIK never stands in an argument; what is printed and kept of the deed is nobody's data."""
    home = tmp_path / "centre"
    assert main(["--home", str(home), "init"]) == 0
    database = Database.open(home, "")
    migrate(database, clock)
    people_key = keys.load_people(home, new=True)
    one = person(1, uuid.uuid4(), association="KOP")
    with database.write() as connection:
        members.join(connection, database, people_key, "KIOS-1", [one], 1)

    def run(*arguments: str, typed: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main(["--home", str(home), "person", *arguments])

    assert run("find", typed="12\n") == 1
    assert "enam belas" in capsys.readouterr().err
    assert run("find", typed=f"{one.nik}\n") == 0
    told = capsys.readouterr()
    assert "KOP" in told.err
    assert one.nik not in told.out + told.err
    assert run("copy", "--out", str(tmp_path / "salinan.json"), typed=one.nik) == 0
    assert json.loads((tmp_path / "salinan.json").read_text())["associations"][0]["association"] == "KOP"
    assert (tmp_path / "salinan.json").stat().st_mode & 0o777 == 0o600
    assert run("erase", "--yes", typed=one.nik) == 0
    assert run("find", typed=one.nik) == 1
    with database.read() as connection:
        deeds = connection.execute(sa.select(schema.audit.c.deed, schema.audit.c.facts)).all()
    assert [deed.deed for deed in deeds] == ["person_found", "person_copied", "person_erased"]
    database.close()
