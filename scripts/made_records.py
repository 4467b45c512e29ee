"""Kiosks and their sealed, signed, chained requests without the machines: for a fleet, and for requests to be bent."""

import os
import uuid
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from made_people import person

from kiosk import form
from kiosk.domain.record import genesis
from kiosk.store import sealing
from kiosk.store.enrolments import new_id
from kiosk.store.identity import Identity
from sync import wire
from sync.central import keys, schema
from sync.central.database import Database
from sync.token import Token

BOOT = uuid.UUID(int=7)
FIRST_MS = 1_795_312_800_000  # 22 November 2026
EVERY_MS = 137_000
_FORMS = 200  # different ones; sealed they all differ


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it goes over the line. `root` is what the answer must carry when all of it is accepted."""

    kiosk: str
    headers: dict[str, str]
    body: bytes
    root: bytes
    records: int


class MadeKiosk:
    """`request(n)` carries the next n records of its chain."""

    def __init__(self, name: str, central_key: bytes = bytes(32), answer_key: bytes = bytes(32)) -> None:
        self.identity = Identity(
            kiosk=name, central_url="", central_public_key=central_key, answer_public_key=answer_key,
            signing_key=Ed25519PrivateKey.generate(), number_key=X25519PrivateKey.generate(),
            site_secret=os.urandom(32),
        )  # fmt: skip
        self._seq = 0
        self._hash = genesis(name, self.identity.public_key)

    def request(self, records: int) -> wire.Request:
        made = tuple(self._next() for _ in range(records))
        beat = wire.Heartbeat(FIRST_MS + self._seq * EVERY_MS, BOOT, self._seq * EVERY_MS, waiting=records)
        return wire.Request(self.identity.kiosk, beat, made)

    def sent(self, records: int) -> Sent:
        request = self.request(records)
        body = wire.encode_request(request)
        root = wire.root_of(one.hash for one in request.records)
        return Sent(request.kiosk, self.headers(body), body, root, records)

    def headers(self, body: bytes) -> dict[str, str]:
        token = Token.made(self.identity.kiosk, FIRST_MS, body, self.identity.signing_key)
        return {"Content-Type": wire.REQUEST_TYPE, "Authorization": token.header()}

    def row(self) -> dict[str, object]:
        """What the centre knows of a provisioned kiosk."""
        return {
            "name": self.identity.kiosk,
            "public_key": self.identity.public_key,
            "number_key": self.identity.number_key.public_key().public_bytes_raw(),
            "code_hash": os.urandom(32),
            "provisioned_at": FIRST_MS,
            "revoked": False,
        }

    def _next(self) -> wire.Carried:
        self._seq += 1
        after_ms = self._seq * EVERY_MS
        raw = sealing.seal(
            _form(self._seq % _FORMS), self.identity, seq=self._seq, id=new_id(), captured_ms=FIRST_MS + after_ms,
            boot_id=BOOT, monotonic_ms=after_ms, previous=self._hash,
        ).to_bytes()  # fmt: skip
        made = wire.carried(raw)
        self._hash = made.hash
        return made


@cache
def _form(number: int) -> bytes:
    return form.pack(person(number))


def public_keys(home: Path) -> tuple[bytes, bytes]:
    """What enrolments are sealed to, and what answers are signed by, at the centre in `home`."""
    return keys.load_public(home), keys.public_bytes(keys.load_or_make_answer(home))


def register(home: Path, database: str, rows: Iterable[dict[str, object]]) -> None:
    """Makes kiosks known to a centre that has been started before, as if each had come with its code."""
    with closing(Database.open(home, database)) as opened, opened.write() as connection:
        connection.execute(sa.insert(schema.kiosk), list(rows))


def head(sent: Sent, host: str) -> bytes:
    """The request line and the headers."""
    headers = {"Host": host, "Content-Length": str(len(sent.body)), **sent.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {wire.PATH} HTTP/1.1\r\n{lines}\r\n".encode()
