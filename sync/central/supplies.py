"""What the kiosks hold, added up from their officers' acts alone; who runs dry first, and what to bring where."""

import argparse
import dataclasses
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk import commandline as command
from kiosk import tables
from kiosk.domain.act import Kind
from kiosk.domain.stock import KINDS, Item, Ledger, Stand, Unit
from sync.central.acts import arrived_of
from sync.central.database import Database
from sync.central.deeds import Centre, table
from sync.central.schema import act, kiosk

_AT_ONCE = 1000
FILL_DAYS = 14  # what is brought lasts so long
_LIST = 256  # letters of what is kept with a kiosk
_PART = re.compile(r"[a-z_]{1,32}")
FOREVER = 10**6  # days left of what nobody uses


@dataclass(frozen=True, slots=True)
class Supply:
    """How a kiosk stands with an item. `packs` to bring, so that it lasts FILL_DAYS; 0 while there is enough."""

    kiosk: str
    region: str
    market: str
    item: str
    count: int
    unit: str
    per_day: float | None
    days_left: int | None
    low: bool
    empty: bool
    known: bool
    packs: int


def supplies(database: Database, items: tuple[Item, ...], now_ms: int, only: str = "") -> list[Supply]:
    """Of all kiosks or that one, who runs dry first at the top; what nobody has counted yet at the end."""
    found = []
    with database.read() as connection:
        chosen = sa.select(kiosk.c.name, kiosk.c.region, kiosk.c.market)
        places = {row.name: row for row in connection.execute(chosen.where(kiosk.c.name == only) if only else chosen)}
        for name, ledger in _ledgers(connection, only):
            place = places.get(name)
            for item in items:
                if item.id in ledger.items:
                    stand = ledger.stand(item, now_ms)
                    found.append(_supply(name, place.region if place else "", place.market if place else "", stand))
    return sorted(found, key=lambda one: (not one.known, not one.empty, not one.low, _days(one), one.kiosk, one.item))


def note(connection: sa.Connection, name: str, now_ms: int) -> None:
    """Keeps with the kiosk what runs low and which part did not pass its last test, so that the fleet page can ask."""
    (ledger,) = [ledger for _, ledger in _ledgers(connection, name)] or [Ledger()]
    low = [item.id for item in items() if item.id in ledger.items and ledger.stand(item, now_ms).low]
    last: dict[str, str] = {}
    tested = sa.select(act.c.facts).where(act.c.kiosk == name, act.c.kind == str(Kind.TESTED)).order_by(act.c.seq)
    for facts in connection.scalars(tested):
        said = json.loads(facts)
        if _PART.fullmatch(part := str(said.get("part", ""))):
            last[part] = str(said.get("outcome", ""))
    bad = [part for part, outcome in sorted(last.items()) if outcome == "failed"]
    values = {"low": " ".join(low)[:_LIST], "bad": " ".join(bad)[:_LIST]}
    connection.execute(sa.update(kiosk).where(kiosk.c.name == name).values(**values))


def items() -> tuple[Item, ...]:
    """What kiosks hold, by the shipped list."""
    return tables.stock_items()


def of_kiosk(database: Database, name: str, now_ms: int) -> list[Supply]:
    """How this kiosk stands, by the shipped list of items."""
    return supplies(database, tables.stock_items(), now_ms, only=name)


def _days(one: Supply) -> int:
    return FOREVER if one.days_left is None else one.days_left


def _ledgers(connection: sa.Connection, only: str) -> Iterator[tuple[str, Ledger]]:
    """Each kiosk's acts in the order of its chain; a few rows in memory at a time."""
    query = sa.select(act).where(act.c.kind.in_([str(kind) for kind in KINDS])).order_by(act.c.kiosk, act.c.seq)
    if only:
        query = query.where(act.c.kiosk == only)
    name, ledger = "", Ledger()
    for row in connection.execute(query.execution_options(yield_per=_AT_ONCE)):
        if row.kiosk != name:
            if name:
                yield name, ledger
            name, ledger = row.kiosk, Ledger()
        ledger.add(arrived_of(row).kept)
    if name:
        yield name, ledger


def _supply(name: str, region: str, market: str, stand: Stand) -> Supply:
    item = stand.item
    wanted = (stand.per_day or 0) * FILL_DAYS
    packs = max(1, -(-int(wanted - stand.shown) // item.pack)) if stand.low else 0
    return Supply(
        name, region, market, item.id, stand.shown, str(item.unit), stand.per_day, stand.days_left, stand.low,
        stand.empty, stand.known, packs,
    )  # fmt: skip


def stock(centre: Centre, arguments: argparse.Namespace) -> int:
    """`kiosk-central stock`: every kiosk and item, who runs dry first at the top."""
    items = tables.stock_items()
    found = supplies(centre.database, items, centre.clock.wall_ms())
    if arguments.kiosk:
        found = [one for one in found if one.kiosk == arguments.kiosk]
    if arguments.low:
        found = [one for one in found if one.low]
    if arguments.json:
        for one in found:
            command.write_line(json.dumps(dataclasses.asdict(one), ensure_ascii=False))
        return command.OK
    by_id = {item.id: item for item in items}
    names = ("kiosk", "market", "item", "count", "per_day", "days_left", "state")
    rows = [
        [
            one.kiosk, one.market or "–", _label(by_id[one.item], centre),
            _amount(by_id[one.item], one.count, centre) if one.known else "?",
            "–" if one.per_day is None else _amount(by_id[one.item], one.per_day, centre),
            "–" if one.days_left is None else one.days_left, _state(one, centre),
        ]
        for one in found
    ]  # fmt: skip
    table([centre.words(f"supply.column.{name}") for name in names], rows)
    if not found:
        print(centre.words("supply.none"), file=sys.stderr)
    return command.OK


def plan(centre: Centre, arguments: argparse.Namespace) -> int:
    """`kiosk-central plan`: where to go today and what to bring, a line a kiosk, the most pressing first."""
    items = {item.id: item for item in tables.stock_items()}
    visits: dict[str, list[Supply]] = {}
    for one in supplies(centre.database, tuple(items.values()), centre.clock.wall_ms()):
        if one.packs and (not arguments.region or one.region == arguments.region):
            visits.setdefault(one.kiosk, []).append(one)
    if arguments.json:
        for name, wanted in visits.items():
            bring = {one.item: one.packs for one in wanted}
            told = {"kiosk": name, "region": wanted[0].region, "market": wanted[0].market, "bring": bring}
            command.write_line(json.dumps(told | {"days_left": min(map(_days, wanted))}, ensure_ascii=False))
        return command.OK
    rows = []
    for name, wanted in visits.items():
        brought = ", ".join(
            f"{one.packs} {_pack(items[one.item], centre)} {_label(items[one.item], centre)}" for one in wanted
        )
        left = min(map(_days, wanted))
        rows.append([name, wanted[0].region or "–", wanted[0].market or "–", "–" if left == FOREVER else left, brought])
    table([centre.words(f"supply.column.{name}") for name in ("kiosk", "region", "market", "days_left", "bring")], rows)
    if not rows:
        print(centre.words("supply.enough"), file=sys.stderr)
    return command.OK


def acts(centre: Centre, arguments: argparse.Namespace) -> int:
    """`kiosk-central acts`: what officers did, the newest first; numbers of officers, never their names."""
    query = sa.select(act).order_by(act.c.received_ms.desc(), act.c.kiosk, act.c.seq.desc()).limit(arguments.last)
    for column, value in (
        (act.c.kiosk, arguments.kiosk),
        (act.c.kind, arguments.kind),
        (act.c.officer, arguments.officer),
    ):
        if value:
            query = query.where(column == value)
    with centre.database.read() as connection:
        found = [(row.kiosk, arrived_of(row)) for row in connection.execute(query)]
    if arguments.json:
        for name, one in found:
            told = {"kiosk": name, "seq": one.seq, "at_ms": one.at_ms, "received_ms": one.received_ms}
            told |= {"kind": str(one.act.kind), "officer": one.act.officer, "facts": dict(one.act.facts)}
            command.write_line(json.dumps(told, ensure_ascii=False))
        return command.OK
    rows = [
        [centre.when(one.happened_ms), name, one.act.officer or "–", centre.words.act(one.act)] for name, one in found
    ]
    table([centre.words(f"supply.column.{name}") for name in ("at", "kiosk", "officer", "act")], rows)
    return command.OK


def options(parsers: dict[str, argparse.ArgumentParser]) -> None:
    """Of the commands `stock`, `plan` and `acts`."""
    for parser in parsers.values():
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parsers["stock"].add_argument("kiosk", nargs="?", default="", metavar="NAME", help="only this kiosk")
    parsers["stock"].add_argument("--low", action="store_true", help="only what runs low")
    parsers["plan"].add_argument("--region", default="", metavar="R", help="only this city or regency")
    parsers["acts"].add_argument("kiosk", nargs="?", default="", metavar="NAME", help="only of this kiosk")
    parsers["acts"].add_argument("--kind", default="", choices=["", *map(str, Kind)], metavar="KIND", help="only these")
    parsers["acts"].add_argument("--officer", default="", metavar="NUMBER", help="only this officer's")
    parsers["acts"].add_argument("--last", type=int, default=50, metavar="N", help="so many; default 50")


def _label(item: Item, centre: Centre) -> str:
    return item.labels.get(centre.words.language) or item.labels["id"]


def _pack(item: Item, centre: Centre) -> str:
    return item.packs.get(centre.words.language) or item.packs["id"]


def _amount(item: Item, number: float, centre: Centre) -> str:
    if item.unit is Unit.PIECE:
        return f"{number:.0f}"
    return f"{number / item.pack:.1f} {_pack(item, centre)}"


def _state(one: Supply, centre: Centre) -> str:
    state = "unknown" if not one.known else "empty" if one.empty else "low" if one.low else "fine"
    return centre.words(f"supply.{state}")
