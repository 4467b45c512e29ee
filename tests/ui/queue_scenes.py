"""The queue's pages with something on them."""

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

from kiosk.domain.connection import STEPS
from kiosk.domain.errand import Errand, Kind, State
from kiosk.domain.standing import Standing
from kiosk.domain.stick import Stick
from kiosk.journey.officer.queue import ConnectionView, QueueView, StickView

GB = 1_000_000_000
PASSED = {
    "link": ("connection.link.passed", {"names": "wlan0"}),
    "name": ("connection.name.passed", {"host": "pusat.example.id"}),
    "answer": ("connection.answer.passed", {"ms": 84}),
    "clock": ("connection.clock.passed", {"span": 2}),
    "tls": ("connection.tls.passed", {"days": 61}),
    "api": ("connection.api.passed", {}),
}


def standing(now_ms: int, **changes: Any) -> Standing:
    values: dict[str, Any] = {
        "kiosk": "pasar-gede-1", "central": "https://pusat.example.id", "running": True, "level": "ok",
        "on_hold": False, "waiting": 12, "held": 0, "quarantined": 0, "quarantined_by_cause": {}, "enrolments": 9,
        "oldest_ms": now_ms - 5_400_000, "oldest_age_s": 5400, "last_success_ms": now_ms - 7_200_000, "attempt": 0,
        "next_ms": now_ms + 60_000, "next_s": 60.0, "cause": "", "accepted": 214, "duplicate": 1, "refused": 0,
        "refused_by_cause": {}, "room": 19_988, "wrong_s": 0, "master": 7,
    }  # fmt: skip
    return Standing(**values | changes)


def errand(kind: Kind, state: State = State.RUNNING, **values: Any) -> Errand:
    return Errand(3, kind, state=state, **values)


def tested(*steps: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """What the daemon tells: for each step its outcome, what is said, and the facts."""
    told = [(step, *found) for step, found in zip(STEPS, steps, strict=False)]
    return {"steps": [{"step": s, "outcome": o, "said": said, "facts": facts} for s, o, said, facts in told]}


def scenes(at: Callable[..., Any], now_ms: int) -> Iterator[tuple[str, Any, None]]:
    offline = standing(
        now_ms, cause="offline", attempt=14, level="alarm", oldest_age_s=345_600, waiting=431, enrolments=420
    )
    aside = standing(
        now_ms, waiting=0, quarantined=3, quarantined_by_cause={"damaged": 2, "server": 1}, enrolments=3, next_ms=None
    )
    yield "queue", at("queue", QueueView(standing(now_ms))), None
    yield "queue-offline", at("queue", QueueView(offline)), None
    sending = errand(Kind.SYNC, done=120, total=431)
    yield "queue-sending", at("queue", QueueView(standing(now_ms, waiting=311), sending)), None
    sent = errand(Kind.SYNC, State.DONE, done=12, total=12, result={"accepted": 12})
    quiet = {"waiting": 0, "enrolments": 0, "oldest_ms": None, "oldest_age_s": None, "next_ms": None}
    yield "queue-sent", at("queue", QueueView(standing(now_ms, **quiet), sent)), None
    yield "queue-aside", at("queue", QueueView(aside)), None
    yield "queue-held", at("queue", QueueView(standing(now_ms, on_hold=True))), None
    waits = errand(Kind.SYNC, State.ASKED)
    yield "queue-no-daemon", at("queue", QueueView(standing(now_ms, running=False), waits)), None
    sticks = (Stick("KINGSTON", 12 * GB, 32 * GB, True), Stick("DATA", 40_000, 4 * GB, True))
    under = ("officer", "queue")
    yield "stick", at("stick", StickView(True, sticks, 431, 2_400_000), stack=under), None
    yield "stick-none", at("stick", StickView(True, (), 431, 2_400_000), stack=under), None
    writing = errand(Kind.EXPORT, done=2000, total=4000)
    yield "stick-writing", at("stick", StickView(True, sticks[:1], 4000, 2_400_000, writing), stack=under), None
    full = errand(Kind.EXPORT, State.FAILED, cause="stick.full", result={"needed": 2400, "free": 96})
    locked = (Stick("TERKUNCI", 12 * GB, 32 * GB, False),)
    yield "stick-full", at("stick", StickView(True, locked, 431, 2_400_000, full), stack=under), None
    read = {"files": 2, "accepted": 431, "damaged": 1, "names": ["pasar-gede-1-1-200.receipt"], "others": 3}
    brought = errand(Kind.IMPORT, State.DONE, result=read)
    yield "stick-read", at("stick", StickView(True, sticks[:1], 0, 0, brought), stack=under), None
    yield "connection", at("connection", ConnectionView(True), stack=under), None
    passed = [("passed", *PASSED[step]) for step in STEPS]
    testing = errand(Kind.TEST, done=2, total=6, result=tested(*passed[:2]))
    yield "connection-testing", at("connection", ConnectionView(True, testing), stack=under), None
    whole = errand(Kind.TEST, State.DONE, done=6, total=6, result=tested(*passed))
    yield "connection-good", at("connection", ConnectionView(True, whole), stack=under), None
    portal = [
        *passed[:2],
        ("failed", "connection.other_server", {"status": 200}),
        *[("skipped", "connection.skipped", {})] * 3,
    ]
    bad = errand(Kind.TEST, State.DONE, done=6, total=6, result=MappingProxyType(tested(*portal)))
    yield "connection-bad", at("connection", ConnectionView(True, bad), stack=under), None
