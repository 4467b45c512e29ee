"""How far the carriage is, in figures. Nothing counts as sent that the centre has not signed for."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts of records, times in ms since 1970, spans in s. `cause` says why the next attempt is later, else "".

    kiosk       its name, "" while it has none; central: the address of its centre
    level       ok, warn, alarm, stop: by how long nothing has reached the centre
    held        so many records are held; on_hold: nothing is sent at all
    enrolments  so many of those that are not answered are of traders; the others are what officers did
    room        for so many more records there is room
    wrong_s     how far the machine's clock is from the centre's; 0 while nobody needs to mind
    """

    kiosk: str
    central: str
    running: bool
    level: str
    on_hold: bool
    waiting: int
    held: int
    quarantined: int
    quarantined_by_cause: Mapping[str, int]
    enrolments: int
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
    refused_by_cause: Mapping[str, int]
    room: int
    wrong_s: int
    master: int

    @property
    def unanswered(self) -> int:
        return self.waiting + self.held + self.quarantined
