"""Lists that come in through the console: sealed by the web server, read by the worker, told about without a name.

web server: bytes → sealed to central.pub, a row of `upload` → worker: opened, checked, awaited → report, bytes gone
"""

import json
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kiosk.domain.errors import SettingsError
from kiosk.logs import Log
from sync.central.database import Database
from sync.central.opening import SUITE
from sync.central.schema import upload

MOST_BYTES = 4 * 1024 * 1024  # 5,000 members are about 0.3 MB
ENDINGS = (".xlsx", ".xlsm", ".csv", ".txt", ".tsv")
_WAITING = 5  # lists of one association that the worker has not read
_TOLD = 200  # findings that a report keeps; the command line tells them all
_log = Log("uploads")


@dataclass(frozen=True, slots=True)
class Upload:
    """`report` is empty while the worker has not read it: `{rows, good, wrong, look, new, findings}`, or `{error}`."""

    id: uuid.UUID
    association: str
    account: str
    at_ms: int
    done_ms: int | None
    report: dict[str, Any]


def take(database: Database, association: str, account: str, ending: str, raw: bytes, key: bytes, now_ms: int) -> None:
    """Keeps a list until the worker reads it; `key`: central.pub.

    Raises SettingsError `list.kind`, `list.too_big`, `list.waiting`.
    """
    if ending.lower() not in ENDINGS:
        raise SettingsError("list.kind", file=ending[:8] or "–")
    if len(raw) > MOST_BYTES:
        raise SettingsError("list.too_big", file=ending, most=MOST_BYTES // 1024 // 1024)
    here = (upload.c.association == association) & upload.c.done_ms.is_(None)
    with database.read() as connection:
        if (connection.scalar(sa.select(sa.func.count()).select_from(upload).where(here)) or 0) >= _WAITING:
            raise SettingsError("list.waiting")
    id = uuid.uuid4()
    sealed = SUITE.encrypt(raw, X25519PublicKey.from_public_bytes(key), info=_info(id, association))
    row = {"id": id, "association": association, "account": account, "at_ms": now_ms, "ending": ending.lower()}
    with database.write() as connection:
        connection.execute(sa.insert(upload).values(**row, sealed=sealed, done_ms=None, report="{}"))


def listed(connection: sa.Connection, association: str, limit: int = 5) -> list[Upload]:
    """The newest first."""
    query = sa.select(upload).where(upload.c.association == association).order_by(upload.c.at_ms.desc()).limit(limit)
    return [
        Upload(row.id, row.association, row.account, row.at_ms, row.done_ms, json.loads(row.report))
        for row in connection.execute(query)
    ]


def work(
    database: Database, key: X25519PrivateKey, people_key: bytes, public_key: bytes, today: date, now_ms: int
) -> int:
    """Reads the oldest list that waits; how many were read. Two workers that read the same one come to the same."""
    with database.read() as connection:
        row = connection.execute(
            sa.select(upload).where(upload.c.done_ms.is_(None)).order_by(upload.c.at_ms).limit(1)
        ).first()
    if row is None:
        return 0
    report = _read(database, row, key, people_key, public_key, today, now_ms)
    with database.write() as connection:
        values = {"sealed": None, "done_ms": now_ms, "report": json.dumps(report)}
        connection.execute(sa.update(upload).where(upload.c.id == row.id).values(**values))
    _log.info("list.read", id=row.association, count=int(report.get("good", 0)))
    return 1


def forget(database: Database, before_ms: int) -> int:
    """Drops the reports of lists that were read before then."""
    with database.write() as connection:
        return connection.execute(sa.delete(upload).where(upload.c.done_ms < before_ms)).rowcount


def _read(
    database: Database, row: Any, key: X25519PrivateKey, people_key: bytes, public_key: bytes, today: date, now_ms: int
) -> dict[str, Any]:
    from sync.central.associations.loading import load  # late: what reads workbooks is heavy

    try:
        raw = SUITE.decrypt(bytes(row.sealed), key, info=_info(row.id, row.association))
    except (InvalidTag, ValueError):
        return {"error": "list.unreadable"}
    with tempfile.TemporaryDirectory() as folder:  # 0700, and gone with the block
        path = Path(folder) / f"list{row.ending}"
        path.write_bytes(raw)
        try:
            loaded = load(database, row.association, path, people_key, public_key, now_ms, today)
        except SettingsError as error:
            return {"error": error.id}
    found = _findings(loaded.checked)
    told = loaded.told
    sums = {"rows": told.rows, "good": told.good, "wrong": told.wrong, "look": told.look, "new": loaded.new}
    return sums | {"findings": found[:_TOLD], "more": max(0, len(found) - _TOLD)}


def _findings(checked: Sequence[Any]) -> list[list[str]]:
    """The cell, why, how grave: nothing that stands in a cell."""
    return [[finding.place, finding.why, str(finding.level)] for one in checked for finding in one.findings]


def _info(id: uuid.UUID, association: str) -> bytes:
    return b"market-kiosk list\0" + id.bytes + association.encode("ascii")
