"""What the worker has still to look at: runs of records, one row each, written in the transaction that stores them.

A run is leased, examined and deleted. A worker that is killed on the way leaves a lease that ends by itself, and what
is done with a run can be done again without a trace.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.clock import Clock
from sync.central.database import Database
from sync.central.schema import arrival

LEASE_S = 60


@dataclass(frozen=True, slots=True)
class Arrival:
    """The records `first`..`last` of a kiosk."""

    kiosk: str
    first: int
    last: int


def runs(seqs: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of each stretch without a gap."""
    found: list[tuple[int, int]] = []
    for seq in seqs:
        if found and found[-1][1] == seq - 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return found


def add(connection: sa.Connection, database: Database, kiosk: str, seqs: Iterable[int]) -> None:
    """`seqs` ascending. What is there already stays as it is."""
    rows = [{"kiosk": kiosk, "first": first, "last": last, "leased_until_ms": 0} for first, last in runs(seqs)]
    if rows:
        connection.execute(database.insert_new(arrival), rows)


def lease(database: Database, clock: Clock) -> Arrival | None:
    """Some run that nobody works at, for LEASE_S; None when there is none."""
    now_ms = clock.wall_ms()
    free = sa.select(arrival).where(arrival.c.leased_until_ms <= now_ms).limit(1).with_for_update(skip_locked=True)
    with database.write() as connection:
        row = connection.execute(free).first()
        if row is None:
            return None
        here = (arrival.c.kiosk == row.kiosk) & (arrival.c.first == row.first)
        connection.execute(sa.update(arrival).where(here).values(leased_until_ms=now_ms + LEASE_S * 1000))
    return Arrival(row.kiosk, row.first, row.last)


def done(connection: sa.Connection, one: Arrival) -> None:
    connection.execute(sa.delete(arrival).where(arrival.c.kiosk == one.kiosk, arrival.c.first == one.first))


def waiting(connection: sa.Connection) -> int:
    """How many records wait to be examined."""
    return int(connection.scalar(sa.select(sa.func.sum(arrival.c.last - arrival.c.first + 1))) or 0)
