"""Who may use the console: a role, a password (argon2id), and one-time codes for those who change things."""

import enum
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kiosk.clock import Clock
from kiosk.domain.errors import KioskError
from sync.central.console.codes import Codes
from sync.central.database import Database
from sync.central.schema import account, session

SHORTEST, LONGEST = 12, 128  # letters of a password
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_GROUPS, _GROUP = 5, 4  # of a first password: 99 bits


class Role(enum.StrEnum):
    """What an account may do.

    viewer       see everything but personal data
    coordinator  see, and work for an association
    ops          also act on kiosks, and see the personal data of one enrolment at a time
    admin        also publish master data, read the audit, and answer for people's rights to their data
    """

    VIEWER = "viewer"
    COORDINATOR = "coordinator"
    OPS = "ops"
    ADMIN = "admin"


CHANGES = frozenset({Role.OPS, Role.ADMIN})  # act on kiosks, and may see a person
CODED = CHANGES | {Role.COORDINATOR}  # change something, and so sign in with one-time codes


class AccountError(KioskError):
    """An account that cannot be made, found or used so."""


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    role: Role
    must_change: bool
    has_codes: bool
    disabled: bool
    made_ms: int


class Accounts:
    """The accounts of a centre. `hasher` may be a cheaper one in tests."""

    def __init__(self, database: Database, codes: Codes, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._codes = codes
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex())  # an unknown name takes as long as a known one

    def add(self, name: str, role: Role) -> str:
        """The first password, to be changed at once. Raises AccountError `account.name`, `account.taken`."""
        if not _NAME.fullmatch(name):
            raise AccountError("account.name")
        password = _first_password()
        row = {"name": name, "role": str(role), "totp_step": 0, "disabled": False, "made_ms": self._clock.wall_ms()}
        row |= {"password": self._hasher.hash(password), "must_change": True}
        with self._database.write() as connection:
            if not self._database.insert_rows(connection, account, [row], account.c.name):
                raise AccountError("account.taken", account=name)
        return password

    def listed(self) -> list[Account]:
        with self._database.read() as connection:
            return [_account(row) for row in connection.execute(sa.select(account).order_by(account.c.name))]

    def find(self, name: str) -> Account | None:
        with self._database.glance() as connection:
            row = connection.execute(sa.select(account).where(account.c.name == name)).first()
        return None if row is None else _account(row)

    def set_role(self, name: str, role: Role) -> None:
        """Raises AccountError `account.none`."""
        self._change(name, role=str(role))

    def reset(self, name: str) -> str:
        """A new first password; ends the sessions. Raises AccountError `account.none`."""
        password = _first_password()
        self._change(name, password=self._hasher.hash(password), must_change=True)
        return password

    def set_password(self, name: str, password: str) -> None:
        """Ends the sessions. Raises AccountError `account.none`, `account.password_short`, `account.password_long`."""
        if len(password) < SHORTEST:
            raise AccountError("account.password_short", least=SHORTEST)
        if len(password) > LONGEST:
            raise AccountError("account.password_long", most=LONGEST)
        if name in password.lower() or len(set(password)) < SHORTEST // 2:
            raise AccountError("account.password_easy")
        self._change(name, password=self._hasher.hash(password), must_change=False)

    def disable(self, name: str, *, disabled: bool = True) -> None:
        """Ends the sessions. Raises AccountError `account.none`."""
        self._change(name, disabled=disabled)

    def new_codes(self, name: str) -> str:
        """A new secret for one-time codes, in base 32; the old one ends. Raises AccountError `account.none`."""
        secret = self._codes.fresh()
        self.set_codes(name, secret)
        return self._codes.spoken(secret)

    def set_codes(self, name: str, secret: bytes) -> None:
        """Ends the sessions. Raises AccountError `account.none`."""
        self._change(name, totp=self._codes.sealed(secret, name), totp_step=0)

    def check(self, name: str, password: str, code: str) -> Account | None:
        """Who this is; None whatever is wrong. Takes the same time for a name that nobody has."""
        with self._database.glance() as connection:
            row = connection.execute(sa.select(account).where(account.c.name == name)).first()
        fits = self._fits(self._nobody if row is None else row.password, password)
        if row is None or not fits or row.disabled:
            return None
        if row.totp is not None and not self.take_code(name, code):
            return None
        if self._hasher.check_needs_rehash(row.password):
            with self._database.write() as connection:
                here = sa.update(account).where(account.c.name == name, account.c.password == row.password)
                connection.execute(here.values(password=self._hasher.hash(password)))
        return _account(row)

    def is_password(self, name: str, password: str) -> bool:
        with self._database.glance() as connection:
            held = connection.scalar(sa.select(account.c.password).where(account.c.name == name))
        return self._fits(held or self._nobody, password) and held is not None

    def take_code(self, name: str, code: str) -> bool:
        """Whether this is a code of now. It is used up by that, and with it all older ones."""
        with self._database.write() as connection:
            row = connection.execute(sa.select(account).where(account.c.name == name).with_for_update()).first()
            if row is None or row.totp is None:
                return False
            secret = self._codes.opened(bytes(row.totp), name)
            step = None if secret is None else self._codes.step_of(secret, code, self._clock.wall_ms())
            if step is None or step <= row.totp_step:
                return False
            connection.execute(sa.update(account).where(account.c.name == name).values(totp_step=step))
        return True

    def _fits(self, hashed: str, password: str) -> bool:
        if len(password) > LONGEST:
            password = ""  # no password is that long: do not hash a megabyte for anybody
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False

    def _change(self, name: str, **values: Any) -> None:
        with self._database.write() as connection:
            if not connection.execute(sa.update(account).where(account.c.name == name).values(**values)).rowcount:
                raise AccountError("account.none", account=name)
            connection.execute(sa.delete(session).where(session.c.account == name))


def mark_of(kind: str, value: str) -> bytes:
    """What stands in a table for something that must not stand there itself."""
    return hashlib.sha256(f"market-kiosk {kind}\0{value}".encode("utf-8", "replace")).digest()


def _first_password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _account(row: Any) -> Account:
    has_codes = row.totp is not None
    return Account(row.name, Role(row.role), row.must_change, has_codes, row.disabled, row.made_ms)
