"""Publishing master data: tables checked by the same code that a kiosk reads them with, then signed as one bundle."""

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import tables, words
from kiosk.clock import Clock
from kiosk.domain.errors import SettingsError
from kiosk.resources import ASSETS, CONFIG
from sync import bundle
from sync.central.database import Database
from sync.central.schema import master
from sync.checks import WireError

TABLES = (
    "associations.csv", "benefits.csv", "discounts.csv", "eligibility.csv", "helpers.csv", "markets.csv",
    "occupations.csv", "officers.csv", "regions.csv", "regions-retired.csv", "stock.csv", "targets.csv", "tariff.csv",
)  # fmt: skip
NEWEST = sa.select(sa.func.coalesce(sa.func.max(master.c.version), 0)).scalar_subquery()  # 0 while there is none
TEXTS = tuple(f"words/{language}.po" for language in words.LANGUAGES)


def read(folder: Path | None, today: date) -> dict[str, bytes]:
    """The files to publish: the shipped ones, and over them those of the same name in `folder`.

    Raises SettingsError naming the file (and the line) that a kiosk could not use, or that is none of the master data.
    """
    shipped = {CONFIG: TABLES, ASSETS: TEXTS}
    files = {name: (where / name).read_bytes() for where, names in shipped.items() for name in names}
    if folder is None:
        return files
    if not folder.is_dir():
        raise SettingsError("file.missing", file=folder.name)
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in files:
            raise SettingsError("central.not_master", file=name, wanted=", ".join((*TABLES, *TEXTS)))
        files[name] = _bytes(path)
    check(files, today)
    return files


def published(database: Database, key: Ed25519PrivateKey) -> dict[str, bytes]:
    """The newest published files, over those shipped with this program."""
    files = read(None, date.min)
    with database.read() as connection:
        found = newest(connection)
    if found is not None:
        try:
            files |= bundle.opened(found[1], key.public_key().public_bytes_raw()).files
        except WireError:  # signed with a key that is no more in use
            return files
    return files


def publish(database: Database, files: dict[str, bytes], key: Ed25519PrivateKey, clock: Clock) -> tuple[int, bool]:
    """The version, and whether it is new: the same files again stay the version that they are."""
    with database.write() as connection:
        database.take_turns(connection)
        before = newest(connection)
        if before is not None and _holds(before[1], key, files):
            return before[0], False
        version = before[0] + 1 if before is not None else 1
        try:
            raw = bundle.sealed(bundle.Bundle(version, clock.wall_ms(), files), key)
        except WireError:
            raise SettingsError("central.master_too_big") from None
        connection.execute(sa.insert(master).values(version=version, bundle=raw, published_ms=clock.wall_ms()))
    return version, True


def rows_of(database: Database, key: Ed25519PrivateKey, file: str) -> list[dict[str, str]]:
    """The rows of a published table."""
    return list(csv.DictReader(io.StringIO(published(database, key)[file].decode("utf-8"))))


def publish_rows(
    database: Database,
    key: Ed25519PrivateKey,
    clock: Clock,
    today: date,
    file: str,
    head: Sequence[str],
    rows: Iterable[Mapping[str, str]],
) -> int:
    """Publishes a table anew, in the order of its first column; the version. Raises as `check` and `publish`."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row[head[0]]))
    files = published(database, key) | {file: text.getvalue().encode()}
    check(files, today)
    return publish(database, files, key, clock)[0]


def _check_head(path: Path) -> None:
    """A table without the columns of the shipped one would be read as one without rows."""
    wanted, found = (_head(one) for one in (CONFIG / path.name, path))
    if missing := [name for name in wanted if name not in found]:
        raise SettingsError("central.head", file=path.name, missing=", ".join(missing))


def _head(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        raise SettingsError("file.unreadable", file=path.name) from None


def newest(connection: sa.Connection) -> tuple[int, bytes] | None:
    """The newest version and its bundle; None while nothing is published."""
    row = connection.execute(sa.select(master).order_by(master.c.version.desc()).limit(1)).first()
    return None if row is None else (row.version, bytes(row.bundle))


def _holds(raw: bytes, key: Ed25519PrivateKey, files: dict[str, bytes]) -> bool:
    try:
        return bundle.opened(raw, key.public_key().public_bytes_raw()).files == files
    except WireError:  # signed with a key that is no more in use
        return False


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise SettingsError("file.unreadable", file=path.name) from None


def check(files: dict[str, bytes], today: date) -> None:
    """Raises SettingsError naming the file that a kiosk could not use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "words").mkdir()
        for file, content in files.items():
            (folder / file).write_bytes(content)
        tables.rules(today, folder)
        tables.markets(folder)
        tables.stock_items(folder)
        tables.officers(folder)
        tables.helper_wordings("helper", folder)
        tables.target("", "", today, folder)
        for file in TABLES:
            _check_head(folder / file)
        shipped = words.load("id")
        for language in words.LANGUAGES:
            texts = words.load(language, folder / "words")
            for id in shipped.ids:
                if words.placeholders(texts(id)) != words.placeholders(shipped(id)):
                    raise SettingsError("central.text", file=f"words/{language}.po", key=id)
