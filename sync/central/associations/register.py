"""Which associations there are: a table of the master data, so that every kiosk knows them, and who works for one."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import Clock
from kiosk.domain.errors import SettingsError
from sync.central import mastering
from sync.central.database import Database
from sync.central.schema import association

FILE = "associations.csv"
HEAD = ("code", "name", "market", "fictional")
_CODE = re.compile(r"[A-Z]{2,5}")


@dataclass(frozen=True, slots=True)
class Association:
    """`markets` in the order of the table; `coordinator` an account of the console, "" for none."""

    code: str
    name: str
    markets: tuple[str, ...]
    fictional: bool
    coordinator: str


def listed(database: Database, key: Ed25519PrivateKey, coordinator: str = "") -> list[Association]:
    """All of them, or those of a coordinator; by code."""
    rows = mastering.rows_of(database, key, FILE)
    with database.read() as connection:
        people = {row.code: row.coordinator for row in connection.execute(sa.select(association))}
    found = []
    for code in dict.fromkeys(row["code"] for row in rows):
        mine = [row for row in rows if row["code"] == code]
        markets = tuple(row["market"] for row in mine if row["market"])
        one = Association(code, mine[0]["name"], markets, mine[0]["fictional"] == "yes", people.get(code, ""))
        if not coordinator or one.coordinator == coordinator:
            found.append(one)
    return sorted(found, key=lambda one: one.code)


def find(database: Database, key: Ed25519PrivateKey, code: str) -> Association:
    """Raises SettingsError `association.none`."""
    for one in listed(database, key):
        if one.code == code:
            return one
    raise SettingsError("association.none", code=code[:8])


def save(
    database: Database,
    key: Ed25519PrivateKey,
    clock: Clock,
    today: date,
    code: str,
    name: str,
    markets: Collection[str],
    *,
    fictional: bool = False,
) -> int:
    """Adds or changes one, and publishes; the version. Raises SettingsError `association.code`, `association.name`."""
    if not _CODE.fullmatch(code):
        raise SettingsError("association.code")
    if not name.strip() or not name.isprintable():
        raise SettingsError("association.name")
    rows = [row for row in mastering.rows_of(database, key, FILE) if row["code"] != code]
    for market in dict.fromkeys(markets) or ("",):
        rows.append({"code": code, "name": name.strip(), "market": market, "fictional": "yes" if fictional else ""})
    return mastering.publish_rows(database, key, clock, today, FILE, HEAD, rows)


def entrust(database: Database, code: str, coordinator: str) -> None:
    """Says who works for it; "" for nobody."""
    with database.write() as connection:
        connection.execute(sa.delete(association).where(association.c.code == code))
        if coordinator:
            connection.execute(sa.insert(association).values(code=code, coordinator=coordinator))
