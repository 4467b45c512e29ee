"""What was found in a list: for people as text and as the list again with marked cells, for programs as CSV or JSON."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from kiosk.domain.errors import SettingsError
from kiosk.words import Words
from sync.central.lists.checking import Checked, Level

_FILLS = {Level.WRONG: PatternFill("solid", fgColor="F8C9C4"), Level.LOOK: PatternFill("solid", fgColor="FFE9A8")}


@dataclass(frozen=True, slots=True)
class Sum:
    rows: int
    good: int
    wrong: int
    look: int


def sum_of(checked: Sequence[Checked]) -> Sum:
    good = sum(one.member is not None for one in checked)
    look = sum(one.member is not None and bool(one.findings) for one in checked)
    return Sum(len(checked), good, len(checked) - good, look)


def lines(checked: Sequence[Checked], words: Words) -> Iterator[str]:
    """A line a finding: the cell, why, what to do. No value of a cell is repeated."""
    for one in checked:
        for finding in one.findings:
            mark = "!" if finding.level is Level.WRONG else "?"
            yield f"{mark} {finding.place:<7} {words(f'list.{finding.why}')}"


def as_csv(checked: Sequence[Checked], words: Words) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([words(f"list.column.{name}") for name in ("row", "cell", "level", "why")])
    for one in checked:
        for finding in one.findings:
            level = words(f"list.{finding.level}")
            writer.writerow([one.row, finding.place, level, words(f"list.{finding.why}")])
    return text.getvalue()


def mark(source: Path, checked: Sequence[Checked], sheet: str, words: Words, out: Path) -> None:
    """The coordinator's own workbook with a colour and a note at each cell that was found. Raises SettingsError."""
    book = openpyxl.load_workbook(source)
    page = book[sheet]
    for one in checked:
        for finding in one.findings:
            if finding.place.startswith("#"):
                continue
            cell = page[finding.place]
            cell.fill = _FILLS[finding.level]
            cell.comment = Comment(words(f"list.{finding.why}"), "kiosk-central")
    try:
        book.save(out)
    except OSError:
        raise SettingsError("file.unwritable", file=out.name) from None
