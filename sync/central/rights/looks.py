"""One enrolment, shown to somebody at the console who may see it. The web server has no key that opens it, so it asks:

    web server: a fresh key pair, its private half under console.key → row of `look` → worker: asks whether this account
    may and has not looked too often, opens the record, seals it to the fresh key → web server: shows it → row gone

Whoever takes over the web server gets no more than the worker lets one account see, and each look stands in the audit.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kiosk.domain.act import Act
from sync.central.database import Database
from sync.central.opening import SUITE, OpeningError, opened
from sync.central.rights import corrections
from sync.central.schema import account, enrolment, look

MAY = ("ops", "admin")
AN_HOUR = 30  # looks of one account
KEPT_MS = 120_000
_HOUR_MS = 3_600_000


class Cipher(Protocol):
    """console.key, as `console.codes.Codes` uses it."""

    def sealed(self, secret: bytes, account: str) -> bytes: ...

    def opened(self, sealed: bytes, account: str) -> bytes | None: ...


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """`waits`: the worker has not answered. `said`: of an enrolment, or `{refused}` with a cause."""

    waits: bool
    said: dict[str, Any]


def ask(
    connection: sa.Connection, cipher: Cipher, kiosk: str, record: uuid.UUID, account: str, now_ms: int
) -> uuid.UUID:
    key, id = X25519PrivateKey.generate(), uuid.uuid4()
    row = {"id": id, "kiosk": kiosk, "record": record, "account": account, "at_ms": now_ms, "sealed": None}
    public, secret = key.public_key().public_bytes_raw(), cipher.sealed(key.private_bytes_raw(), f"{account}/{id}")
    connection.execute(sa.insert(look).values(**row, public_key=public, secret=secret))
    return id


def shown(connection: sa.Connection, cipher: Cipher, id: uuid.UUID, account: str, now_ms: int) -> Shown | None:
    """None when there is no such look of this account, or no more."""
    row = connection.execute(sa.select(look).where(look.c.id == id, look.c.account == account)).first()
    if row is None or row.at_ms < now_ms - KEPT_MS:
        return None
    if row.sealed is None:
        return Shown(True, {})
    secret = cipher.opened(bytes(row.secret), f"{account}/{id}")
    if secret is None:
        return None
    try:
        raw = SUITE.decrypt(bytes(row.sealed), X25519PrivateKey.from_private_bytes(secret), info=_info(id))
    except (InvalidTag, ValueError):
        return None
    return Shown(False, json.loads(raw))


def work(database: Database, key: X25519PrivateKey, now_ms: int) -> int:
    """Answers every look that waits; how many."""
    with database.read() as connection:
        rows = connection.execute(sa.select(look).where(look.c.sealed.is_(None), look.c.at_ms > now_ms - KEPT_MS)).all()
    for row in rows:
        with database.write() as connection:
            said = json.dumps(_said(connection, row, key, now_ms), ensure_ascii=False).encode()
            sealed = SUITE.encrypt(said, X25519PublicKey.from_public_bytes(bytes(row.public_key)), info=_info(row.id))
            connection.execute(sa.update(look).where(look.c.id == row.id).values(sealed=sealed))
    return len(rows)


def forget(database: Database, now_ms: int) -> None:
    """What was shown goes after KEPT_MS; that somebody looked is counted for an hour, and stays in the audit."""
    with database.write() as connection:
        old = look.c.at_ms < now_ms - KEPT_MS
        connection.execute(sa.update(look).where(old, look.c.secret != b"").values(sealed=b"", secret=b""))
        connection.execute(sa.delete(look).where(look.c.at_ms < now_ms - _HOUR_MS))


def _said(connection: sa.Connection, row: Any, key: X25519PrivateKey, now_ms: int) -> dict[str, Any]:
    who = connection.execute(sa.select(account).where(account.c.name == row.account)).first()
    if who is None or who.disabled or who.role not in MAY:
        return {"refused": "role"}
    recent = (look.c.account == row.account) & look.c.at_ms.between(now_ms - _HOUR_MS, row.at_ms)
    if (connection.scalar(sa.select(sa.func.count()).select_from(look).where(recent)) or 0) > AN_HOUR:
        return {"refused": "often"}
    where = (enrolment.c.kiosk == row.kiosk) & (enrolment.c.id == row.record)
    raw = connection.scalar(sa.select(enrolment.c.raw).where(where))
    try:
        found = opened(bytes(raw or b""), key)
    except OpeningError:
        return {"refused": "unreadable"}
    if isinstance(found, Act):
        return {"refused": "nobody"}
    laid = corrections.of_all(connection, key, row.kiosk).get((row.kiosk, row.record), {})
    return {"enrolment": corrections.applied(found, laid).plain(), "corrected": sorted(laid)}


def _info(id: uuid.UUID) -> bytes:
    return b"market-kiosk look\0" + id.bytes
