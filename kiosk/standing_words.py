"""How far the carriage is, in words: the very same on the officer's page and in `kiosk-sync status`."""

from collections.abc import Iterator
from datetime import tzinfo

from kiosk.clock import local
from kiosk.domain.standing import Standing
from kiosk.words import Words


def level(now: Standing) -> str:
    """ok, warn, alarm or stop: how much it wants somebody's eye."""
    if now.level == "ok" and (now.on_hold or now.quarantined or (now.cause and now.waiting)):
        return "warn"
    return now.level


def headline(now: Standing, words: Words) -> str:
    """One sentence on how it stands."""
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


def lines(now: Standing, words: Words, zone: tzinfo) -> list[tuple[str, str]]:
    """Label and value of each, in the order in which they are shown."""
    return [(words(f"sync.label.{label}"), value) for label, value in facts(now, words, zone)]


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


def facts(now: Standing, words: Words, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """The same by the names of the labels."""
    yield "kiosk", now.kiosk or "–"
    yield "central", now.central or "–"
    yield "daemon", words("sync.running" if now.running else "sync.not_running")
    yield "waiting", _waiting(now, words)
    yield "oldest", "–" if now.oldest_age_s is None else span(now.oldest_age_s, words)
    yield "answered", words("sync.counts", accepted=now.accepted, duplicate=now.duplicate, refused=now.refused)
    yield "last", words("sync.never") if now.last_success_ms is None else time_of(now.last_success_ms, zone)
    yield "next", _next(now, words, zone)
    if now.cause:
        yield "cause", f"{title(now.cause, words)}. {cause_sentence(now.cause, words)}"
        yield "do", cure_sentence(now.cause, words)
    for why, count in now.quarantined_by_cause.items():
        yield "aside", f"{count} × {cause_sentence(why, words)}"
    for why, count in now.refused_by_cause.items():
        yield "refused", f"{count} × {cause_sentence(why, words)}"
    yield "room", words("sync.room", count=now.room)
    if now.wrong_s:
        yield "clock", words("sync.clock_wrong", span=span(abs(now.wrong_s), words))


def _waiting(now: Standing, words: Words) -> str:
    """Records; and how many of them are people, where that is not the same."""
    told = str(now.waiting) + (words("sync.and_held", count=now.held) if now.held else "")
    acts = now.unanswered - now.enrolments
    return f"{told} ({words('sync.of_them', people=now.enrolments, acts=acts)})" if acts else told


def _next(now: Standing, words: Words, zone: tzinfo) -> str:
    if now.on_hold:
        return words("sync.when_released")
    if now.next_ms is None:
        return words("sync.nothing_waits")
    if not now.running:  # nobody would make that attempt
        when = words("sync.when_started")
    else:
        when = time_of(now.next_ms, zone) if now.next_s else words("sync.now")
    return f"{when} ({words('sync.attempt', attempt=now.attempt)})" if now.cause else when
