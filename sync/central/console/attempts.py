"""Guessing is slow: each failure of an account or of an address makes the next try wait longer, also for unknown names.

A try counts as a failure before the password is looked at, so many at once gain nothing.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.clock import Clock
from sync.central.console.accounts import mark_of
from sync.central.database import Database
from sync.central.schema import attempt

_FREE = {"account": 4, "address": 20}  # failures without a wait
_LONGEST_S = 900
_FORGOTTEN_MS = 24 * 3_600_000


class Attempts:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(self, account: str, address: str) -> int:
        """Whole seconds to wait; 0 when the try may go on, and then it has been counted."""
        now_ms = self._clock.wall_ms()
        marks = _marks(account, address)
        with self._database.write() as connection:
            rows = [{"mark": mark, "failures": 0, "until_ms": 0} for mark in sorted(marks)]
            connection.execute(self._database.insert_new(attempt), rows)
            query = sa.select(attempt).where(attempt.c.mark.in_(marks)).order_by(attempt.c.mark).with_for_update()
            found = connection.execute(query).all()
            wait_ms = int(max(row.until_ms for row in found)) - now_ms
            if wait_ms > 0:
                return -(-wait_ms // 1000)
            for row in found:
                stale = row.until_ms and row.until_ms < now_ms - _FORGOTTEN_MS
                failures = 1 if stale else row.failures + 1
                beyond = failures - _FREE[marks[bytes(row.mark)]]
                until_ms = now_ms + 1000 * min(_LONGEST_S, 2 ** min(beyond, 20)) if beyond > 0 else now_ms
                here = sa.update(attempt).where(attempt.c.mark == row.mark)
                connection.execute(here.values(failures=failures, until_ms=until_ms))
        return 0

    def went_well(self, account: str, address: str) -> None:
        """The account starts anew; of the address only this try is taken back."""
        (mine, theirs) = _marks(account, address)
        with self._database.write() as connection:
            connection.execute(sa.delete(attempt).where(attempt.c.mark == mine))
            back = {"failures": attempt.c.failures - 1, "until_ms": self._clock.wall_ms()}
            connection.execute(
                sa.update(attempt).where(attempt.c.mark == theirs, attempt.c.failures > 0).values(**back)
            )


def forget(database: Database, now_ms: int) -> int:
    """Drops what is a day old. How many rows."""
    with database.write() as connection:
        return connection.execute(sa.delete(attempt).where(attempt.c.until_ms < now_ms - _FORGOTTEN_MS)).rowcount


def failing(connection: sa.Connection, least: int) -> int:
    """How many accounts and addresses have failed at least so often of late."""
    query = sa.select(sa.func.count()).select_from(attempt).where(attempt.c.failures >= least)
    return int(connection.scalar(query) or 0)


def _marks(account: str, address: str) -> dict[bytes, str]:
    """What is counted, by what it is; the account first."""
    pairs: Iterable[tuple[str, str]] = (("account", account), ("address", address))
    return {mark_of(kind, value): kind for kind, value in pairs}
