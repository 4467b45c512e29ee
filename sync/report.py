"""How far the carriage is, for people and as JSON. Nothing counts as sent that the centre has not answered."""

import dataclasses
from datetime import tzinfo
from pathlib import Path
from typing import Any

from kiosk.clock import Clock, local
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.journal import Round
from kiosk.words import Words
from sync import schedule
from sync.stop import is_running


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """Counts of records, times in ms since 1970, spans in s. `cause` says why the next attempt is later, else ""."""

    kiosk: str
    central: str
    running: bool
    waiting: int
    oldest_ms: int | None
    oldest_age_s: int | None
    last_success_ms: int | None
    attempt: int
    next_ms: int | None
    next_s: float | None
    cause: str
    accepted: int
    duplicate: int
    refused: int
    refused_by_cause: dict[str, int]


def status(store: Store, identity: Identity, home: Path, clock: Clock, cap_s: float) -> Status:
    """Raises StoreError."""
    counts, plan, now_ms = store.outbox.counts(), store.journal.schedule(), clock.wall_ms()
    wait_s = schedule.wait_s(plan, now_ms, cap_s) if counts.waiting else None
    return Status(
        kiosk=identity.kiosk,
        central=identity.central_url,
        running=is_running(home),
        waiting=counts.waiting,
        oldest_ms=counts.oldest_ms,
        oldest_age_s=None if counts.oldest_ms is None else max(0, (now_ms - counts.oldest_ms) // 1000),
        last_success_ms=plan.last_success_ms,
        attempt=plan.attempt,
        next_ms=None if wait_s is None else now_ms + int(wait_s * 1000),
        next_s=None if wait_s is None else round(wait_s, 1),
        cause=plan.cause,
        accepted=counts.accepted,
        duplicate=counts.duplicate,
        refused=counts.refused,
        refused_by_cause=store.outbox.by_cause("refused"),
    )


def status_json(now: Status) -> dict[str, Any]:
    return dataclasses.asdict(now)


def status_screen(now: Status, words: Words, zone: tzinfo) -> str:
    """One screen of `label  value` lines."""
    lines = [
        ("kiosk", now.kiosk),
        ("central", now.central),
        ("daemon", words("sync.running" if now.running else "sync.not_running")),
        ("waiting", str(now.waiting)),
        ("oldest", "–" if now.oldest_age_s is None else _span(now.oldest_age_s, words)),
        ("answered", words("sync.counts", accepted=now.accepted, duplicate=now.duplicate, refused=now.refused)),
        ("last", words("sync.never") if now.last_success_ms is None else _time(now.last_success_ms, zone)),
        ("next", _next(now, words, zone)),
        *(("refused", f"{number} × {cause_sentence(cause, words)}") for cause, number in now.refused_by_cause.items()),
    ]
    width = max(len(words(f"sync.label.{label}")) for label, _ in lines)
    return "\n".join(f"{words(f'sync.label.{label}'):<{width}}  {value}" for label, value in lines)


def log_json(one: Round) -> dict[str, Any]:
    return dataclasses.asdict(one)


def log_table(rounds: list[Round], words: Words, zone: tzinfo) -> str:
    """A line per round, newest first: when, what came back, bytes up and down, ms."""
    if not rounds:
        return words("sync.no_rounds")
    return "\n".join(
        f"{_time(one.started_ms, zone)}  {_outcome(one, words)}  ↑{one.bytes_up} ↓{one.bytes_down} B  {one.took_ms} ms"
        for one in rounds
    )


def cause_sentence(cause: str, words: Words) -> str:
    """What a cause id means. One that this version has no sentence for (a newer centre) is shown as it is."""
    id = f"error.sync.{cause}"
    return words(id) if id in words else cause


def _outcome(one: Round, words: Words) -> str:
    if one.outcome != "done":
        return cause_sentence(one.cause, words)
    return words("sync.counts", accepted=one.accepted, duplicate=one.duplicate, refused=one.refused)


def _next(now: Status, words: Words, zone: tzinfo) -> str:
    if now.next_ms is None:
        return words("sync.nothing_waits")
    if not now.running:  # nobody would make that attempt
        when = words("sync.when_started")
    else:
        when = _time(now.next_ms, zone) if now.next_s else words("sync.now")
    if not now.cause:
        return when
    reason = f"{cause_sentence(now.cause, words)} {words(f'cure.sync.{now.cause}')}"
    return f"{when} ({words('sync.attempt', attempt=now.attempt)}) {reason}"


def _time(ms: int, zone: tzinfo) -> str:
    return local(ms, zone).strftime("%Y-%m-%d %H:%M:%S")


def _span(seconds: int, words: Words) -> str:
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return words(f"sync.span.{unit}", number=seconds // size)
    return words("sync.span.second", number=seconds)
