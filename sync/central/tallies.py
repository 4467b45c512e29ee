"""How many were enrolled, accepted and refused, by kiosk and week: kept with the deed itself, never counted anew."""

from collections.abc import Mapping

import sqlalchemy as sa

from kiosk.domain.outcome import State
from sync.central.schema import tally

WEEK_MS = 7 * 86_400_000
MONDAY_MS = 4 * 86_400_000  # 1970 began on a Thursday: weeks begin on Mondays, UTC
GOOD = frozenset({str(State.ACCEPTED), str(State.MEMBER)})


def week_of(ms: int) -> int:
    return (ms - MONDAY_MS) // WEEK_MS


def start_ms(week: int) -> int:
    return week * WEEK_MS + MONDAY_MS


def add(connection: sa.Connection, kiosk: str, at_ms: int, **more: int) -> None:
    """Adds to the week of `at_ms`. Call it with the kiosk's row locked (outcomes.lock)."""
    changes = {name: number for name, number in more.items() if number}
    if not changes:
        return
    week = week_of(at_ms)
    here = (tally.c.kiosk == kiosk) & (tally.c.week == week)
    values = {name: tally.c[name] + number for name, number in changes.items()}
    if not connection.execute(sa.update(tally).where(here).values(**values)).rowcount:
        row = {"kiosk": kiosk, "week": week, "enrolled": 0, "accepted": 0, "refused": 0}
        connection.execute(sa.insert(tally).values(**row | changes))


def change(before: str | None, after: str) -> Mapping[str, int]:
    """What a decision changes: from the state before, None for none, to the one after."""
    was_good, is_good = before in GOOD, after in GOOD
    return {
        "accepted": is_good - was_good,
        "refused": (after == State.REFUSED) - (before == State.REFUSED),
    }
