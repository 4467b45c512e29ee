"""An errand: what the screen asks of the sync daemon, which alone has the network, and how far it is."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


class Kind(enum.StrEnum):
    """What can be asked; `errand.<kind>` says it in words."""

    SYNC = "sync"  # send what waits, now
    RETRY = "retry"  # what was put aside waits again
    HOLD = "hold"  # send nothing at all
    RELEASE = "release"
    EXPORT = "export"  # onto a stick
    IMPORT = "import"  # from a stick
    TEST = "test"  # the connection, step by step
    PROVISION = "provision"  # become a kiosk of another centre


class State(enum.StrEnum):
    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Errand:
    """
    arguments   what it is about, by name: a stick, an address; its kind says which
    asked_ms    by the kiosk's clock, as changed_ms
    cause       error id of a failure, "" else; its facts stand in `result`
    done        of `total` steps: records, files; 0 of 0 while nobody knows
    result      what came of it so far, by name
    """

    number: int
    kind: Kind
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    officer: str = ""
    asked_ms: int = 0
    state: State = State.ASKED
    changed_ms: int = 0
    cause: str = ""
    done: int = 0
    total: int = 0
    result: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def under_way(self) -> bool:
        return self.state in (State.ASKED, State.RUNNING)
