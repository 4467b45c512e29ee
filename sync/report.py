"""How far the carriage is, for people and as JSON. Nothing counts as sent that the centre has not signed for."""

import dataclasses
from datetime import tzinfo
from typing import Any

from kiosk import settings
from kiosk.clock import WRONG_MS, Clock, local
from kiosk.store import Store, freeze
from kiosk.store.identity import Identity
from kiosk.store.lock import daemon_runs
from kiosk.words import Words
from sync import schedule

_COLOURS = {"ok": "green", "warn": "yellow", "alarm": "red", "stop": "bold red"}
_MARKS = {"ok": "●", "warn": "▲", "alarm": "▲", "stop": "■"}


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """Counts of records, times in ms since 1970, spans in s. `cause` says why the next attempt is later, else "".

    level    ok, warn, alarm, stop: by how long nothing has reached the centre
    held     so many records are held; on_hold: nothing is sent at all
    room     for so many more enrolments there is room
    wrong_s  how far the machine's clock is from the centre's; 0 while nobody needs to mind
    """

    kiosk: str
    central: str
    running: bool
    level: str
    on_hold: bool
    waiting: int
    held: int
    quarantined: int
    quarantined_by_cause: dict[str, int]
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
    room: int
    wrong_s: int
    master: int


def status(store: Store, identity: Identity, clock: Clock, limits: settings.Sync) -> Status:
    """`clock` is the machine's own. Raises StoreError."""
    counts, plan, now_ms = store.outbox.counts(), store.journal.schedule(), store.clock.wall_ms()
    carriage = store.outbox.carriage()
    due = counts.waiting and not carriage.held
    wait_s = schedule.wait_s(plan, now_ms, limits.backoff_cap_s) if due else None
    wrong_ms = now_ms - clock.wall_ms()
    return Status(
        kiosk=identity.kiosk,
        central=identity.central_url,
        running=daemon_runs(store.home),
        level=str(freeze.level(counts, plan, store.clock, limits)),
        on_hold=carriage.held,
        waiting=counts.waiting,
        held=counts.held,
        quarantined=counts.quarantined,
        quarantined_by_cause=store.outbox.by_cause("quarantined"),
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
        room=store.ballast.room(counts.unanswered, limits.stop_waiting),
        wrong_s=wrong_ms // 1000 if abs(wrong_ms) > WRONG_MS else 0,
        master=store.master.version,
    )


def status_json(now: Status) -> dict[str, Any]:
    return dataclasses.asdict(now)


def status_screen(now: Status, words: Words, zone: tzinfo, *, colour: bool = False) -> str:
    """One screen: a sentence on how it stands, then `label  value` lines. With `colour` as rich markup."""
    level = now.level
    if level == "ok" and (now.on_hold or now.quarantined or (now.cause and now.waiting)):
        level = "warn"
    head = f"{_MARKS[level]} {_headline(now, words)}"
    return "\n".join([f"[{_COLOURS[level]}]{head}[/]" if colour else head, "", *_lines(now, words, zone)])


def cause_sentence(cause: str, words: Words) -> str:
    """What a cause id means. One that this version has no sentence for (a newer centre) is shown as it is."""
    id = f"error.sync.{cause}"
    return words(id) if id in words else cause


def title(cause: str, words: Words) -> str:
    """A cause in two or three words."""
    id = f"title.sync.{cause}"
    return words(id) if id in words else cause_sentence(cause, words)


def cure_sentence(cause: str, words: Words) -> str:
    id = f"cure.sync.{cause}"
    return words(id) if id in words else ""


def time_of(ms: int, zone: tzinfo) -> str:
    return local(ms, zone).strftime("%Y-%m-%d %H:%M:%S")


def span(seconds: int, words: Words) -> str:
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return words(f"sync.span.{unit}", number=seconds // size)
    return words("sync.span.second", number=seconds)


def _headline(now: Status, words: Words) -> str:
    if now.on_hold:
        return words("sync.head.on_hold")
    if now.level != "ok":
        return words(f"sync.head.{now.level}")
    if now.cause and now.waiting:
        return title(now.cause, words)
    if now.quarantined:
        return words("sync.head.aside", count=now.quarantined)
    waiting = now.waiting + now.held
    return words("sync.head.waiting", count=waiting) if waiting else words("sync.head.ok")


def _lines(now: Status, words: Words, zone: tzinfo) -> list[str]:
    waiting = str(now.waiting) + (words("sync.and_held", count=now.held) if now.held else "")
    lines = [
        ("kiosk", now.kiosk),
        ("central", now.central),
        ("daemon", words("sync.running" if now.running else "sync.not_running")),
        ("waiting", waiting),
        ("oldest", "–" if now.oldest_age_s is None else span(now.oldest_age_s, words)),
        ("answered", words("sync.counts", accepted=now.accepted, duplicate=now.duplicate, refused=now.refused)),
        ("last", words("sync.never") if now.last_success_ms is None else time_of(now.last_success_ms, zone)),
        ("next", _next(now, words, zone)),
        *(
            (
                ("cause", f"{title(now.cause, words)}. {cause_sentence(now.cause, words)}"),
                ("do", cure_sentence(now.cause, words)),
            )
            if now.cause
            else ()
        ),
        *(("aside", f"{count} × {cause_sentence(why, words)}") for why, count in now.quarantined_by_cause.items()),
        *(("refused", f"{count} × {cause_sentence(why, words)}") for why, count in now.refused_by_cause.items()),
        ("room", words("sync.room", count=now.room)),
        *((("clock", words("sync.clock_wrong", span=span(abs(now.wrong_s), words))),) if now.wrong_s else ()),
    ]
    width = max(len(words(f"sync.label.{label}")) for label, _ in lines)
    return [f"  {words(f'sync.label.{label}'):<{width}}  {value}" for label, value in lines]


def _next(now: Status, words: Words, zone: tzinfo) -> str:
    if now.on_hold:
        return words("sync.when_released")
    if now.next_ms is None:
        return words("sync.nothing_waits")
    if not now.running:  # nobody would make that attempt
        when = words("sync.when_started")
    else:
        when = time_of(now.next_ms, zone) if now.next_s else words("sync.now")
    return f"{when} ({words('sync.attempt', attempt=now.attempt)})" if now.cause else when
