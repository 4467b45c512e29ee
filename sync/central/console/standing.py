"""How each kiosk stands, in SQL: which conditions hold for it, and which of them needs a person first.

One list of conditions is all there is: the page sorts, filters and counts by it. Computed when it is read, so that it
is never older than what the kiosks said; ten thousand rows are a few hundredths of a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.clock import WRONG_MS
from kiosk.settings import Central
from sync.central.alarms import Kind
from sync.central.mastering import NEWEST
from sync.central.schema import alarm, heartbeat, kiosk

_DAY_MS = 86_400_000
HOT_C = 80  # as the kiosk's own health page has it
DISK_MB = 512  # the kiosk itself stops at store.free_mb
_CHAIN = (Kind.FORK, Kind.ALTERED, Kind.ROLLED_BACK)

# What needs a person, the most urgent first, and how it looks.
LOOKS = {
    "chain": "now", "quarantined": "now", "silent": "now", "gap": "soon", "behind": "soon", "quiet": "soon",
    "parts": "soon", "stock": "soon", "heat": "soon", "clock": "soon", "disk": "soon", "old": "soon", "closed": "off",
    "held": "off", "well": "well", "unused": "off", "revoked": "off",
}  # fmt: skip
REASONS = tuple(LOOKS)


@dataclass(frozen=True, slots=True)
class Limits:
    """silent_ms: without a word for so long is an alarm."""

    silent_ms: int

    @property
    def quiet_ms(self) -> int:
        return min(self.silent_ms // 3, _DAY_MS)


def limits_of(chosen: Central) -> Limits:
    """As the settings say."""
    return Limits(silent_ms=int(chosen.silent_days * _DAY_MS))


@dataclass(frozen=True, slots=True)
class Filter:
    region: str = ""
    market: str = ""
    state: str = ""
    app: str = ""
    name: str = ""  # the beginning of it
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """`reasons` the most urgent first; times in ms since 1970, None for what was never told."""

    name: str
    region: str
    market: str
    reasons: tuple[str, ...]
    heard_ms: int | None
    waiting: int | None
    oldest_ms: int | None
    quarantined: int | None
    free_mb: int | None
    wrong_ms: int | None
    app: str | None
    master: int | None
    heat: int | None
    aside: tuple[str, ...]
    low: tuple[str, ...]
    bad: tuple[str, ...]
    held_until_ms: int
    rank: int
    order_ms: int

    @property
    def look(self) -> str:
        return LOOKS[self.reasons[0]]

    @property
    def place(self) -> str:
        """Where the next page begins."""
        return f"{self.rank}.{self.order_ms}.{self.name}"


def page(
    connection: sa.Connection, now_ms: int, limits: Limits, chosen: Filter, after: str = "", limit: int = 50
) -> list[Standing]:
    """The kiosks that need a person first, those unheard of longest before others; beyond `after` (Standing.place)."""
    rows = _rows(now_ms, limits, chosen).subquery()
    query = sa.select(rows).order_by(rows.c.rank, rows.c.order_ms, rows.c.name).limit(limit)
    if beyond := _place(after):
        query = query.where(sa.tuple_(rows.c.rank, rows.c.order_ms, rows.c.name) > sa.tuple_(*beyond))
    if chosen.state:
        query = query.where(rows.c[f"is_{chosen.state}"])
    return [_standing(row) for row in connection.execute(query)]


def counts(connection: sa.Connection, now_ms: int, limits: Limits, chosen: Filter) -> dict[str, int]:
    """How many kiosks each reason holds for, and "all"; whatever state is chosen."""
    rows = _rows(now_ms, limits, chosen).subquery()
    sums = [sa.func.sum(sa.case((rows.c[f"is_{reason}"], 1), else_=0)).label(reason) for reason in REASONS]
    row = connection.execute(sa.select(sa.func.count().label("all"), *sums)).one()
    return {name: int(value or 0) for name, value in row._mapping.items()}


def choices(connection: sa.Connection) -> dict[str, list[str]]:
    """What the filters offer: regions, markets and versions that there are."""
    found = {}
    for name, column in (("region", kiosk.c.region), ("market", kiosk.c.market), ("app", heartbeat.c.app)):
        found[name] = [str(one) for one in connection.scalars(sa.select(column).distinct().order_by(column)) if one]
    return found


def _rows(now_ms: int, limits: Limits, chosen: Filter) -> sa.Select[Any]:
    held = (
        sa.select(
            alarm.c.kiosk,
            sa.func.max(sa.case((alarm.c.kind.in_([str(kind) for kind in _CHAIN]), 1), else_=0)).label("chain"),
            sa.func.max(sa.case((alarm.c.kind == str(Kind.GAP), 1), else_=0)).label("gap"),
        )
        .where(alarm.c.cleared_ms.is_(None))
        .group_by(alarm.c.kiosk)
        .subquery()
    )
    used = kiosk.c.public_key.is_not(None) & ~kiosk.c.revoked
    heard = sa.func.coalesce(heartbeat.c.received_ms, kiosk.c.provisioned_at, 0)
    beat = heartbeat.c
    holds: dict[str, sa.ColumnElement[bool]] = {
        "chain": held.c.chain == 1,
        "quarantined": beat.quarantined > 0,
        "silent": heard <= now_ms - limits.silent_ms,
        "gap": held.c.gap == 1,
        "behind": (beat.waiting > 0) & (beat.oldest_ms > 0) & (beat.oldest_ms < now_ms - _DAY_MS),
        "quiet": (heard <= now_ms - limits.quiet_ms) & (heard > now_ms - limits.silent_ms),
        "parts": kiosk.c.bad != "",
        "stock": kiosk.c.low != "",
        "heat": beat.heat >= HOT_C,
        "clock": sa.func.abs(beat.wrong_ms) > WRONG_MS,
        "disk": beat.free_mb < DISK_MB,
        "old": beat.master < NEWEST,
        "closed": beat.closed != "",
        "held": kiosk.c.held_until_ms > now_ms,
    }
    holds = {name: sa.func.coalesce(used & condition, sa.false()) for name, condition in holds.items()}
    holds["well"] = used & ~sa.or_(*holds.values())
    holds["unused"] = kiosk.c.public_key.is_(None) & ~kiosk.c.revoked
    holds["revoked"] = kiosk.c.revoked == sa.true()
    rank = sa.case(*((holds[reason], place) for place, reason in enumerate(REASONS)), else_=len(REASONS))
    told = ("waiting", "oldest_ms", "quarantined", "free_mb", "wrong_ms", "app", "master", "heat", "aside")
    query = sa.select(
        kiosk.c.name, kiosk.c.region, kiosk.c.market, kiosk.c.low, kiosk.c.bad, kiosk.c.held_until_ms,
        heartbeat.c.received_ms.label("heard_ms"),
        *(beat[name] for name in told), rank.label("rank"), heard.label("order_ms"),
        *(condition.label(f"is_{name}") for name, condition in holds.items()),
    ).select_from(
        kiosk.outerjoin(heartbeat, beat.kiosk == kiosk.c.name).outerjoin(held, held.c.kiosk == kiosk.c.name)
    )  # fmt: skip
    for column, value in (
        (kiosk.c.branch, chosen.branch),
        (kiosk.c.region, chosen.region),
        (kiosk.c.market, chosen.market),
        (beat.app, chosen.app),
    ):
        if value:
            query = query.where(column == value)
    if chosen.name:
        query = query.where(kiosk.c.name.startswith(chosen.name, autoescape=True))
    return query


def _place(after: str) -> Sequence[Any] | None:
    rank, _, rest = after.partition(".")
    order_ms, _, name = rest.partition(".")
    if rank.isdigit() and order_ms.isdigit() and len(rank) < 3 and len(order_ms) < 19:
        return int(rank), int(order_ms), name
    return None


def _standing(row: Any) -> Standing:
    reasons = tuple(reason for reason in REASONS if getattr(row, f"is_{reason}")) or ("well",)
    return Standing(
        row.name, row.region, row.market, reasons, row.heard_ms, row.waiting, row.oldest_ms, row.quarantined,
        row.free_mb, row.wrong_ms, row.app, row.master, row.heat, tuple((row.aside or "").split()),
        tuple(row.low.split()), tuple(row.bad.split()), row.held_until_ms, row.rank, row.order_ms,
    )  # fmt: skip
