"""The rounds of each kiosk as the centre met them, bounded by time: what a person reads to see how carriage went."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync import wire
from sync.central.database import Database
from sync.central.heartbeats import SLOT_MS
from sync.central.ingest import Judged
from sync.central.schema import round_

AIR, STICK = "air", "stick"
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Done:
    """What a request came to. `told`: so many outcomes, `lacks`: so many records asked for again."""

    verdicts: Sequence[Judged]
    told: int
    lacks: int
    bytes_up: int


def note(
    connection: sa.Connection,
    database: Database,
    request: wire.Request,
    done: Done,
    before: Any | None,
    now_ms: int,
    *,
    stick: bool,
) -> None:
    """Keeps a round. Of those that only said that the kiosk lives, one an hour is enough."""
    slot_known = before is not None and before.received_ms // SLOT_MS == now_ms // SLOT_MS
    if slot_known and not (done.verdicts or done.told or done.lacks):
        return
    number = {verdict: sum(judged == verdict for _, judged, _ in done.verdicts) for verdict in wire.Verdict}
    causes = [cause for _, _, cause in done.verdicts if cause]
    row = {
        "kiosk": request.kiosk,
        "at_ms": now_ms,
        "mono_ms": request.beat.mono_ms,
        "first": done.verdicts[0][0] if done.verdicts else 0,
        "last": done.verdicts[-1][0] if done.verdicts else 0,
        "accepted": number[wire.Verdict.ACCEPTED],
        "duplicate": number[wire.Verdict.DUPLICATE],
        "refused": number[wire.Verdict.REFUSED],
        "cause": causes[0] if causes else "",
        "way": STICK if stick else AIR,
        "told": done.told,
        "lacks": done.lacks,
        "waiting": min(request.beat.waiting, 10**9),
        "bytes_up": done.bytes_up,
    }
    connection.execute(database.insert_new(round_).values(**row))


def listed(
    connection: sa.Connection,
    kiosk: str,
    *,
    before_ms: int | None = None,
    since_ms: int = 0,
    cause: str = "",
    seq: int = 0,
    records: bool = False,
    limit: int = 100,
) -> Sequence[Any]:
    """Rows of the table, newest first: before a time, from another on, of a cause ("*" for any), with that record."""
    query = sa.select(round_).where(round_.c.kiosk == kiosk, round_.c.at_ms >= since_ms)
    if before_ms is not None:
        query = query.where(round_.c.at_ms < before_ms)
    if cause:
        query = query.where(round_.c.cause != "" if cause == "*" else round_.c.cause == cause)
    if seq:
        query = query.where(round_.c.first <= seq, round_.c.last >= seq)
    if records:
        query = query.where(round_.c.last > 0)
    return connection.execute(query.order_by(round_.c.at_ms.desc(), round_.c.mono_ms.desc()).limit(limit)).all()


def by_hour(connection: sa.Connection, kiosk: str, since_ms: int) -> dict[int, tuple[int, int, int]]:
    """Hours since 1970 → (rounds, records, refused)."""
    hour = round_.c.at_ms // _HOUR_MS
    records = sa.func.sum(round_.c.accepted + round_.c.duplicate + round_.c.refused)
    query = (
        sa.select(hour.label("hour"), sa.func.count(), records, sa.func.sum(round_.c.refused))
        .where(round_.c.kiosk == kiosk, round_.c.at_ms >= since_ms)
        .group_by("hour")
    )
    return {int(hour): (int(n), int(sent), int(bad)) for hour, n, sent, bad in connection.execute(query)}


def forget(database: Database, before_ms: int) -> int:
    """Drops the rounds of the time before. How many."""
    with database.write() as connection:
        return connection.execute(sa.delete(round_).where(round_.c.at_ms < before_ms)).rowcount
