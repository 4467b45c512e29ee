"""A file of rows and cells, whatever program made it: XLSX with merged titles, CSV of any separator and encoding."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from kiosk.domain.errors import SettingsError

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
_MOST_UNPACKED = 200 * 1024 * 1024  # of a workbook, which is a zip file: a few kilobytes can unpack to a disk full
_SEPARATORS = (";", "\t", ",", "|")
_SPACES = re.compile(r"[\s\u00a0\u2007\u202f\u200b\ufeff]+")
_ENDINGS = (".xlsx", ".xlsm", ".csv", ".txt", ".tsv")

# What people write above a column, in lower case and without what is no letter.
HEADINGS: dict[str, tuple[str, ...]] = {
    "nik": ("nik", "noktp", "nomorktp", "noktpnik", "niknoktp", "nomorinduk", "nomorindukkependudukan", "ktp", "nonik"),
    "name": ("nama", "namalengkap", "namaanggota", "namapedagang", "namapeserta", "namasesuaiktp", "name"),
    "birth_date": ("tgllahir", "tanggallahir", "tgllhr", "tanggallhr", "lahir", "ttl", "tempattgllahir", "birthdate"),
    "phone": ("hp", "nohp", "nomorhp", "telepon", "notelepon", "notelp", "telp", "wa", "nowa", "whatsapp", "nohpwa"),
    "member": ("noanggota", "nomoranggota", "anggota", "idanggota", "nomember"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` without stray spaces and the apostrophe that keeps a number a text; `raw` as the file holds it."""

    place: str  # B7
    text: str
    raw: Any = None


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` by the names in HEADINGS; those that the file lacks are not there."""

    number: int
    sheet: str
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    sheet: str
    head: int  # number of the row with the headings
    columns: dict[str, int]


def rows(path: Path) -> Iterator[Row]:
    """Every row below the headings that is not empty; of the first sheet with a column that holds NIKs.

    Raises SettingsError `list.kind`, `list.unreadable`, `list.too_big`, `list.no_head`.
    """
    if path.suffix.lower() not in _ENDINGS:
        raise SettingsError("list.kind", file=path.name)
    try:
        size = path.stat().st_size
    except OSError:
        raise SettingsError("file.missing", file=path.name) from None
    if size > MOST_BYTES:
        raise SettingsError("list.too_big", file=path.name, most=MOST_BYTES // 1024 // 1024)
    found = list(_sheets(path))
    for name, lines in found:
        table = _table(name, lines)
        if table is not None:
            yield from _rows_of(table, lines)
            return
    raise SettingsError("list.no_head", file=path.name)


def _sheets(path: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        yield from _workbook(path)
    else:
        yield "", list(_csv(path))[:MOST_ROWS]


def _workbook(path: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise SettingsError("list.unreadable", file=path.name) from None
    if size > _MOST_UNPACKED:
        raise SettingsError("list.too_big", file=path.name, most=MOST_BYTES // 1024 // 1024)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)  # a formula counts by its last result
    except Exception:  # noqa: BLE001 - zip, XML and openpyxl's own errors: the file is no workbook
        raise SettingsError("list.unreadable", file=path.name) from None
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield str(sheet.title), _lines(sheet)
    except Exception:  # noqa: BLE001 - a sheet is read late: what is wrong inside it comes up here
        raise SettingsError("list.unreadable", file=path.name) from None
    finally:
        book.close()


def _lines(sheet: Any) -> list[list[Any]]:
    return [list(line) for line in sheet.iter_rows(values_only=True, max_row=MOST_ROWS)]


def _csv(path: Path) -> Iterator[list[Any]]:
    raw = path.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    lines = [line for line in text.splitlines()[:30] if line.strip()]
    separator = max(_SEPARATORS, key=lambda one: sum(line.count(one) for line in lines))
    try:
        yield from csv.reader(io.StringIO(text), delimiter=separator)
    except csv.Error:
        raise SettingsError("list.unreadable", file=path.name) from None


def _table(sheet: str, lines: list[list[Any]]) -> Table | None:
    """The first row that names a column of NIKs, and a name or nothing else that looks like data."""
    for at, line in enumerate(lines[:40]):
        columns: dict[str, int] = {}
        for place, value in enumerate(line):
            heading = re.sub(r"[^a-z]", "", str(value).lower()) if value is not None else ""
            for name, words in HEADINGS.items():
                if heading in words and name not in columns:
                    columns[name] = place
        if "nik" in columns:
            return Table(sheet, at + 1, columns)
    return None


def _rows_of(table: Table, lines: list[list[Any]]) -> Iterator[Row]:
    for number, line in enumerate(lines[table.head :], table.head + 1):
        cells = {
            name: cell_of(line[place], f"{get_column_letter(place + 1)}{number}")
            for name, place in table.columns.items()
            if place < len(line)
        }
        if any(cell.text for cell in cells.values()):
            yield Row(number, table.sheet, cells)


def cell_of(value: Any, place: str) -> Cell:
    if value is None:
        return Cell(place, "", None)
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return Cell(place, day.isoformat(), day)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return Cell(place, str(int(value)), value)
    text = _SPACES.sub(" ", str(value)).strip()
    return Cell(place, text.lstrip("'’`").strip(), value)
