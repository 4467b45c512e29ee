"""What the branch gets: one row an enrolment, and beside it a list of what it cannot rely on.

A sheet (XLSX) for people, with words, dates and amounts; CSV for programs. Text is text: no cell is ever a formula, and
a NIK keeps its sixteen digits. Holds personal data in the clear, so only the owner may read the file.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import IO, Protocol

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from kiosk.domain.errors import SettingsError
from kiosk.words import Words
from sync.central.files import cell as plain
from sync.central.files import whole

Cell = str | int | bool | datetime | None
COLUMNS = (
    "kiosk", "seq", "code", "id", "received", "captured", "nik", "name", "birth_date", "sex", "phone", "occupations",
    "sector", "employer", "married", "income", "base", "programmes", "start", "months", "total", "market", "branch",
    "association", "source", "form", "warnings", "consents", "replaces", "language", "state", "cause", "decided",
)  # fmt: skip
ERRORS = ("kiosk", "seq", "code", "id", "problem")
_AMOUNTS = frozenset({"income", "base", "total"})
_DATES = frozenset({"birth_date"})
_WIDE = {"name": 28, "id": 38, "nik": 20, "occupations": 30, "consents": 30, "problem": 60, "market": 26}


@dataclass(frozen=True, slots=True)
class Written:
    rows: int
    errors: int


class Sheet(Protocol):
    def row(self, cells: dict[str, Cell]) -> None: ...

    def error(self, cells: dict[str, Cell]) -> None: ...


@contextmanager
def csv_sheet(path: Path, zone: tzinfo) -> Iterator[Sheet]:
    """`path` and, beside it, `NAME.errors.csv`. Both appear whole, or not at all.

    Raises SettingsError `central.export_unwritable`.
    """
    with (
        whole(path) as rows,
        whole(path.with_suffix(".errors.csv")) as errors,
        rows.open("w", encoding="utf-8-sig", newline="") as row_file,
        errors.open("w", encoding="utf-8-sig", newline="") as error_file,
    ):
        yield _Csv(row_file, error_file, zone)


@contextmanager
def xlsx_sheet(path: Path, zone: tzinfo, words: Words) -> Iterator[Sheet]:
    """A workbook with two sheets. Appears whole, or not at all. Raises SettingsError `central.export_unwritable`."""
    with whole(path) as fresh:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        }
        try:
            with xlsxwriter.Workbook(str(fresh), options) as book:
                yield _Xlsx(book, zone, words)
        except XlsxWriterException:
            raise SettingsError("central.export_unwritable", file=path.name) from None


class _Csv:
    def __init__(self, rows: IO[str], errors: IO[str], zone: tzinfo) -> None:
        self._rows, self._errors, self._zone = csv.writer(rows), csv.writer(errors), zone
        self._rows.writerow(COLUMNS)
        self._errors.writerow(ERRORS)

    def row(self, cells: dict[str, Cell]) -> None:
        self._rows.writerow([self._text(cells.get(name)) for name in COLUMNS])

    def error(self, cells: dict[str, Cell]) -> None:
        self._errors.writerow([self._text(cells.get(name)) for name in ERRORS])

    def _text(self, cell: Cell) -> object:
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        if isinstance(cell, datetime):
            return cell.astimezone(self._zone).isoformat(timespec="seconds")
        return plain(cell)


class _Xlsx:
    def __init__(self, book: xlsxwriter.Workbook, zone: tzinfo, words: Words) -> None:
        self._zone, self._words = zone, words
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._formats = {
            "text": book.add_format({"num_format": "@"}),
            "amount": book.add_format({"num_format": "#,##0"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        self._rows = self._sheet(book, words("central.export.enrolments"), COLUMNS, head)
        self._errors = self._sheet(book, words("central.export.errors"), ERRORS, head)
        self._at = {id(self._rows): 0, id(self._errors): 0}

    def row(self, cells: dict[str, Cell]) -> None:
        self._write(self._rows, COLUMNS, cells)

    def error(self, cells: dict[str, Cell]) -> None:
        self._write(self._errors, ERRORS, cells)

    def _sheet(
        self, book: xlsxwriter.Workbook, name: str, columns: tuple[str, ...], head: xlsxwriter.format.Format
    ) -> xlsxwriter.worksheet.Worksheet:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDE.get(column, 14))
            sheet.write_string(0, place, self._words(f"central.column.{column}"), head)
        return sheet

    def _write(self, sheet: xlsxwriter.worksheet.Worksheet, columns: tuple[str, ...], cells: dict[str, Cell]) -> None:
        self._at[id(sheet)] += 1
        line = self._at[id(sheet)]
        for place, name in enumerate(columns):
            cell = cells.get(name)
            if cell is None or cell == "":
                continue
            if isinstance(cell, bool):
                sheet.write_string(line, place, self._words("central.yes" if cell else "central.no"))
            elif isinstance(cell, int):
                sheet.write_number(line, place, cell, self._formats["amount"] if name in _AMOUNTS else None)
            elif isinstance(cell, datetime):
                plain = cell.astimezone(self._zone).replace(tzinfo=None)
                sheet.write_datetime(line, place, plain, self._formats["time"])
            elif name in _DATES:
                sheet.write_datetime(line, place, datetime.fromisoformat(cell), self._formats["date"])
            else:
                sheet.write_string(line, place, cell, self._formats["text"])
