"""What somebody should look at, once each: raised, kept, and cleared by itself where the cause goes away.

gap          records that a later one says must exist have not arrived
fork         another record under a seq that is taken, or one that contradicts its neighbours: a cloned or altered kiosk
altered      the kiosk answers for another record than the one that is kept here
rolled_back  the kiosk is behind what it was: an old copy of its disk
silent       nothing was heard of it for too long
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.logs import Log
from sync.central.database import Database
from sync.central.schema import alarm, heartbeat, kiosk

_log = Log("alarm")


class Kind(enum.StrEnum):
    GAP = "gap"
    FORK = "fork"
    ALTERED = "altered"
    ROLLED_BACK = "rolled_back"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Alarm:
    """About the records `first`..`last`; of a silent kiosk 0..0. `cleared_ms` is None while it holds."""

    kiosk: str
    kind: Kind
    first: int
    last: int
    raised_ms: int
    cleared_ms: int | None


def raise_(
    connection: sa.Connection, database: Database, name: str, kind: Kind, spans: Iterable[tuple[int, int]], now_ms: int
) -> None:
    """An alarm for each span that has none. One that was cleared is raised anew."""
    for first, last in spans:
        row = {"kiosk": name, "kind": str(kind), "first": first, "last": last, "raised_ms": now_ms}
        here = (alarm.c.kiosk == name) & (alarm.c.kind == str(kind)) & (alarm.c.first == first)
        made = bool(database.insert_rows(connection, alarm, [row], alarm.c.first))
        if not made:
            changed = alarm.c.cleared_ms.is_not(None) | (alarm.c.last != last)
            again = sa.update(alarm).where(here & changed).values(cleared_ms=None, **row)
            made = connection.execute(again).rowcount > 0
        if made:
            _log.error("alarm.raised", kiosk=name, cause=str(kind), seq=first)


def clear(connection: sa.Connection, name: str, kind: Kind, now_ms: int, keep: Iterable[int] = ()) -> None:
    """Ends the alarms of this kind, except those whose `first` is to be kept."""
    here = (alarm.c.kiosk == name) & (alarm.c.kind == str(kind)) & alarm.c.cleared_ms.is_(None)
    connection.execute(sa.update(alarm).where(here, alarm.c.first.not_in(list(keep))).values(cleared_ms=now_ms))


def close(database: Database, name: str, now_ms: int) -> int:
    """Somebody has looked at the alarms of this kiosk. How many held."""
    here = (alarm.c.kiosk == name) & alarm.c.cleared_ms.is_(None)
    with database.write() as connection:
        return connection.execute(sa.update(alarm).where(here).values(cleared_ms=now_ms)).rowcount


def watch_silence(database: Database, now_ms: int, silent_ms: int) -> None:
    """Raises and clears `silent` for every kiosk that is in use. Called now and then."""
    last_heard = sa.func.coalesce(heartbeat.c.received_ms, kiosk.c.provisioned_at)
    joined = kiosk.outerjoin(heartbeat, heartbeat.c.kiosk == kiosk.c.name)
    query = sa.select(kiosk.c.name, (last_heard <= now_ms - silent_ms).label("silent")).select_from(joined)
    with database.read() as connection:
        rows = connection.execute(query.where(kiosk.c.public_key.is_not(None), ~kiosk.c.revoked)).all()
        raised = {one.kiosk for one in listed(connection) if one.kind is Kind.SILENT}
    for row in rows:
        if bool(row.silent) != (row.name in raised):
            with database.write() as connection:
                if row.silent:
                    raise_(connection, database, row.name, Kind.SILENT, [(0, 0)], now_ms)
                else:
                    clear(connection, row.name, Kind.SILENT, now_ms)


def listed(connection: sa.Connection, *, cleared: bool = False, only: str = "") -> list[Alarm]:
    """Those that hold, oldest first; with `cleared` all that there ever were; `only` of this kiosk."""
    query = sa.select(alarm).order_by(alarm.c.raised_ms, alarm.c.kiosk, alarm.c.first)
    if not cleared:
        query = query.where(alarm.c.cleared_ms.is_(None))
    if only:
        query = query.where(alarm.c.kiosk == only)
    return [
        Alarm(row.kiosk, Kind(row.kind), row.first, row.last, row.raised_ms, row.cleared_ms)
        for row in connection.execute(query)
    ]
