"""The CSV tables of config/ as domain values. A broken row is named by file and line, never quoted."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from kiosk import pin
from kiosk.clock import EARLIEST_DAY
from kiosk.domain.benefits import Benefits
from kiosk.domain.eligibility import Eligibility
from kiosk.domain.errors import SettingsError
from kiosk.domain.officer import NUMBER_DIGITS, Officer
from kiosk.domain.regions import Region, Regions
from kiosk.domain.rules import Association, Occupation, Rules
from kiosk.domain.stock import DrawnBy, Item, Unit
from kiosk.domain.tariff import Band, Discount, Month, Programme, Tariff
from kiosk.logs import Log
from kiosk.resources import CONFIG

T = TypeVar("T")
Row = dict[str, str]
_MOST_IN_A_PACK = 1_000_000
log = Log("tables")

_preferred: Path | None = None
_unreadable: Path | None = None


def prefer(folder: Path | None) -> None:
    """From now on tables are read from `folder`, which the centre has published, and only what is not in it from the
    shipped ones. A folder whose tables this version cannot read changes nothing.
    """
    global _preferred, _unreadable
    if folder == _preferred or (folder is not None and folder == _unreadable):
        return
    before, _preferred = _preferred, folder
    _forget()
    try:
        rules(EARLIEST_DAY)
        markets()
        stock_items()
        officers()
    except SettingsError as error:
        log.error("master.not_used", cause=error.id)
        _preferred, _unreadable = before, folder
        _forget()


def _forget() -> None:
    for cached in (regions, stock_items, tariff, officers, _targets):
        cached.cache_clear()


def _in(folder: Path | None, name: str) -> Path:
    for place in (folder, None if folder else _preferred):
        if place is not None and (folder or (place / name).exists()):
            return place / name
    return CONFIG / name


def rules(today: date, folder: Path | None = None) -> Rules:
    """All tables as they stand on `today`. Raises SettingsError `table.row` with file and line."""
    return Rules(
        today=today,
        regions=regions(folder),
        tariff=tariff(folder),
        eligibility=eligibility(today, folder),
        occupations=tuple(_read(_in(folder, "occupations.csv"), _occupation)),
        benefits=benefits(today, folder),
        associations=tuple(_read(_in(folder, "associations.csv"), _association)),
    )


@cache
def regions(folder: Path | None = None) -> Regions:
    current = _read(_in(folder, "regions.csv"), lambda row: Region(row["code"], row["name"]))
    retired = _read(_in(folder, "regions-retired.csv"), lambda row: Region(row["code"], row["name"], retired=True))
    return Regions([*current, *retired])


@cache
def tariff(folder: Path | None = None) -> Tariff:
    return Tariff(_read(_in(folder, "tariff.csv"), _band), _read(_in(folder, "discounts.csv"), _discount))


def eligibility(today: date, folder: Path | None = None) -> Eligibility:
    """The rows of eligibility.csv in force on `today`; the later row wins."""
    path = _in(folder, "eligibility.csv")
    values = _in_force(path, "rule", today)
    try:
        return Eligibility(
            minimum_age=int(values["minimum_age"]),
            married_below_minimum_age=values["married_below_minimum_age"] == "yes",
            age_limit=int(values["age_limit"]),
            most_jobs=int(values["most_jobs"]),
            least_income=int(values["least_income"]),
            employer_takes_jht=values["employer_takes_jht"] == "yes",
            months_choices=tuple(int(months) for months in values["months_choices"].split()),
        )
    except KeyError as missing:
        raise SettingsError("table.rule", file=path.name, key=str(missing.args[0]), day=today.isoformat()) from None
    except ValueError:
        raise SettingsError("table.row", file=path.name, line=0) from None


def benefits(today: date, folder: Path | None = None) -> Benefits:
    """The rows of benefits.csv in force on `today`; the later row wins."""
    path = _in(folder, "benefits.csv")
    values = _in_force(path, "benefit", today)
    numbers = (
        "jkk_death_times_base", "jkm_full", "jkm_before", "jkm_full_after_months", "scholarship_most",
        "scholarship_children", "scholarship_years", "jht_age", "unpaid_months_rest", "due_day", "card_days",
    )  # fmt: skip
    try:
        low, middle, high = (int(percent) for percent in values["jht_percents"].split())
        return Benefits(
            **{name: int(values[name]) for name in numbers},
            jkk_care_unlimited=values["jkk_care_unlimited"] == "yes",
            jht_percents=(low, middle, high),
            jht_years=tuple(int(years) for years in values["jht_years"].split()),
            call_centre=values["call_centre"],
        )
    except KeyError as missing:
        raise SettingsError("table.rule", file=path.name, key=str(missing.args[0]), day=today.isoformat()) from None
    except ValueError:
        raise SettingsError("table.row", file=path.name, line=0) from None


def _in_force(path: Path, name: str, today: date) -> dict[str, str]:
    """Name → value of the dated rows that hold on `today`."""
    values: dict[str, str] = {}
    for key, value, first, last in _read(
        path, lambda row: (row[name], row["value"], _day(row["valid_from"]), _last_day(row["valid_until"]))
    ):
        if first <= today and (last is None or today <= last):
            values[key] = value
    return values


@dataclass(frozen=True, slots=True)
class Target:
    """There are to be so many traders by `last`, of whom `before` were members when it began, on `first`."""

    first: date
    last: date | None
    traders: int
    before: int = 0


def target(market: str, branch: str, today: date, folder: Path | None = None) -> Target | None:
    """The market's own target on `today`, else the one of its branch, else None."""
    rows = _targets_on(today, folder)
    found = {name: one for name, of_branch, association, one in rows if of_branch == branch and not association}
    return found.get(market) or found.get("")


def targets_on(today: date, folder: Path | None = None) -> dict[str, Target]:
    """The targets that hold on `today` by market, "" for a branch as a whole; those of several branches added up."""
    found: dict[str, Target] = {}
    for name, _, association, one in _targets_on(today, folder):
        if not association:
            before = found.get(name)
            found[name] = _together(before, one) if before else one
    return found


def branch_targets_on(today: date, folder: Path | None = None) -> dict[str, Target]:
    """The targets that hold on `today` for whole branches, by branch."""
    return {branch: one for name, branch, of, one in _targets_on(today, folder) if not name and not of}


def association_targets_on(today: date, folder: Path | None = None) -> dict[str, Target]:
    """The targets that hold on `today` for associations, by code."""
    return {of: one for _, _, of, one in _targets_on(today, folder) if of}


def _targets_on(today: date, folder: Path | None) -> Iterator[tuple[str, str, str, Target]]:
    for row in _targets(folder):
        if row[3].first <= today and (not row[3].last or today <= row[3].last):
            yield row


def _together(one: Target, other: Target) -> Target:
    return Target(one.first, one.last, one.traders + other.traders, one.before + other.before)


@cache
def _targets(folder: Path | None) -> tuple[tuple[str, str, str, Target], ...]:
    """Market, branch, association and target of each row; the columns `before` and `association` may be left out."""

    def make(row: Row) -> tuple[str, str, str, Target]:
        before = int(row.get("before") or 0)
        one = Target(_day(row["valid_from"]), _last_day(row["valid_until"]), int(row["traders"]), before)
        return row["market"], row["branch"], row.get("association") or "", one

    return tuple(_read(_in(folder, "targets.csv"), make))


def markets(folder: Path | None = None) -> tuple[str, ...]:
    return tuple(_read(_in(folder, "markets.csv"), lambda row: row["name"]))


def markets_near(market: str, folder: Path | None = None) -> tuple[str, ...]:
    """The markets of the same regency, by name; this one alone when no list knows it."""
    named = dict(_read(_in(folder, "markets.csv"), lambda row: (row["name"], row["regency"])))
    near = sorted(name for name, regency in named.items() if market in named and regency == named[market])
    return tuple(near) or (market,)


def helper_wordings(kind: str, folder: Path | None = None) -> tuple[str, ...]:
    """Whom (`helper`) a trader can ask, or where (`place`), in the words that an officer may choose from."""
    rows = _read(_in(folder, "helpers.csv"), lambda row: (row["kind"], row["text"]))
    return tuple(text for found, text in rows if found == kind)


def region_of(market: str, folder: Path | None = None) -> str:
    """Code of the regency that a market lies in, "" when no list knows it."""
    named = dict(_read(_in(folder, "markets.csv"), lambda row: (row["name"], row["regency"])))
    known = regions(folder)
    return next((code for code in known.codes() if len(code) == 4 and _is(known, code, named.get(market))), "")


def _is(known: Regions, code: str, name: str | None) -> bool:
    region = known.find(code)
    return region is not None and region.name == name and not region.retired


def _read(path: Path, make: Callable[[Row], T]) -> Iterator[T]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                try:
                    yield make(row)
                except (KeyError, ValueError, TypeError, AttributeError):
                    raise SettingsError("table.row", file=path.name, line=reader.line_num) from None
    except FileNotFoundError:
        raise SettingsError("file.missing", file=path.name) from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise SettingsError("file.unreadable", file=path.name) from None


def _band(row: Row) -> Band:
    return Band(
        income_from=int(row["income_from"]),
        base=int(row["base"]),
        contribution={programme: int(row[programme]) for programme in Programme},
        valid_from=_day(row["valid_from"]),
        valid_until=_last_day(row["valid_until"]),
        regulation=row["regulation"],
    )


def _discount(row: Row) -> Discount:
    return Discount(
        id=row["id"],
        sector=row["sector"],
        first=Month.parse(row["valid_from"]),
        last=Month.parse(row["valid_until"]),
        percent={programme: int(row[f"{programme}_percent"]) for programme in Programme},
        regulation=row["regulation"],
    )


def _occupation(row: Row) -> Occupation:
    labels = {"id": row["label_id"], "jv": row["label_jv"], "en": row["label_en"]}
    return Occupation(row["id"], labels, row["sector"], row["often_employer"] == "yes")


def _association(row: Row) -> Association:
    if not re.fullmatch(r"[A-Z]{2,5}", row["code"]) or not row["name"]:
        raise ValueError
    return Association(row["code"], row["name"], row["market"])


@cache
def officers(folder: Path | None = None) -> tuple[Officer, ...]:
    """Who may open the door, as the centre has published it; none in the shipped table."""
    return tuple(_read(_in(folder, "officers.csv"), _officer))


def _officer(row: Row) -> Officer:
    if not re.fullmatch(rf"[0-9]{{{NUMBER_DIGITS}}}", row["number"]) or not row["name"]:
        raise ValueError
    if not re.fullmatch(r"([0-9a-f]{64})?", row["badge"]) or not (row["pin"] == "" or pin.sound(row["pin"])):
        raise ValueError
    return Officer(
        number=row["number"],
        name=row["name"],
        places=tuple(row["places"].split()),
        badge=row["badge"],
        pin=row["pin"],
        first=_day(row["valid_from"]),
        last=_last_day(row["valid_until"]),
        revoked=bool(row["revoked"]),
    )


@cache
def stock_items(folder: Path | None = None) -> tuple[Item, ...]:
    """What a kiosk holds, in the order in which it is shown. Raises SettingsError `table.row`."""
    return tuple(_read(_in(folder, "stock.csv"), _item))


def _item(row: Row) -> Item:
    labels, packs = ({code: row[f"{part}_{code}"] for code in ("id", "jv", "en")} for part in ("label", "pack"))
    item = Item(
        id=row["id"],
        labels=labels,
        unit=Unit(row["unit"]),
        pack=int(row["pack"]),
        packs=packs,
        drawn_by=DrawnBy(row["drawn_by"]),
        low_days=int(row["low_days"]),
        low_amount=int(row["low_amount"]),
        icon=row["icon"],
    )
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", item.id) or not all((*labels.values(), *packs.values())):
        raise ValueError
    if not 0 < item.pack <= _MOST_IN_A_PACK or min(item.low_days, item.low_amount) < 0:
        raise ValueError
    return item


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _last_day(text: str) -> date | None:
    return _day(text) if text else None
