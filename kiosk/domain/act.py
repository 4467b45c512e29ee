"""An act: what an officer did at a kiosk, as an append-only entry that travels to the centre like an enrolment."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Fact = int | str


class Kind(enum.StrEnum):
    """What was done. Only ever append: the centre keeps the old ones."""

    ENTERED = "entered"
    TURNED_AWAY = "turned_away"  # a badge or a PIN that does not open the door
    LOCKED = "locked"  # too many of them: nobody comes in for a while
    LEFT = "left"
    RESTOCKED = "restocked"
    CORRECTED = "corrected"  # counted by hand; the difference to what the ledger said
    DRAWN = "drawn"  # used up since the last entry: paper, by its measured length
    TESTED = "tested"
    SET = "set"  # a setting was changed
    CLOSED = "closed"  # out of service
    OPENED = "opened"
    ASKED = "asked"  # an errand for the sync daemon: sync, export, import, self-test, provision
    CLOCK_SET = "clock_set"
    RESTARTED = "restarted"


@dataclass(frozen=True, slots=True)
class Act:
    """
    officer  number of the officer, "" when the machine did it or nobody was known
    facts    what `act.<kind>` tells in words: names from the tables, numbers, ids; never a person's data
    """

    kind: Kind
    officer: str = ""
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class KeptAct:
    """An act with its place in the chain and its time, ms since 1970 by the kiosk's clock."""

    seq: int
    at_ms: int
    act: Act
