"""What a person answers, read from a file: one visit as TOML, or many as CSV with one visit a row.

key           values                                     needed
nik           sixteen digits                             unless a card gives it
name          as on the card                             unless the card gives it
birth_date    1975-08-17 or 17-08-1975                   only when the NIK's date cannot stand alone
married       yes / no                                   only below 17
occupations   one or two ids of config/occupations.csv   yes
employer      yes / no: has paid workers                 no: no
income        rupiah a month                             no: the lowest band
programmes    jkk jkm, or jkk jkm jht                    no: the least that is allowed
months        1, 3, 6 or 12                              no: 1
phone         08…                                        no
association   letters of config/associations.csv         no; kept only with the consent for it
consents      registration association reminders         registration is
language      id, en …                                   no: the kiosk's
form          number of the signed paper form            in a list
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.domain.errors import EnrolmentError, SettingsError
from kiosk.domain.tariff import Programme
from kiosk.journey.visit import PURPOSES
from kiosk.settings import read_toml

KEYS = (
    "nik", "name", "birth_date", "married", "occupations", "employer", "income", "programmes", "months", "phone",
    "association", "consents", "language", "form",
)  # fmt: skip
_ALIASES = {"occupation": "occupations", "programme": "programmes", "consent": "consents", "form_number": "form"}
_YES = {"yes", "ya", "y", "true", "1", "x", "benar"}
_NO = {"no", "tidak", "t", "n", "false", "0", "", "-", "bukan"}


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """The answers of one visit. None or () where the file says nothing."""

    nik: str = ""
    name: str = ""
    birth_date: str = ""  # DDMMYYYY, as the keypad gives it
    married: bool | None = None
    occupations: tuple[str, ...] = ()
    employer: bool = False
    income: int | None = None
    programmes: tuple[Programme, ...] = ()
    months: int = 1
    phone: str = ""
    association: str = ""
    consents: tuple[str, ...] = ()
    language: str = ""
    form: str = ""


def from_toml(path: Path) -> Given:
    """Raises SettingsError (`toml.broken`, `answers.key`) or EnrolmentError `answers.value` naming the key."""
    table = read_toml(path)
    return _given(table, path.name)


def from_csv(path: Path) -> Iterator[tuple[int, Given | EnrolmentError]]:
    """Line number and answers of each row, or what is wrong with it. Comma, semicolon or tab between the columns.

    Raises SettingsError when the file as a whole cannot be read or a needed column is missing.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError("file.missing", file=path.name) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError("file.unreadable", file=path.name) from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        reader = csv.DictReader(text.splitlines(), delimiter=delimiter, strict=True)
        columns = [_ALIASES.get(name.strip().lower(), name.strip().lower()) for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        missing = [key for key in ("nik", "name", "occupations", "form") if key not in columns]
        if not any(column == "consents" or column.startswith("consent_") for column in columns):
            missing.append("consents")
        if missing:
            raise SettingsError("list.column", file=path.name, key=", ".join(missing))
        for row in reader:
            if not any((value or "").strip() for value in row.values() if isinstance(value, str)):
                continue
            try:
                if None in row or None in row.values():
                    raise EnrolmentError("answers.columns", wanted=len(columns))
                given = _given(row, path.name)
                if not given.form:
                    raise EnrolmentError("answers.value", key="form", wanted="…")
                yield reader.line_num, given
            except EnrolmentError as error:
                yield reader.line_num, error
    except csv.Error:
        raise SettingsError("file.unreadable", file=path.name) from None


def _given(table: Mapping[str, Any], file: str) -> Given:
    values: dict[str, Any] = {}
    consents: list[str] = []
    for name, value in table.items():
        key = _ALIASES.get(name, name)
        if key.startswith("consent_") and key.removeprefix("consent_") in PURPOSES:
            consents += [key.removeprefix("consent_")] if _flag(key, value) else []
        elif key in KEYS:
            values[key] = value
        else:
            raise SettingsError("answers.key", file=file, key=key[:40], wanted=", ".join(KEYS))
    return Given(
        nik=_text("nik", values.get("nik", "")),
        name=_text("name", values.get("name", "")),
        birth_date=_date(values.get("birth_date", "")),
        married=None if values.get("married", "") in ("", None) else _flag("married", values["married"]),
        occupations=_words(values.get("occupations", ())),
        employer=_flag("employer", values.get("employer", False)),
        income=None if values.get("income", "") in ("", None) else _number("income", values["income"]),
        programmes=_programmes(values.get("programmes", ())),
        months=1 if values.get("months", "") in ("", None) else _number("months", values["months"]),
        phone=_text("phone", values.get("phone", "")),
        association=_text("association", values.get("association", "")),
        consents=(*_consents(values.get("consents", ())), *consents),
        language=_text("language", values.get("language", "")),
        form=_text("form", values.get("form", "")),
    )


def _wrong(key: str, wanted: str) -> EnrolmentError:
    return EnrolmentError("answers.value", key=key, wanted=wanted)


def _text(key: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise _wrong(key, '"…"')
    return value.strip().removeprefix("'").strip()  # spreadsheets mark text with an apostrophe


def _flag(key: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise _wrong(key, "ya / tidak, yes / no")


def _number(key: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = str(value).strip().lower().removeprefix("rp").strip().replace(".", "").replace(",", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        raise _wrong(key, "1000000")
    return int(digits)


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        for separator in "+;|/,":
            value = value.replace(separator, " ")
        return tuple(value.lower().split())
    if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
        return tuple(word.strip().lower() for word in value)
    raise _wrong("occupations", '["…"]')


def _programmes(value: Any) -> tuple[Programme, ...]:
    words = _words(value)
    if words in (("basic",), ("full",)):
        return tuple(Programme)[: 2 if words == ("basic",) else 3]
    try:
        return tuple(dict.fromkeys(Programme(word) for word in words))
    except ValueError:
        raise _wrong("programmes", "jkk jkm jht") from None


def _consents(value: Any) -> tuple[str, ...]:
    if isinstance(value, bool):
        return PURPOSES[:1] if value else ()
    if isinstance(value, Mapping):
        value = [purpose for purpose, given in value.items() if _flag("consents", given)]
    words = _words(value)
    if len(words) == 1 and words[0] in _YES | _NO:
        return PURPOSES[:1] if words[0] in _YES else ()
    if not set(words) <= set(PURPOSES):
        raise _wrong("consents", " ".join(PURPOSES))
    return words


def _date(value: Any) -> str:
    """ISO or day-first with any separator, to DDMMYYYY; a TOML date too."""
    text = value.isoformat() if hasattr(value, "isoformat") else _text("birth_date", value)
    parts = text.replace("/", "-").replace(".", "-").replace(" ", "-").split("-")
    if parts == [""]:
        return ""
    if len(parts) == 1 and len(text) == 8 and text.isdigit():
        return text
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise _wrong("birth_date", "17-08-1975")
    if len(parts[0]) == 4:
        parts.reverse()
    return f"{int(parts[0]):02}{int(parts[1]):02}{parts[2]}"
