"""The connection to the centre, tested step by step: each builds on the one before."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

STEPS = ("link", "name", "answer", "clock", "tls", "api")


class Outcome(enum.StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"  # nobody can say
    SKIPPED = "skipped"  # a step before has failed


@dataclass(frozen=True, slots=True)
class Tested:
    """`said`: of a failure an error id, else a message id; `facts` fill its sentences; a `span` is in s."""

    step: str
    outcome: Outcome
    said: str
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
