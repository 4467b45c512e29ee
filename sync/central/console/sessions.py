"""Who is signed in. The token is random and stands in the cookie, only its hash is kept; sessions end by themselves."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.clock import Clock
from sync.central.console.accounts import Role
from sync.central.database import Database
from sync.central.schema import account, session

IDLE_MS = 30 * 60_000
WHOLE_MS = 12 * 3_600_000
_TOUCH_MS = 60_000  # seen_ms is written this often at most
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Seat:
    """Somebody who is signed in. `csrf` stands in every form of theirs; `token` never leaves the cookie."""

    account: str
    role: Role
    must_change: bool
    has_codes: bool
    token: str
    totp: bytes | None

    @property
    def csrf(self) -> str:
        return hmac.digest(self.token.encode(), b"market-kiosk csrf", hashlib.sha256).hex()

    def may(self, *roles: Role) -> bool:
        return self.role in roles


class Sessions:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def open(self, name: str) -> str:
        """The token of a new session."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now_ms = self._clock.wall_ms()
        with self._database.write() as connection:
            connection.execute(
                sa.insert(session).values(mark=_mark(token), account=name, made_ms=now_ms, seen_ms=now_ms)
            )
        return token

    def find(self, token: str, *, touch: bool = True) -> Seat | None:
        """Whose it is, unless it has ended. A page that renews itself does not `touch`: nobody may be sitting there."""
        now_ms = self._clock.wall_ms()
        query = (
            sa.select(session, account.c.role, account.c.must_change, account.c.totp.is_not(None).label("has_codes"))
            .join(account, account.c.name == session.c.account)
            .where(session.c.mark == _mark(token), ~account.c.disabled)
        )
        with self._database.glance() as connection:
            row = connection.execute(query).first()
        if row is None or now_ms - row.made_ms >= WHOLE_MS or now_ms - row.seen_ms >= IDLE_MS:
            return None
        if touch and now_ms - row.seen_ms >= _TOUCH_MS:
            with self._database.write() as connection:
                connection.execute(sa.update(session).where(session.c.mark == row.mark).values(seen_ms=now_ms))
        pending = None if row.totp is None else bytes(row.totp)
        return Seat(row.account, Role(row.role), row.must_change, bool(row.has_codes), token, pending)

    def close(self, token: str) -> None:
        with self._database.write() as connection:
            connection.execute(sa.delete(session).where(session.c.mark == _mark(token)))

    def close_all(self, name: str) -> int:
        """Everywhere. How many there were."""
        with self._database.write() as connection:
            return connection.execute(sa.delete(session).where(session.c.account == name)).rowcount

    def number(self, name: str) -> int:
        """How many of this account have not ended."""
        now_ms = self._clock.wall_ms()
        alive = (session.c.seen_ms > now_ms - IDLE_MS) & (session.c.made_ms > now_ms - WHOLE_MS)
        query = sa.select(sa.func.count()).select_from(session).where(session.c.account == name, alive)
        with self._database.glance() as connection:
            return int(connection.scalar(query) or 0)

    def keep_secret(self, token: str, sealed: bytes) -> None:
        """The secret of codes that are being set up."""
        with self._database.write() as connection:
            connection.execute(sa.update(session).where(session.c.mark == _mark(token)).values(totp=sealed))


def forget(database: Database, now_ms: int) -> int:
    """Drops sessions that have ended. How many."""
    over = (session.c.seen_ms <= now_ms - IDLE_MS) | (session.c.made_ms <= now_ms - WHOLE_MS)
    with database.write() as connection:
        return connection.execute(sa.delete(session).where(over)).rowcount


def _mark(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
