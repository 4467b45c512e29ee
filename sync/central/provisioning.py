"""From a one-time code to a known kiosk. The code is only kept as a hash, works once, and guessing it is slow."""

import hashlib
import re
import secrets
import threading
from collections import OrderedDict

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain.errors import KioskError, ProvisioningRefused
from sync import wire
from sync.central.database import Database
from sync.central.schema import kiosk

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_CODE_LENGTH = 12  # 60 bits
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


class KioskNameError(KioskError):
    """A name that cannot be given to a kiosk."""


def add_kiosk(database: Database, name: str, region: str = "", market: str = "") -> str:
    """A fresh code for a kiosk, `7K3M-9QTX-R2WD`. Again for one that has not used its code: the old code ends.

    Raises KioskNameError `central.name`, `central.name_taken`.
    """
    if not wire.is_name(name):
        raise KioskNameError("central.name")
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    placed = {key: value for key, value in (("region", region), ("market", market)) if value}
    row = {"code_hash": _hash(letters), "revoked": False} | placed
    with database.write() as connection:
        known = connection.execute(sa.select(kiosk.c.public_key).where(kiosk.c.name == name).with_for_update()).first()
        if known is None:
            connection.execute(sa.insert(kiosk).values(name=name, **row))
        elif known.public_key is None:
            connection.execute(sa.update(kiosk).where(kiosk.c.name == name).values(**row))
        else:
            raise KioskNameError("central.name_taken", kiosk=name)
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def provision(database: Database, code: str, public_key: bytes, number_key: bytes, clock: Clock) -> str:
    """The name of the kiosk that the code was made for; from now on `public_key` (raw Ed25519) speaks for it.

    number_key  raw X25519: membership numbers are sealed to it

    The same code with the same key gives the same name again, because the answer may have been lost.
    Raises ProvisioningRefused `central.code_unknown`, `central.code_used`.
    """
    query = sa.select(kiosk.c.name, kiosk.c.public_key, kiosk.c.revoked).where(kiosk.c.code_hash == _hash(_clean(code)))
    with database.write() as connection:
        row = connection.execute(query.with_for_update()).first()
        if row is None or row.revoked:
            raise ProvisioningRefused("central.code_unknown")
        if row.public_key is None:
            connection.execute(
                sa.update(kiosk)
                .where(kiosk.c.name == row.name)
                .values(public_key=public_key, number_key=number_key, provisioned_at=clock.wall_ms())
            )
        elif bytes(row.public_key) != public_key:
            raise ProvisioningRefused("central.code_used")
    return str(row.name)


class Guesses:
    """Wrong codes by sender: after `few` within `window_s` a sender has to wait. In memory; a restart forgives."""

    def __init__(self, clock: Clock, few: int = 10, window_s: int = 60, senders: int = 10_000) -> None:
        self._clock = clock
        self._few = few
        self._window_ms = window_s * 1000
        self._senders = senders
        self._wrong: OrderedDict[str, list[int]] = OrderedDict()
        self._turn = threading.Lock()

    def wait_s(self, sender: str) -> int:
        """Whole seconds until this sender may try again, 0 for now."""
        with self._turn:
            recent = self._recent(sender)
            return (
                0 if len(recent) < self._few else (recent[0] + self._window_ms - self._clock.monotonic_ms()) // 1000 + 1
            )

    def wrong(self, sender: str) -> None:
        with self._turn:
            self._wrong[sender] = [*self._recent(sender), self._clock.monotonic_ms()][-self._few :]
            self._wrong.move_to_end(sender)
            if len(self._wrong) > self._senders:
                self._wrong.popitem(last=False)

    def _recent(self, sender: str) -> list[int]:
        since = self._clock.monotonic_ms() - self._window_ms
        return [at for at in self._wrong.get(sender, ()) if at > since]


def _clean(code: str) -> str:
    return re.sub(r"[\s-]", "", code).upper().translate(_ALIKE)


def _hash(letters: str) -> bytes:
    return hashlib.sha256(b"market-kiosk code\0" + letters.encode("utf-8", "replace")).digest()
