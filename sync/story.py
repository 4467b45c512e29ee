"""The log for people: a line per deed, what came of it, and of a failure what it means."""

import dataclasses
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from kiosk.standing_words import time_of, title
from kiosk.store import Store
from kiosk.store.journal import Round
from kiosk.words import Words

_SPAN = re.compile(r"([0-9]{1,6})([smhd])")
_UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LOOK_S = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """Which deeds: since a time, with a cause or an outcome, about one record. Empty means all."""

    limit: int = 50
    since_ms: int = 0
    cause: str = ""
    outcome: str = ""
    record: int = 0


def deeds(store: Store, wanted: Wanted, after: int = 0) -> list[Round]:
    """Newest first."""
    return store.journal.rounds(
        wanted.limit, since_ms=wanted.since_ms, cause=wanted.cause, outcome=wanted.outcome, record=wanted.record,
        after=after,
    )  # fmt: skip


def follow(store: Store, wanted: Wanted, wait: Callable[[float], None] = time.sleep) -> Iterator[Round]:
    """What there is, oldest first, and then each new deed as it is written. For ever."""
    after = 0
    while True:
        newest = store.journal.newest()
        yield from reversed(deeds(store, wanted, after))
        after = newest
        wait(_LOOK_S)


def since(text: str, now_ms: int, zone: tzinfo) -> int:
    """`90m`, `2h`, `3d`, or a date and time in the kiosk's zone, `2026-11-22T09:00`. Raises ValueError."""
    if found := _SPAN.fullmatch(text):
        return now_ms - int(found[1]) * _UNIT_MS[found[2]]
    when = datetime.fromisoformat(text)
    return int((when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC).timestamp() * 1000)


def as_json(one: Round) -> dict[str, Any]:
    return dataclasses.asdict(one)


def line(one: Round, words: Words, zone: tzinfo) -> str:
    """When, what, about which records, bytes up and down, ms."""
    mark = {"done": "✓", "split": "÷"}.get(one.outcome, "✗")
    about = "" if not one.first else f"  #{one.first}" if one.first == one.last else f"  #{one.first}–{one.last}"
    size = f"  ↑{one.bytes_up} ↓{one.bytes_down} B  {one.took_ms} ms" if one.bytes_up else ""
    return f"{time_of(one.started_ms, zone)}  {mark}  {_what(one, words)}{about}{size}"


def _what(one: Round, words: Words) -> str:
    if one.kind != "round":
        told = words(f"sync.deed.{one.kind}", count=one.sent)
        return f"{told}: {title(one.cause, words)}" if one.cause and one.cause != one.kind else told
    if one.outcome != "done":
        return title(one.cause, words)
    if not one.sent:
        return words("sync.heartbeat")
    return words("sync.counts", accepted=one.accepted, duplicate=one.duplicate, refused=one.refused)
