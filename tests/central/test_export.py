"""What the branch gets: text stays text, dates and amounts are such, and what is not right stands in a list."""

import csv
import dataclasses
import re
import stat
import zipfile
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import words
from kiosk.domain.errors import SettingsError
from kiosk.domain.outcome import Outcome, State
from sync.central import exporting, listing, outcomes
from sync.central.opening import UNREADABLE

from .conftest import CENTRAL_KEY

ZONE = ZoneInfo("Asia/Jakarta")
ENGLISH = words.load("en")
NIK = "3372990101800001"
_CELL = r'<c r="[A-Z]+[0-9]+"[^>]*?(?:t="(inlineStr)")?>(?:<is><t[^>]*>(.*?)</t></is>|<v>(.*?)</v>)'


@pytest.fixture
def export(database, tmp_path):
    """The rows and the errors of a CSV export, as dicts."""

    def export(**only) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        with exporting.csv_sheet(tmp_path / "out.csv", ZONE) as sheet:
            listing.export(listing.arrived(database, CENTRAL_KEY), sheet, ENGLISH, ZONE, **only)
            listing.export_gaps(database, sheet, ENGLISH)
        return read(tmp_path / "out.csv"), read(tmp_path / "out.errors.csv")

    return export


def read(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def xlsx(path) -> list[list[list[str | float]]]:
    """The cells of each sheet as a spreadsheet would see them; a formula would be an error."""
    with zipfile.ZipFile(path) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        return [_sheet(book.read(name).decode()) for name in names]


def _sheet(text: str) -> list[list[str | float]]:
    assert "<f>" not in text
    rows = []
    for row in re.findall(r"<row .*?</row>", text):
        cells = re.findall(_CELL, row)
        rows.append([text if kind else float(number) for kind, text, number in cells])
    return rows


def test_a_row_holds_what_was_enrolled_and_what_was_decided(send, kiosk, worker, database, export, clock):
    send(kiosk.next(nik=NIK, phone="+6281234567890", birth_date=date(1980, 1, 1)))
    worker.step()
    with database.write() as connection:
        decision = outcomes.Decision(kiosk.chain[0].id, Outcome(State.REFUSED, "phone"))
        outcomes.append(connection, kiosk.name, [decision], clock.wall_ms())
    (row,), _ = export()
    assert (row["nik"], row["phone"], row["birth_date"]) == (NIK, "081234567890", "1980-01-01")
    assert (row["total"], row["married"], row["programmes"]) == ("33600", "yes", "jkk jkm")
    assert (row["state"], row["cause"]) == ("refused", "phone")
    assert row["received"] == "2026-11-22T09:00:00+07:00"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_is_a_formula(send, kiosk, database, export, tmp_path, name):
    send(kiosk.next(name=name))
    (row,), _ = export()
    assert row["name"] == "'" + name
    with exporting.xlsx_sheet(tmp_path / "out.xlsx", ZONE, ENGLISH) as sheet:
        listing.export(listing.arrived(database, CENTRAL_KEY), sheet, ENGLISH, ZONE)
    assert name.strip() in [str(cell).strip() for cell in xlsx(tmp_path / "out.xlsx")[0][1]]


def test_a_sheet_has_text_dates_and_amounts(send, kiosk, database, tmp_path):
    send(kiosk.next(nik=NIK, birth_date=date(1980, 1, 1)))
    with exporting.xlsx_sheet(tmp_path / "out.xlsx", ZONE, ENGLISH) as sheet:
        listing.export(listing.arrived(database, CENTRAL_KEY), sheet, ENGLISH, ZONE)
    enrolments, errors = xlsx(tmp_path / "out.xlsx")
    assert enrolments[0][:3] == ["Kiosk", "Number", "Code"]
    assert NIK in enrolments[1]
    assert 33600.0 in enrolments[1]
    assert 29221.0 in enrolments[1], "1 January 1980 as a sheet counts days"
    assert errors[0] == ["Kiosk", "Number", "Code", "Id", "Problem"]
    assert stat.S_IMODE((tmp_path / "out.xlsx").stat().st_mode) == 0o600


def test_what_only_an_altered_kiosk_could_send_still_comes_out(send, kiosk, database, export, tmp_path):
    odd = {"birth_date": date(1, 1, 1), "total": 2**63, "months": 2**62, "name": "x\x00\ud7ff\u202e" * 900}
    send(kiosk.next(**odd))
    rows, errors = export()
    assert rows[0]["total"] == str(2**63)
    assert errors
    with exporting.xlsx_sheet(tmp_path / "out.xlsx", ZONE, ENGLISH) as sheet:
        listing.export(listing.arrived(database, CENTRAL_KEY), sheet, ENGLISH, ZONE)
    assert len(xlsx(tmp_path / "out.xlsx")[0]) == 2


def test_what_is_not_right_is_listed_with_its_reason(send, kiosk, worker, export):
    first, second, third, _, fifth = kiosk.many(5)
    strange = kiosk.reseal(second, b"x", X25519PrivateKey.generate())
    send(first, strange, dataclasses.replace(third, signature=bytes(64)), fifth)
    worker.step()
    rows, errors = export()
    assert [row["seq"] for row in rows] == ["1", "5"]
    problems = {(error["seq"], error["problem"]) for error in errors}
    assert ("2", "sealed for another key of the centre") in problems
    assert ("3", "not arrived from this kiosk: number 3–4") in problems
    assert ("1", "the region in the NIK is not known") in problems


def test_only_what_is_asked_for(send, kiosk, worker, database, export, clock):
    send(kiosk.next(branch="Surakarta"), kiosk.next(branch="Contoh"))
    with database.write() as connection:
        decision = outcomes.Decision(kiosk.chain[0].id, Outcome(State.ACCEPTED))
        outcomes.append(connection, kiosk.name, [decision], clock.wall_ms())
    assert [row["seq"] for row in export(branch="Contoh")[0]] == ["2"]
    assert [row["seq"] for row in export(undecided=True)[0]] == ["2"]
    assert len(export()[0]) == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_cannot_be_written_is_one_error_and_leaves_nothing(tmp_path, kind):
    def write() -> None:
        path = tmp_path / "none" / f"out.{kind}"
        opened = exporting.csv_sheet(path, ZONE) if kind == "csv" else exporting.xlsx_sheet(path, ZONE, ENGLISH)
        with opened:
            pass

    with pytest.raises(SettingsError, match="export_unwritable"):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_that_fails_half_way_leaves_the_old_file(tmp_path, kind):
    path = tmp_path / f"out.{kind}"
    path.write_text("old")

    def fail() -> None:
        opened = exporting.csv_sheet(path, ZONE) if kind == "csv" else exporting.xlsx_sheet(path, ZONE, ENGLISH)
        with opened as sheet:
            sheet.row({"kiosk": "one"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_every_problem_and_column_has_words():
    problems = ["gap", "not_examined", "no_consent", "total_differs", *(f"opening.{cause}" for cause in UNREADABLE)]
    problems += [
        "nik_not_found",
        "too_old",
        "too_young",
        "incomplete",
        "region_unknown",
        "birth_date_differs",
        "no_job",
    ]
    problems += ["sex_differs", "too_many_jobs", "income_too_low", "programmes_incomplete", "employer_needs_jht"]
    for id in [f"central.problem.{one}" for one in problems] + [f"central.column.{one}" for one in exporting.COLUMNS]:
        assert id in ENGLISH, id
