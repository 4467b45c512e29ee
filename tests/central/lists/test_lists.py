"""Lists as coordinators really make them: each cell that cannot be used is named, and why; good rows come through."""

import datetime
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kiosk import tables, words
from kiosk.domain.errors import SettingsError
from sync.central.__main__ import main
from sync.central.lists.checking import Checked, check, date_of, phone_of
from sync.central.lists.reading import cell_of, rows

TODAY = datetime.date(2026, 11, 22)
SITI, AGUS = "3372015708759001", "3372010101800001"  # fictional


def found(path: Path) -> list[Checked]:
    return list(check(rows(path), tables.regions(), TODAY))


def told(path: Path) -> dict[str, str]:
    """The cells that were found, and why."""
    return {finding.place: finding.why for one in found(path) for finding in one.findings}


def workbook(path: Path, lines: list[list[Any]], *, merge: str = "", sheet: str = "Anggota") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for line in lines:
        page.append(line)
    if merge:
        page.merge_cells(merge)
    book.save(path)
    return path


def test_a_real_looking_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "anggota.xlsx",
        [
            ["DAFTAR ANGGOTA PAGUYUBAN PASAR GEDE"],
            [],
            ["No", "Nama Lengkap", "No. KTP / NIK", "Tempat, Tgl Lahir", "No HP"],
            [1, " Siti  Spesimen ", f"'{SITI}", "Surakarta, 17 Agustus 1975", "0812-3456-7890"],
            [2, "AGUS CONTOH\u00a0", AGUS, datetime.date(1980, 1, 1), 81234567891],
            [3, "BUDI RUGI", 3.37201010180001e15, "01/01/80", ""],
            [None, None, None, None, None],
            [4, "", "33720101018000", "32-13-1980", "12345"],
            [5, "SITI LAGI", SITI, "", ""],
        ],
        merge="A1:E1",
    )
    checked = found(path)
    members = [one.member for one in checked if one.member]
    assert [(m.nik, m.name, m.phone) for m in members] == [
        (SITI, "SITI SPESIMEN", "081234567890"),
        (AGUS, "AGUS CONTOH", "081234567891"),
    ]
    assert [m.birth_date for m in members] == [datetime.date(1975, 8, 17), datetime.date(1980, 1, 1)]
    assert told(path) == {
        "C6": "nik_rounded",
        "D6": "date_short",
        "B8": "name_missing",
        "C8": "nik_length",
        "D8": "date",
        "E8": "phone",
        "C9": "twice",
    }


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_of_any_separator_and_encoding(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "anggota.csv"
    lines = [["NIK", "Nama", "HP"], [SITI, "SITI SPÉSIMEN", "+62 812 3456 7890"], [AGUS, "AGUS", "0812 1234 5678"]]
    path.write_bytes("\r\n".join(separator.join(line) for line in lines).encode(encoding))
    assert [one.member.name for one in found(path) if one.member] == ["SITI SPESIMEN", "AGUS"]
    assert told(path) == {}


@pytest.mark.parametrize(
    ("written", "day", "why"),
    [
        ("17-08-1975", (1975, 8, 17), ""),
        ("17/8/1975", (1975, 8, 17), ""),
        ("17.08.75", (1975, 8, 17), "date_short"),
        ("1975-08-17", (1975, 8, 17), ""),
        ("17 Agustus 1975", (1975, 8, 17), ""),
        ("17 Agt 75", (1975, 8, 17), "date_short"),
        ("17-AUG-1975", (1975, 8, 17), ""),
        ("Surakarta, 17-08-1975", (1975, 8, 17), ""),
        ("27623", (1975, 8, 17), ""),  # a spreadsheet's own number
        ("31-02-1975", None, "date"),
        ("17-08-2975", None, "date_range"),
        ("kemarin", None, "date"),
    ],
)
def test_dates_in_every_style(written: str, day: tuple[int, int, int] | None, why: str) -> None:
    assert date_of(cell_of(written, "D4"), TODAY) == (datetime.date(*day) if day else None, why)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0812-3456-7890", "081234567890"),
        (81234567890, "081234567890"),
        ("62812 3456 7890", "081234567890"),
        ("(0271) 123456", ""),
        ("12345", ""),
    ],
)
def test_phones(written: Any, number: str) -> None:
    assert phone_of(cell_of(written, "E4")) == number


@pytest.mark.parametrize("written", ["3.37E+15", "3,37201E+15", 3372010101800000, 3.37201010180001e15])
def test_a_nik_that_a_spreadsheet_has_rounded_is_lost_and_said_so(tmp_path: Path, written: Any) -> None:
    path = workbook(tmp_path / "a.xlsx", [["NIK", "Nama"], [written, "SITI"]])
    assert told(path) == {"A2": "nik_rounded"}


def test_a_hidden_sheet_does_not_count_and_a_later_one_can(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Petunjuk"
    book.active.append(["Isi lembar berikutnya"])
    hidden = book.create_sheet("Lama")
    hidden.append(["NIK", "Nama"])
    hidden.append([SITI, "LAMA"])
    hidden.sheet_state = "hidden"
    page = book.create_sheet("Baru")
    page.append(["NIK", "Nama"])
    page.append([AGUS, "AGUS"])
    book.save(tmp_path / "a.xlsx")
    assert [one.member.nik for one in found(tmp_path / "a.xlsx") if one.member] == [AGUS]


@pytest.mark.parametrize(
    ("name", "content", "id"),
    [
        ("a.docx", b"x", "list.kind"),
        ("a.xlsx", b"no zip", "list.unreadable"),
        ("a.csv", b"Nama;Alamat\nSITI;SOLO\n", "list.no_head"),
        ("a.csv", b"", "list.no_head"),
    ],
)
def test_what_is_no_list(tmp_path: Path, name: str, content: bytes, id: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingsError) as wrong:
        found(tmp_path / name)
    assert wrong.value.id == id
    assert all(f"{kind}.{id}" in words.load("id") for kind in ("error", "cure"))


def test_the_report_names_cells_and_repeats_nobodys_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = workbook(tmp_path / "a.xlsx", [["NIK", "Nama"], ["33720101018", "SITI"], [SITI, "SITI SPESIMEN"]])
    assert main(["list", "check", str(path), "--mark", str(tmp_path / "m.xlsx"), "--csv", str(tmp_path / "f.csv")]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("! A2 ")
    assert "33720101018" not in said.out + said.err + (tmp_path / "f.csv").read_text(encoding="utf-8-sig")
    marked = openpyxl.load_workbook(tmp_path / "m.xlsx")["Anggota"]["A2"]
    assert marked.comment
    assert marked.fill.fgColor.rgb.endswith("F8C9C4")
    assert main(["list", "check", str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["good"] == 1


def test_every_finding_has_words(tmp_path: Path) -> None:
    source = (Path(__file__).parents[3] / "sync/central/lists/checking.py").read_text()
    whys = set(re.findall(r'"((?:nik_|date|name|phone|twice)[a-z_]*)"', source)) - {"name", "phone"} | {"name", "phone"}
    for language in ("id", "jv", "en"):
        known = words.load(language)
        assert not {why for why in whys if f"list.{why}" not in known and why != "nik_"}


def test_a_workbook_that_unpacks_to_more_than_anybody_lists(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for number in range(3):
            parts.writestr(f"xl/worksheets/sheet{number}.xml", bytes(80 * 1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    with pytest.raises(SettingsError, match=r"list\.too_big"):
        found(path)


def test_a_workbook_that_is_broken_inside(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", [["Nama", "NIK"], ["SITI SPESIMEN", SITI]])
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for part in source.infolist():
            raw = source.read(part)
            target.writestr(part.filename, raw[: len(raw) * 2 // 3] if "sheet1" in part.filename else raw)
    with pytest.raises(SettingsError, match=r"list\.unreadable"):
        found(broken)
