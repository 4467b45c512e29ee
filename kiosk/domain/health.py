"""How a part of the kiosk does: well, in want of somebody, or nothing that anybody can say."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kiosk.domain.act import Fact

PARTS = (
    *("camera", "scanner", "printer", "speaker", "touch", "disk"),
    *("clock", "network", "daemon", "database", "power", "heat"),
)
TRIED = ("camera", "scanner", "printer", "speaker", "touch")  # a person can try these, step by step


class State(enum.StrEnum):
    GOOD = "good"
    WARN = "warn"
    OFF = "off"  # not there by choice, or nobody can tell


@dataclass(frozen=True, slots=True)
class Finding:
    """`said`: of a warning an error id (what happened and what to do), else a message id; `facts` fill it."""

    part: str
    state: State
    said: str
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a part: ms since 1970 of the last time it was well and of the last trial; None for never."""

    good_ms: int | None = None
    tried_ms: int | None = None
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    finding: Finding
    known: Known = Known()


def good(part: str, said: str = "", **facts: Fact) -> Finding:
    return Finding(part, State.GOOD, said or "health.good", facts)


def warn(part: str, error: str, **facts: Fact) -> Finding:
    return Finding(part, State.WARN, error, facts)


def off(part: str, said: str = "health.off", **facts: Fact) -> Finding:
    return Finding(part, State.OFF, said, facts)
