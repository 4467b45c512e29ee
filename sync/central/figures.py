"""Figures that are counted now and then, because every page and every kiosk asks for them: who has lapsed, how far the
target is that a kiosk shows. Kept with each kiosk.
"""

from datetime import date

import sqlalchemy as sa

from kiosk import tables
from kiosk.domain.outcome import State
from sync.central import targets
from sync.central.database import Database
from sync.central.schema import kiosk, outcome, person, tally
from sync.central.tallies import week_of

_HOLDS = tuple(str(one) for one in (State.ACCEPTED, State.MEMBER))
_AT_ONCE = 500
_BRANCH = 64  # letters


def place(connection: sa.Connection, name: str, branch: str) -> None:
    """Notes the branch that a kiosk enrols for; what no branch is called, it may say for itself."""
    if not branch.isprintable():
        return
    here = (kiosk.c.name == name) & (kiosk.c.branch != branch[:_BRANCH])
    connection.execute(sa.update(kiosk).where(here).values(branch=branch[:_BRANCH]))


def count(database: Database, today: date, rest: int) -> int:
    """Counts anew; how many kiosks have other figures than before.

    rest  unpaid months after which there is no cover (Permenaker 5/2021; benefits.csv)
    """
    with database.read() as connection:
        rows = connection.execute(
            sa.select(kiosk.c.name, kiosk.c.market, kiosk.c.branch, kiosk.c.lapsed, kiosk.c.reached)
        ).all()
        lapsed = _lapsed(connection, today.year * 12 + today.month - 1 - rest)
        weeks = _weeks(connection)
    reached: dict[tuple[str, str], int | None] = {}
    changes = []
    for row in rows:
        place = (row.market, row.branch)
        if place not in reached:
            reached[place] = _reached(tables.target(*place, today), weeks, *place, today)
        if (row.lapsed, row.reached) != (now := (lapsed.get(row.name, 0), reached[place])):
            changes.append((row.name, {"lapsed": now[0], "reached": now[1]}))
    for start in range(0, len(changes), _AT_ONCE):
        with database.write() as connection:
            for name, values in changes[start : start + _AT_ONCE]:
                connection.execute(sa.update(kiosk).where(kiosk.c.name == name).values(**values))
    return len(changes)


def _lapsed(connection: sa.Connection, before: int) -> dict[str, int]:
    """Accepted members whose last paid month is before that one, by the kiosk that enrolled them."""
    accepted = sa.exists().where(
        outcome.c.kiosk == person.c.kiosk, outcome.c.id == person.c.id, outcome.c.state.in_(_HOLDS)
    )
    query = sa.select(person.c.kiosk, sa.func.count()).where(person.c.until < before, accepted)
    return {row[0]: row[1] for row in connection.execute(query.group_by(person.c.kiosk))}


def _weeks(connection: sa.Connection) -> list[tuple[str, str, int, int]]:
    """Market, branch, week and how many enrolled."""
    query = (
        sa.select(kiosk.c.market, kiosk.c.branch, tally.c.week, sa.func.sum(tally.c.enrolled))
        .select_from(tally.join(kiosk, kiosk.c.name == tally.c.kiosk))
        .group_by(kiosk.c.market, kiosk.c.branch, tally.c.week)
    )
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in connection.execute(query)]


def _reached(
    goal: tables.Target | None, weeks: list[tuple[str, str, int, int]], market: str, branch: str, today: date
) -> int | None:
    """Of the market where it has a target of its own, else of its branch."""
    if goal is None:
        return None
    own = goal == tables.targets_on(today).get(market)
    first = week_of(targets.start_of(goal))
    counted = (
        number
        for of_market, of_branch, week, number in weeks
        if week >= first and (of_market == market if own else of_branch == branch)
    )
    return goal.before + sum(counted)
