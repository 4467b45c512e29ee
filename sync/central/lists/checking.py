"""Row by row: what can become an awaited member, and of the rest which cell, why, and what to do."""

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kiosk.domain import nik
from kiosk.domain.nik import Outcome
from kiosk.domain.people import name_of
from kiosk.domain.regions import Regions
from sync.central.lists.reading import Cell, Row

_EXCEL_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's dates
_EXCEL_DAYS = range(3_000, 60_000)  # 1908 … 2064
_MONTH_NAMES = (
    "jan januari january", "feb februari february peb pebruari", "mar maret march", "apr april", "mei may",
    "jun juni june", "jul juli july", "agu agt ags agustus aug august", "sep sept september", "okt oktober oct october",
    "nov nopember november", "des desember dec december",
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_NUMBERS = re.compile(r"(\d{1,4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})")
_NAMED = re.compile(r"(\d{1,2})\s*[-/. ]?\s*([a-z]+)\s*[-/. ,]?\s*(\d{2,4})")
_PHONE = re.compile(r"08[1-9]\d{7,11}")


class Level(enum.StrEnum):
    WRONG = "wrong"  # the row cannot be used
    LOOK = "look"  # it can; somebody should look


@dataclass(frozen=True, slots=True)
class Finding:
    """`why`: `list.<why>` says what is wrong and what to do; `place` the cell, B7."""

    place: str
    why: str
    level: Level
    column: str


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """A good row. `phone` in national form, "" for none; `birth_date` None where the list has none."""

    number: int
    nik: str
    name: str
    birth_date: date | None
    phone: str
    member: str


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    row: int
    findings: tuple[Finding, ...]
    member: Member | None


def check(rows: Iterable[Row], regions: Regions, today: date) -> Iterator[Checked]:
    """Each row with what was found. The first of two rows with one NIK is the one that counts."""
    seen: dict[str, str] = {}
    for row in rows:
        yield _checked(row, regions, today, seen)


def _checked(row: Row, regions: Regions, today: date, seen: dict[str, str]) -> Checked:
    found: list[Finding] = []

    def say(cell: Cell, column: str, why: str, level: Level = Level.WRONG) -> None:
        found.append(Finding(cell.place, why, level, column))

    empty = Cell(f"#{row.number}", "")
    number, born = row.cells.get("nik", empty), None
    digits = nik_of(number)
    name_cell, name = row.cells.get("name", empty), ""
    if "name" in row.cells:
        name = name_of(name_cell.text) or ""
        if not name:
            say(name_cell, "name", "name_missing" if not name_cell.text else "name")
    date_cell = row.cells.get("birth_date", empty)
    if date_cell.text:
        born, why = date_of(date_cell, today)
        if why:
            say(date_cell, "birth_date", why, Level.LOOK if born else Level.WRONG)
    if lost := _lost(number):
        say(number, "nik", lost)
    elif not digits:
        say(number, "nik", "nik_missing")
    else:
        told = nik.check(digits, regions, today, printed_birth_date=born)
        for reason in told.reasons:
            level = Level.WRONG if told.outcome is Outcome.FAIL or reason in ("too_young", "too_old") else Level.LOOK
            say(number, "nik", f"nik_{reason}", level)
        if digits in seen:
            say(number, "nik", "twice")
        elif told.nik is not None:
            seen[digits] = number.place
    phone = ""
    phone_cell = row.cells.get("phone", empty)
    if phone_cell.text:
        phone = phone_of(phone_cell)
        if not phone:
            say(phone_cell, "phone", "phone", Level.LOOK)
    if any(one.level is Level.WRONG for one in found):
        return Checked(row.number, tuple(found), None)
    member = Member(row.number, digits, name, born, phone, row.cells.get("member", empty).text[:32])
    return Checked(row.number, tuple(found), member)


def nik_of(cell: Cell) -> str:
    """Without what people put between digits, and the `.0` of a number that was never one."""
    return re.sub(r"\.0$", "", nik.clean(cell.text) if not re.fullmatch(r"\d+\.0", cell.text) else cell.text)


def _lost(cell: Cell) -> str:
    """A NIK that a spreadsheet took for a number has lost its last digits: nobody can bring them back."""
    if re.fullmatch(r"\d([.,]\d+)?[eE]\+?\d+", cell.text.replace(" ", "")):
        return "nik_rounded"
    number = cell.raw if isinstance(cell.raw, int | float) and not isinstance(cell.raw, bool) else None
    if number is not None and number >= 1e15 and int(number) % 10 == 0:
        return "nik_rounded"  # fifteen digits is what a spreadsheet keeps; the sixteenth is always nought
    return ""


def date_of(cell: Cell, today: date) -> tuple[date | None, str]:
    """The date, and why somebody should look at it or why there is none; "" for neither."""
    if isinstance(cell.raw, date):
        return _plausible(cell.raw, today)
    text = cell.text.lower().rpartition(",")[2].strip() or cell.text.lower()
    if text.isdigit() and int(text) in _EXCEL_DAYS:
        return _plausible(_EXCEL_EPOCH + timedelta(days=int(text)), today)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", text):
        return _made(text[:4], text[5:7], text[8:10], today)
    if named := _NAMED.search(text):
        month = _MONTHS.get(named[2])
        return _made(named[3], str(month), named[1], today) if month else (None, "date")
    if numbers := _NUMBERS.search(text):
        first, second, third = numbers.groups()
        if len(first) == 4:
            return _made(first, second, third, today)
        return _made(third, second, first, today)
    return None, "date"


def _made(year: str, month: str, day: str, today: date) -> tuple[date | None, str]:
    short = len(year) <= 2
    number = int(year)
    if short:
        number += today.year // 100 * 100
        if number > today.year - 10:
            number -= 100
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        return None, "date"
    plain, why = _plausible(found, today)
    return plain, why or ("date_short" if short else "")


def _plausible(day: date, today: date) -> tuple[date | None, str]:
    return (day, "") if date(today.year - 110, 1, 1) <= day <= today else (None, "date_range")


def phone_of(cell: Cell) -> str:
    """`081234567890`, also where the spreadsheet dropped the nought; "" for what is no mobile number."""
    digits = re.sub(r"[^\d+]", "", cell.text)
    digits = re.sub(r"^(\+?62|0062)", "0", digits)
    if digits.startswith("8"):
        digits = f"0{digits}"
    return digits if _PHONE.fullmatch(digits) else ""
