"""What the wire says, as values. How it is spelled stands in wire.py."""

import enum
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from sync.packing import Carried


class Verdict(enum.StrEnum):
    ACCEPTED = "accepted"  # committed by this very request
    DUPLICATE = "duplicate"  # the same record was committed before
    REFUSED = "refused"  # never will be; the cause says why


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How the kiosk is. `oldest_ms` is the capture time of the oldest record that waits, 0 when none does.

    mono_ms counts from the boot `boot`; free_mb is of the disk; rounds counts the requests made so far; master is the
    version of the master data in use, 0 for the shipped one; more is for what later versions tell.
    """

    now_ms: int
    boot: uuid.UUID
    mono_ms: int
    app: str = ""
    waiting: int = 0
    quarantined: int = 0
    oldest_ms: int = 0
    last_seq: int = 0
    free_mb: int = 0
    rounds: int = 0
    master: int = 0
    more: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Day:
    """What the centre has answered for of one day. `day` is captured_ms // DAY_MS, `root` as in `root_of`."""

    day: int
    count: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """Every record of one day that the centre has answered for: (seq, first 8 bytes of its hash), ascending."""

    day: int
    hashes: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """`records` in ascending seq. `cursor` is the newest outcome kept here. `days`, `known` only when they are due."""

    kiosk: str
    beat: Heartbeat
    records: tuple[Carried, ...] = ()
    cursor: int = 0
    days: tuple[Day, ...] | None = None
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict on the records `first`..`last`. `cause` only of a refusal."""

    first: int
    last: int
    verdict: Verdict
    cause: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Decided:
    """One outcome of the branch. `state` accepted, member or refused; `cause` only of a refusal.

    number  the membership number sealed to the kiosk (HPKE, info `record.number_info`), b"" for none
    """

    n: int
    id: uuid.UUID
    state: str
    cause: str
    decided_ms: int
    number: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the centre has committed at `at_ms`. Kept with its signature it is the receipt of each of its records."""

    kiosk: str
    at_ms: int
    verdicts: tuple[Judged, ...] = ()
    root: bytes = hashlib.sha256(b"").digest()
    spread_s: int = 0
    outcomes: tuple[Decided, ...] = ()
    master: int = 0
    asks: tuple[int, ...] = ()
    lacks: tuple[int, ...] = ()
    reached: int | None = None
    signature: bytes = b""

    def each(self) -> Iterator[tuple[int, Verdict, str]]:
        """(seq, verdict, cause) of every record judged, ascending."""
        for judged in self.verdicts:
            for seq in range(judged.first, judged.last + 1):
                yield seq, judged.verdict, judged.cause
