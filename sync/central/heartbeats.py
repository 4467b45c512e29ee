"""How each kiosk was when it last spoke, and a log of it that is bounded by time."""

import json
from typing import Any

import sqlalchemy as sa

from sync import wire
from sync.central import alarms
from sync.central.database import Database
from sync.central.schema import heartbeat, heartbeat_log

_COUNT_LIMIT = 10**9  # so that the sum over a fleet stays a number, whatever one kiosk says
_WRONG_LIMIT = 2**62
_HEAT_LIMIT, _ASIDE_LIMIT = 1000, 256
ASIDE = "aside."  # keys of `more`: how many records of a kiosk are set aside for which cause
SLOT_MS = 3_600_000  # one row of the log for each of these, and for each boot


def note(
    connection: sa.Connection,
    database: Database,
    name: str,
    beat: wire.Heartbeat,
    before: Any | None,
    now_ms: int,
    *,
    idle: bool = True,
    stick: bool = False,
) -> None:
    """Keeps a beat that is newer than the one `before`. The kiosk's row must be locked.

    idle  it came without records, and so with `more`; with records it mostly tells nothing of that: then what was stays

    A replayed request, or one that came on a stick later than others by air, changes nothing and raises no alarm.
    """
    boot = beat.boot.bytes
    if before is not None and not _newer(connection, name, beat, before):
        return
    telling = idle or bool(beat.more)
    values: dict[str, Any] = {
        "received_ms": now_ms,
        "boot": boot,
        "app": beat.app,
        "now_ms": beat.now_ms,
        "mono_ms": beat.mono_ms,
        "waiting": min(beat.waiting, _COUNT_LIMIT),
        "quarantined": min(beat.quarantined, _COUNT_LIMIT),
        "oldest_ms": beat.oldest_ms,
        "last_seq": beat.last_seq,
        "free_mb": beat.free_mb,
        "rounds": beat.rounds,
        "master": beat.master,
        "more": json.dumps(beat.more, ensure_ascii=False) if telling or before is None else before.more,
    }
    now = _told(beat) if telling else {}
    wrong_ms = None if stick else max(-_WRONG_LIMIT, min(beat.now_ms - now_ms, _WRONG_LIMIT))
    if before is None:
        connection.execute(sa.insert(heartbeat).values(kiosk=name, wrong_ms=wrong_ms, **now, **values))
    else:
        here = sa.update(heartbeat).where(heartbeat.c.kiosk == name)
        connection.execute(here.values(wrong_ms=wrong_ms, **now, **values))
    if before is None or bytes(before.boot) != boot or before.received_ms // SLOT_MS != now_ms // SLOT_MS:
        connection.execute(database.insert_new(heartbeat_log).values(kiosk=name, **values))
    if before is not None and beat.last_seq < before.last_seq:
        span = (beat.last_seq + 1, before.last_seq)
        alarms.raise_(connection, database, name, alarms.Kind.ROLLED_BACK, [span], now_ms)


def _told(beat: wire.Heartbeat) -> dict[str, Any]:
    """What the fleet page asks for, out of `more`."""
    heat, closed = beat.more.get("heat"), beat.more.get("closed", "")
    causes = {key.removeprefix(ASIDE): number for key, number in beat.more.items() if key.startswith(ASIDE)}
    return {
        "heat": heat if isinstance(heat, int) and abs(heat) < _HEAT_LIMIT else None,
        "closed": str(closed) if isinstance(closed, str) else "?",
        "aside": " ".join(f"{cause}:{number}" for cause, number in sorted(causes.items()))[:_ASIDE_LIMIT],
    }


def _newer(connection: sa.Connection, name: str, beat: wire.Heartbeat, before: Any) -> bool:
    boot = beat.boot.bytes
    if bytes(before.boot) == boot:
        return beat.mono_ms > int(before.mono_ms)
    seen = sa.select(heartbeat_log.c.kiosk).where(heartbeat_log.c.kiosk == name, heartbeat_log.c.boot == boot).limit(1)
    return connection.execute(seen).first() is None


def forget(database: Database, before_ms: int) -> int:
    """Drops what the log says of the time before. How many rows."""
    with database.write() as connection:
        return connection.execute(sa.delete(heartbeat_log).where(heartbeat_log.c.received_ms < before_ms)).rowcount
