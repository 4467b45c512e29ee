"""A coordinator's list, the cards, those who come to a kiosk, and the roll call: on both databases."""

import csv
import datetime
import io
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import tables
from kiosk.clock import StillClock
from kiosk.domain import payload
from kiosk.domain.act import Kind
from kiosk.domain.outcome import Outcome, State
from kiosk.domain.tariff import Month
from sync.central import outcomes, people, schema
from sync.central.__main__ import main
from sync.central.associations import loading, members
from sync.central.database import Database
from sync.central.worker import Worker, mark_old

from ..conftest import BOTH, CENTRAL_KEY, PEOPLE_KEY, Kiosk, person

TODAY = datetime.date(2026, 11, 22)
PUBLIC_KEY = CENTRAL_KEY.public_key().public_bytes_raw()
SITI, AGUS = "3372015708759001", "3372010101800001"  # fictional
REST = 3


def listed(path: Path, *niks: str) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["No", "No Anggota", "Nama", "NIK", "HP"])
    for at, nik in enumerate(niks, 1):
        book.active.append(
            [at, f"K-{at:03d}", f"SPESIMEN {['SATU', 'DUA', 'TIGA', 'EMPAT'][at - 1]}", nik, "081234567890"]
        )
    book.save(path)
    return path


def awaited(database: Database, folder: Path, *niks: str, code: str = "KOP") -> loading.Loaded:
    path = listed(folder / "anggota.xlsx", *niks)
    return loading.load(database, code, path, PEOPLE_KEY, PUBLIC_KEY, 1_795_312_800_000, TODAY)


def states(database: Database, today: datetime.date = TODAY, code: str = "KOP") -> list[str]:
    with database.read() as connection:
        return [one.state for one in members.roll_call(connection, code, today, REST)]


@BOTH
def test_a_list_is_awaited_once_and_sealed(database: Database, tmp_path: Path) -> None:
    first = awaited(database, tmp_path, SITI, AGUS, "3.37E+15")
    assert (first.new, first.told.good, first.told.wrong) == (2, 2, 1)
    assert awaited(database, tmp_path, SITI, AGUS).new == 0
    assert states(database) == ["awaited", "awaited"]
    with database.read() as connection:
        rows = connection.execute(sa.select(schema.member)).all()
        for row in rows:
            assert b"SPESIMEN" not in row.sealed
            assert members.opened("KOP", row.mark, row.sealed, X25519PrivateKey.generate()) == {}
            assert members.opened("XYZ", row.mark, row.sealed, CENTRAL_KEY) == {}  # nobody moves it to another list
        said = members.opened("KOP", people.mark(PEOPLE_KEY, SITI), _sealed(database, SITI), CENTRAL_KEY)
    assert (said["nik"], said["name"], said["phone"]) == (SITI, "SPESIMEN SATU", "081234567890")


def _sealed(database: Database, nik: str) -> bytes:
    with database.read() as connection:
        query = sa.select(schema.member.c.sealed).where(schema.member.c.mark == people.mark(PEOPLE_KEY, nik))
        return bytes(connection.execute(query).scalar_one())


@BOTH
def test_who_comes_to_a_kiosk_is_no_longer_awaited(
    database: Database, tmp_path: Path, kiosk: Kiosk, send: Callable[..., object], worker: Worker, clock: StillClock
) -> None:
    mine = person(1, uuid.uuid5(uuid.NAMESPACE_URL, f"{kiosk.name}/1")).nik
    with database.write() as connection:
        connection.execute(
            sa.insert(schema.member).values(
                association="KOP", mark=people.mark(PEOPLE_KEY, mine), number="K-1", sealed=b"", listed_ms=1, kiosk="",
                id=None, joined_ms=0, until=0, state="",
            )
        )  # fmt: skip
    records = [kiosk.next(association="KOP"), kiosk.next(association="KOP"), kiosk.next()]
    send(*records)
    while worker.step():
        pass
    assert states(database) == ["sent", "sent"]  # the listed one and one on no list; the third chose no association
    with database.write() as connection:
        decided = [
            outcomes.Decision(records[0].id, Outcome(State.ACCEPTED)),
            outcomes.Decision(records[1].id, Outcome(State.REFUSED, "name_differs")),
        ]
        outcomes.append(connection, kiosk.name, decided, clock.wall_ms())
    assert states(database) == ["refused", "accepted"]
    january, june = datetime.date(2027, 1, 2), datetime.date(2027, 6, 1)  # paid from November for three months
    assert states(database, january) == ["due", "refused"]
    assert states(database, june) == ["lapsed", "refused"]
    with database.read() as connection:
        counted = members.counts(connection, january, REST)["KOP"]
    assert counted == {
        "all": 2,
        "listed": 1,
        "awaited": 0,
        "sent": 0,
        "accepted": 0,
        "refused": 1,
        "due": 1,
        "lapsed": 0,
    }


@BOTH
def test_what_no_association_is_called_joins_nothing_and_stops_nobody(
    database: Database, kiosk: Kiosk, send: Callable[..., object], worker: Worker
) -> None:
    branch = "Cabang " * 40
    records = [kiosk.next(association=code, branch=branch) for code in ("X" * 500, "../X", "kop", "K\0P", "KOP")]
    send(*records)
    while worker.step():
        pass
    send(kiosk.next(branch="\0"), kiosk.act(Kind.TESTED, part="\0 x", outcome="failed"))
    while worker.step():
        pass
    with database.read() as connection:
        assert connection.execute(sa.select(schema.member.c.association)).scalars().all() == ["KOP"]
        row = connection.execute(sa.select(schema.kiosk)).one()
    assert (len(row.branch), row.bad) == (64, "")


@BOTH
def test_examined_again_nobody_joins_twice(
    database: Database, kiosk: Kiosk, send: Callable[..., object], worker: Worker
) -> None:
    record = kiosk.next(association="KOP")
    send(record)
    while worker.step():
        pass
    with database.write() as connection:
        outcomes.append(
            connection, kiosk.name, [outcomes.Decision(record.id, Outcome(State.ACCEPTED))], 1_795_312_900_000
        )
        connection.execute(sa.update(schema.examined).values(mark=None))
    assert mark_old(database) == 1
    while worker.step():
        pass
    assert states(database) == ["accepted"]


@BOTH
def test_who_never_came_is_forgotten(database: Database, tmp_path: Path) -> None:
    awaited(database, tmp_path, SITI)
    assert members.forget(database, 1_795_312_800_000) == 0
    assert members.forget(database, 1_795_312_800_001) == 1
    assert states(database) == []


def test_several_months_paid_are_counted_to_their_end(database: Database, kiosk: Kiosk) -> None:
    one = person(7, uuid.uuid4(), association="KOP", start=Month(2026, 12), months=12)
    with database.write() as connection:
        members.join(connection, database, PEOPLE_KEY, kiosk.name, [one], 5)
        connection.execute(sa.update(schema.member).values(state="accepted"))
    assert states(database, datetime.date(2027, 10, 31)) == ["accepted"]
    assert states(database, datetime.date(2027, 11, 1)) == ["due"]


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["--home", str(tmp_path), "init"]) == 0
    assert main(["--home", str(tmp_path), "add-kiosk", "KIOS-1", "--market", "Pasar Klewer"]) == 0
    run(
        tmp_path,
        "add",
        "SPC",
        "Paguyuban Spesimen",
        "--market",
        "Pasar Klewer",
        "--fictional",
        "--coordinator",
        "wening",
    )
    capsys.readouterr()
    return tmp_path


def run(home: Path, action: str, *arguments: str) -> int:
    return main(["--home", str(home), "association", action, *arguments])


def test_an_association_is_published_to_every_kiosk(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "list", "--json") == 0
    found = {one["code"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert (found["SPC"]["name"], found["SPC"]["markets"]) == ("Paguyuban Spesimen", ["Pasar Klewer"])
    assert (found["SPC"]["fictional"], found["SPC"]["coordinator"]) == (True, "wening")
    assert run(home, "add", "spc", "X") == 1
    assert run(home, "add", "SPC", "  ") == 1
    assert run(home, "roll", "NONE") == 1
    assert "Paguyuban NONE" in capsys.readouterr().err


def test_cards_that_a_kiosk_can_read(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Drawn, turned into a picture as a printer would, and read by the reader that the kiosk has."""
    listed(tmp_path / "anggota.xlsx", SITI, AGUS)
    assert run(home, "members", "SPC", str(tmp_path / "anggota.xlsx")) == 0
    assert run(home, "cards", "SPC", "--out", str(tmp_path / "kartu.pdf")) == 0
    assert "2" in capsys.readouterr().err
    assert (tmp_path / "kartu.pdf").stat().st_mode & 0o777 == 0o600
    (page,) = pypdfium2.PdfDocument(tmp_path / "kartu.pdf")
    picture = page.render(scale=3).to_numpy()
    found = [payload.understand(code.text, tables.regions(), TODAY) for code in zxingcpp.read_barcodes(picture)]
    assert {(one.association, one.nik, one.name) for one in found} == {
        ("SPC", SITI, "SPESIMEN SATU"),
        ("SPC", AGUS, "SPESIMEN DUA"),
    }


def test_the_roll_goes_into_a_file_for_its_owner_alone(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed(tmp_path / "anggota.xlsx", SITI, "3372")
    assert run(home, "members", "SPC", str(tmp_path / "anggota.xlsx")) == 1  # a row that cannot be used
    assert "D3" in capsys.readouterr().out
    assert run(home, "roll", "SPC", "--json") == 0
    told = capsys.readouterr().out
    assert json.loads(told) == {"number": "K-001", "state": "awaited", "until": ""}
    out = tmp_path / "absen.csv"
    assert run(home, "roll", "SPC", "--out", str(out)) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert rows[1][:3] == ["K-001", "SPESIMEN SATU", "081234567890"]
    assert run(home, "roll", "SPC") == 0
    assert capsys.readouterr().out.split() == ["1", "belum", "mendaftar"]


def test_without_members_there_is_nothing_to_print(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "cards", "SPC", "--out", str(home / "kartu.pdf")) == 1
    assert not (home / "kartu.pdf").exists()
    assert "SPC" in capsys.readouterr().err
