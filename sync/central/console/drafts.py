"""Master data that somebody has sent and looks at, before it becomes what all kiosks use."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kiosk import cbor
from kiosk.domain.errors import SettingsError
from sync.central import mastering
from sync.central.database import Database
from sync.central.schema import draft

NOT_HERE = frozenset({"officers.csv"})  # holds hashes of PINs: `kiosk-central officer` alone writes it
_SHOWN = 40  # lines of each kind in a preview


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file would change: `added`, `gone` and `changed` lines, the first of them; `numbers` of all."""

    file: str
    added: tuple[str, ...]
    gone: tuple[str, ...]
    numbers: tuple[int, int]


def save(
    database: Database, account: str, sent: Mapping[str, bytes], now: Mapping[str, bytes], today: date, now_ms: int
) -> int:
    """Keeps those files that differ, checked as a kiosk would; how many. `now`: what is published.

    Raises SettingsError `central.not_master` and what a table's own check says.
    """
    files = {_place(name): raw for name, raw in sent.items()}
    changed = {name: raw for name, raw in files.items() if now.get(name) != raw}
    mastering.check(dict(now) | changed, today)
    with database.write() as connection:
        connection.execute(sa.delete(draft).where(draft.c.account == account))
        if changed:
            row = {"account": account, "made_ms": now_ms, "files": cbor.dumps(changed)}
            connection.execute(sa.insert(draft).values(**row))
    return len(changed)


def load(database: Database, account: str) -> dict[str, bytes]:
    """Empty when there is none."""
    with database.read() as connection:
        raw = connection.scalar(sa.select(draft.c.files).where(draft.c.account == account))
    return dict(cbor.loads(bytes(raw), 2)) if raw else {}


def drop(database: Database, account: str) -> None:
    with database.write() as connection:
        connection.execute(sa.delete(draft).where(draft.c.account == account))


def differences(files: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[Difference]:
    """Of tables by row, of texts by message; order does not count."""
    found = []
    for name in sorted(files):
        before, after = _parts(name, now.get(name, b"")), _parts(name, files[name])
        added, gone = [one for one in after if one not in before], [one for one in before if one not in after]
        numbers = (len(added), len(gone))
        found.append(Difference(name, tuple(added[:_SHOWN]), tuple(gone[:_SHOWN]), numbers))
    return found


def _parts(name: str, raw: bytes) -> dict[str, None]:
    text = raw.decode("utf-8-sig", errors="replace")
    if name.endswith(".po"):
        parts = (f"msgid {part}".strip().replace("\n", " ") for part in f"\n{text}".split("\nmsgid ")[1:])
        return dict.fromkeys(parts)
    return dict.fromkeys(" · ".join(cells) for cells in csv.reader(io.StringIO(text)))


def _place(name: str) -> str:
    """`tariff.csv` is a table, `id.po` a text. Raises SettingsError `central.not_master`."""
    wanted = tuple(one for one in (*mastering.TABLES, *mastering.TEXTS) if one not in NOT_HERE)
    for one in wanted:
        if name in (one, one.rpartition("/")[2]):
            return one
    shown = name if name.isascii() and name.isprintable() else "?"
    raise SettingsError("central.not_master", file=shown, wanted=", ".join(wanted))
