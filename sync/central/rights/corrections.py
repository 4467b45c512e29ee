"""What a person has had corrected (UU 27/2022 art. 6). What the kiosk sealed and signed stays as it is; a correction
lies over it, sealed to the centre's key, and every list and export shows what it says.
"""

import dataclasses
import json
import re
import uuid
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kiosk.domain.enrolment import Enrolment
from kiosk.domain.errors import SettingsError
from kiosk.domain.people import name_of
from sync.central.opening import SUITE
from sync.central.schema import correction

FIELDS = ("name", "phone", "birth_date")  # a wrong NIK is another person's: that is erased and enrolled anew
Said = Mapping[str, str]
_PHONE = re.compile(r"(?:\+62|0)(8[1-9]\d{7,11})")


def understood(lines: list[str]) -> dict[str, str]:
    """`name=…`, `phone=…`, `birth_date=YYYY-MM-DD`, a line each. Raises SettingsError `person.line`."""
    said: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        field, _, text = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        value = _value(field, text)
        if value is None or field in said:
            raise SettingsError("person.line", line=number, fields=", ".join(FIELDS))
        said[field] = value
    return said


def add(connection: sa.Connection, kiosk: str, id: uuid.UUID, said: Said, public_key: bytes, now_ms: int) -> None:
    """The newest correction of a field is the one that counts."""
    here = (correction.c.kiosk == kiosk) & (correction.c.id == id)
    n = (connection.scalar(sa.select(sa.func.max(correction.c.n)).where(here)) or 0) + 1
    key = X25519PublicKey.from_public_bytes(public_key)
    sealed = SUITE.encrypt(json.dumps(dict(said)).encode(), key, info=_info(kiosk, id))
    connection.execute(sa.insert(correction).values(kiosk=kiosk, id=id, n=n, at_ms=now_ms, sealed=sealed))


def of_all(
    connection: sa.Connection, key: X25519PrivateKey, kiosk: str = ""
) -> dict[tuple[str, uuid.UUID], dict[str, str]]:
    """Every correction, or those of a kiosk's records: few people ever ask for one."""
    query = sa.select(correction).order_by(correction.c.kiosk, correction.c.id, correction.c.n)
    found: dict[tuple[str, uuid.UUID], dict[str, str]] = {}
    for row in connection.execute(query.where(correction.c.kiosk == kiosk) if kiosk else query):
        try:
            said = json.loads(SUITE.decrypt(bytes(row.sealed), key, info=_info(row.kiosk, row.id)))
        except (InvalidTag, ValueError):
            continue  # of a key before this one: the record itself cannot be opened either, which is told there
        found.setdefault((row.kiosk, row.id), {}).update(said)
    return found


def applied(enrolment: Enrolment, said: Said) -> Enrolment:
    changes: dict[str, object] = {name: text for name, text in said.items() if name in ("name", "phone")}
    if "birth_date" in said:
        changes["birth_date"] = date.fromisoformat(said["birth_date"])
    return dataclasses.replace(enrolment, **changes) if changes else enrolment  # type: ignore[arg-type]


def _value(field: str, text: str) -> str | None:
    if field == "name":
        return name_of(text) or None
    if field == "phone":
        found = _PHONE.fullmatch(re.sub(r"[ .-]", "", text))
        return f"+62{found[1]}" if found else None
    if field == "birth_date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return None
    return None


def _info(kiosk: str, id: uuid.UUID) -> bytes:
    return b"market-kiosk correction\0" + kiosk.encode("ascii") + id.bytes
