"""Whether both ends hold the same, day by day: a count and a root in one request, the list only where they differ."""

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa

from sync import wire
from sync.central import alarms, arrivals
from sync.central.database import Database
from sync.central.schema import enrolment

_CHUNK = 500


def differing(connection: sa.Connection, name: str, days: Sequence[wire.Day]) -> tuple[int, ...]:
    """The days between the first and the last of `days` on which the centre holds something else than said."""
    if not days:
        return ()
    query = (
        sa.select(enrolment.c.day, enrolment.c.hash)
        .where(enrolment.c.kiosk == name, enrolment.c.day.between(days[0].day, days[-1].day))
        .order_by(enrolment.c.day, enrolment.c.seq)
    )
    roots: dict[int, tuple[int, hashlib._Hash]] = {}
    for day, hash in connection.execute(query.execution_options(yield_per=_CHUNK)):
        count, root = roots.get(day, (0, hashlib.sha256()))
        root.update(bytes(hash))
        roots[day] = (count + 1, root)
    said = {one.day: (one.count, one.root) for one in days}
    held = {day: (count, root.digest()) for day, (count, root) in roots.items()}
    return tuple(sorted(day for day in said | held if said.get(day) != held.get(day)))[: wire.DAYS_LIMIT]


def lacking(
    connection: sa.Connection, database: Database, name: str, known: wire.Known, now_ms: int
) -> tuple[int, ...]:
    """What the kiosk has an answer for and the centre lacks. Another record under the same seq raises an alarm."""
    said = dict(known.hashes)
    query = sa.select(enrolment.c.seq, enrolment.c.hash).where(enrolment.c.kiosk == name, enrolment.c.day == known.day)
    held = {seq: bytes(hash) for seq, hash in connection.execute(query)}
    altered = [seq for seq, short in said.items() if seq in held and not held[seq].startswith(short)]
    alarms.raise_(connection, database, name, alarms.Kind.ALTERED, arrivals.runs(altered), now_ms)
    return tuple(seq for seq in said if seq not in held)
