"""Officers and supplies from the command line: what is published opens a kiosk's door, and who runs dry comes first."""

import json
import uuid
from datetime import date
from pathlib import Path

import pytest

from kiosk import pin, tables
from kiosk.domain.act import Act, Kind
from kiosk.domain.officer import badge_mark
from kiosk.domain.stock import corrected, drawn, restocked
from sync import bundle
from sync.central import acts, keys
from sync.central.__main__ import main
from sync.central.database import Database
from sync.central.mastering import newest

DAY_MS = 86_400_000
NOW_MS = 1_795_312_800_000


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["--home", str(tmp_path), "init"]) == 0
    assert main(["--home", str(tmp_path), "add-kiosk", "KIOS-1", "--market", "Pasar Klewer"]) == 0
    assert main(["--home", str(tmp_path), "add-kiosk", "KIOS-2", "--region", "Sukoharjo"]) == 0
    capsys.readouterr()
    return tmp_path


def run(home: Path, *arguments: str) -> int:
    return main(["--home", str(home), *arguments])


def published(home: Path, tmp: Path) -> tuple[tables.Officer, ...]:
    """The officers as a kiosk reads them out of the newest bundle."""
    with Database.open(home, "").read() as connection:
        found = newest(connection)
    assert found
    key = keys.load_answer(home).public_key().public_bytes_raw()
    folder = tmp / f"master-{found[0]}"
    folder.mkdir(exist_ok=True)
    (folder / "officers.csv").write_bytes(bundle.opened(found[1], key).files["officers.csv"])
    return tables.officers(folder)


def test_a_new_officer_has_a_pin_and_a_badge_that_open_the_door(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    badge = home / "badge.svg"
    assert run(home, "officer", "add", "0417", "Bu Wening (contoh)", "--places", "3372", "--badge", str(badge)) == 0
    said = capsys.readouterr().out.strip()
    (found,) = published(home, home)
    assert (found.number, found.name, found.places, found.revoked) == ("0417", "Bu Wening (contoh)", ("3372",), False)
    assert pin.fits(found.pin, said)
    assert not pin.easily_guessed(said)
    assert len(found.badge) == 64
    assert found.badge != badge_mark("")
    assert badge.read_text().startswith(("<svg", "<?xml"))
    assert said not in (home / "badge.svg").read_text()


def test_a_new_pin_ends_the_old_one_and_a_revoked_officer_stays_on_the_list(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(home, "officer", "add", "0417", "Bu Wening (contoh)")
    old = capsys.readouterr().out.strip()
    run(home, "officer", "pin", "0417")
    new = capsys.readouterr().out.strip()
    (found,) = published(home, home)
    assert pin.fits(found.pin, new)
    assert not pin.fits(found.pin, old)
    assert run(home, "officer", "revoke", "0417") == 0
    (found,) = published(home, home)
    assert found.revoked
    assert not found.holds_on(date(2030, 1, 1))
    run(home, "officer", "restore", "0417")
    assert not published(home, home)[0].revoked


def test_publishing_tables_keeps_the_officers(home: Path, tmp_path: Path) -> None:
    run(home, "officer", "add", "0417", "Bu Wening (contoh)")
    assert run(home, "publish", "--shipped") == 0
    assert [one.number for one in published(home, tmp_path)] == ["0417"]


@pytest.mark.parametrize(
    ("arguments", "id"),
    [
        (("add", "41", "X"), "4"),
        (("add", "0417", "X", "--pin", "123456"), "PIN"),
        (("add", "0417", "X", "--pin", "12"), "PIN"),
        (("revoke", "0999"), "0999"),
        (("pin", "0999"), "0999"),
    ],
)
def test_what_cannot_be_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], id: str
) -> None:
    assert run(home, "officer", *arguments) == 1
    told = capsys.readouterr()
    assert id in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_the_list_holds_no_secret(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(home, "officer", "add", "0417", "Bu Wening (contoh)")
    capsys.readouterr()
    run(home, "officer", "list", "--json")
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told["number"] == "0417"
    assert "pin" not in told
    assert "argon2" not in json.dumps(told)


def told_of(home: Path, kiosk: str, *done: Act) -> None:
    database = Database.open(home, "")
    arrived = [
        acts.Arrived(seq, uuid.uuid4(), NOW_MS - (len(done) - seq) * DAY_MS, NOW_MS, act)
        for seq, act in enumerate(done, 1)
    ]
    with database.write() as connection:
        acts.keep(connection, database, kiosk, arrived)
    database.close()


@pytest.fixture
def supplied(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sync.central.__main__.SystemClock.wall_ms", lambda _: NOW_MS)
    told_of(home, "KIOS-1", restocked("paper", "0417", 0, 120_000), drawn("paper", 120_000, 3_000))
    told_of(
        home,
        "KIOS-2",
        restocked("paper", "0417", 0, 30_000),
        drawn("paper", 30_000, 12_000),
        drawn("paper", 18_000, 12_000),
        corrected("cards", "0417", 0, 5),
        Act(Kind.TESTED, "0417", {"part": "printer", "outcome": "passed"}),
    )
    return home


def test_who_runs_dry_first_stands_at_the_top(supplied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(supplied, "stock", "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["kiosk"], one["item"], one["count"], one["low"]) for one in found] == [
        ("KIOS-2", "paper", 6_000, True),
        ("KIOS-2", "cards", 5, True),
        ("KIOS-1", "paper", 117_000, False),
    ]
    assert run(supplied, "stock", "--low") == 0
    assert "KIOS-1" not in capsys.readouterr().out


def test_the_plan_says_where_to_go_and_what_to_bring(supplied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(supplied, "plan", "--json") == 0
    (visit,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (visit["kiosk"], visit["region"]) == ("KIOS-2", "Sukoharjo")
    assert visit["bring"]["paper"] >= 3
    assert visit["bring"]["cards"] == 1
    assert run(supplied, "plan", "--region", "Surakarta") == 0
    assert "KIOS-2" not in capsys.readouterr().out


def test_what_officers_did_is_listed_without_names(supplied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(supplied, "acts", "KIOS-2", "--json", "--kind", "tested") == 0
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told["kiosk"], told["officer"], told["facts"]["part"]) == ("KIOS-2", "0417", "printer")
    assert run(supplied, "acts") == 0
    assert "Printer diuji: baik" in capsys.readouterr().out
