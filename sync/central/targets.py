"""How far the target is: by region, market and kiosk, with pace and a forecast that says how sure it is.

The forecast takes the weeks that are left as drawn like the last eight: their mean, and their variance or that of a
Poisson process where that is larger (counts of people are at least so scattered). The range holds four times in five,
by the normal approximation of a sum (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 5.5).
"""

import argparse
import dataclasses
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kiosk import commandline as command
from kiosk import tables
from kiosk.clock import today as clock_day
from kiosk.domain.outcome import State
from sync.central.deeds import Centre, table
from sync.central.schema import kiosk, member, tally
from sync.central.tallies import MONDAY_MS, WEEK_MS, start_ms, week_of

WEEKS = 8  # that the pace is taken from
SHOWN = 26  # weeks of the chart
_FOUR_IN_FIVE = 1.2816  # standard deviations
_WEEKS_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Progress:
    """
    name       of a region, market or kiosk; "" for all
    enrolled   since the target began, or ever where there is none; accepted and refused likewise
    target     0 where there is none
    pace       enrolled a week, of the last WEEKS
    low, high  what it will have come to on the last day, four times in five
    lapsed     accepted before, and without cover now (figures.py)
    before     members there were when the target began: they count towards it
    weeks      enrolled by week, the oldest first, as many as SHOWN
    """

    name: str
    enrolled: int
    accepted: int
    refused: int
    target: int
    last: date | None
    pace: float
    low: int
    high: int
    lapsed: int = 0
    before: int = 0
    weeks: tuple[int, ...] = field(default=())

    @property
    def share(self) -> float:
        return self.reached / self.target if self.target else 0.0

    @property
    def reached(self) -> int:
        return self.before + self.enrolled

    @property
    def look(self) -> str:
        """well: the whole range reaches the target; soon: a part of it does; now: none of it does; off: no target."""
        if not self.target:
            return "off"
        return "well" if self.low >= self.target else "soon" if self.high >= self.target else "now"


@dataclass(frozen=True, slots=True)
class Goals:
    """Targets of a day by market, branch and association; of the market "" that of all branches together."""

    by_market: Mapping[str, tables.Target]
    by_branch: Mapping[str, tables.Target] = field(default_factory=dict)
    by_association: Mapping[str, tables.Target] = field(default_factory=dict)


def goals(today: date) -> Goals:
    """As the tables say. Several branches' own targets add up."""
    return Goals(tables.targets_on(today), tables.branch_targets_on(today), tables.association_targets_on(today))


def progress(
    connection: sa.Connection,
    by: str,
    now_ms: int,
    wanted: Goals,
    region: str = "",
    market: str = "",
    branch: str = "",
) -> list[Progress]:
    """One for each `by`: all, branch, region, market, association or kiosk; those that are furthest behind first."""
    if by == "association":
        return _by_association(connection, now_ms, wanted)
    group = {"branch": kiosk.c.branch, "region": kiosk.c.region, "market": kiosk.c.market, "kiosk": kiosk.c.name}.get(
        by
    )
    name = sa.literal("") if group is None else group
    query = (
        sa.select(
            name.label("part"), tally.c.week, sa.func.sum(tally.c.enrolled), sa.func.sum(tally.c.accepted),
            sa.func.sum(tally.c.refused),
        )
        .select_from(tally.join(kiosk, kiosk.c.name == tally.c.kiosk))
        .group_by("part", tally.c.week)
    )  # fmt: skip
    only = [
        column == value
        for column, value in ((kiosk.c.region, region), (kiosk.c.market, market), (kiosk.c.branch, branch))
        if value
    ]
    query = query.where(*only)
    found: dict[str, dict[int, tuple[int, int, int]]] = {}
    for of, week, *numbers in connection.execute(query):
        found.setdefault(of or "", {})[int(week)] = (int(numbers[0]), int(numbers[1]), int(numbers[2]))
    if by == "all":
        found.setdefault("", {})
    lapsed = _lapsed(connection, group, only)
    rows = [
        dataclasses.replace(
            _progress(of, weeks, now_ms, _goal(by, of, market, branch, wanted)), lapsed=lapsed.get(of, 0)
        )
        for of, weeks in found.items()
    ]
    return _ordered(rows)


def _ordered(rows: list[Progress]) -> list[Progress]:
    order = {"now": 0, "soon": 1, "well": 2, "off": 3}
    return sorted(rows, key=lambda one: (order[one.look], one.share, one.name))


def _lapsed(connection: sa.Connection, group: Any, only: Sequence[sa.ColumnElement[bool]]) -> dict[str, int]:
    name = sa.literal("") if group is None else group
    query = sa.select(name.label("part"), sa.func.sum(kiosk.c.lapsed)).where(*only).group_by("part")
    return {row[0] or "": int(row[1]) for row in connection.execute(query)}


def _by_association(connection: sa.Connection, now_ms: int, wanted: Goals) -> list[Progress]:
    """Of those who let their association see; the weeks are those of their joining."""
    week = (member.c.joined_ms - MONDAY_MS) // WEEK_MS

    def number(*states: State) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((member.c.state.in_([str(one) for one in states]), 1), else_=0))

    query = (
        sa.select(
            member.c.association, week.label("week"), sa.func.count(), number(State.ACCEPTED, State.MEMBER),
            number(State.REFUSED),
        )
        .where(member.c.state != "")
        .group_by(member.c.association, "week")
    )  # fmt: skip
    found: dict[str, dict[int, tuple[int, int, int]]] = {}
    for of, at, *numbers in connection.execute(query):
        found.setdefault(of, {})[int(at)] = (int(numbers[0]), int(numbers[1]), int(numbers[2]))
    return _ordered(
        [_progress(of, weeks, now_ms, wanted.by_association.get(of)) for of, weeks in sorted(found.items())]
    )


def _goal(by: str, name: str, market: str, branch: str, wanted: Goals) -> tables.Target | None:
    """Markets, branches, and all together have targets of their own."""
    if by == "branch" or (by == "all" and branch):
        return wanted.by_branch.get(name or branch)
    key = {"market": name, "all": market}.get(by)
    return None if key is None else wanted.by_market.get(key)


def _progress(
    name: str, weeks: Mapping[int, tuple[int, int, int]], now_ms: int, goal: tables.Target | None
) -> Progress:
    this = week_of(now_ms)
    first = week_of(_ms(goal.first)) if goal else min(weeks, default=this)
    counted = [numbers for week, numbers in weeks.items() if week >= first]
    enrolled, accepted, refused = (sum(numbers[at] for numbers in counted) for at in range(3))
    past = [weeks.get(week, (0, 0, 0))[0] for week in range(max(this - WEEKS, min(weeks, default=this)), this)]
    before = goal.before if goal else 0
    pace, low, high = forecast(before + enrolled, past, _weeks_left(goal, now_ms))
    shown = tuple(weeks.get(week, (0, 0, 0))[0] for week in range(this - SHOWN + 1, this + 1))
    target, last = (goal.traders, goal.last) if goal else (0, None)
    return Progress(name, enrolled, accepted, refused, target, last, pace, low, high, 0, before, shown)


def forecast(so_far: int, past: Sequence[int], weeks_left: float) -> tuple[float, int, int]:
    """Pace a week, and the low and high end of what it will come to."""
    if not past:
        return 0.0, so_far, so_far
    mean = sum(past) / len(past)
    variance = sum((one - mean) ** 2 for one in past) / max(len(past) - 1, 1)
    # the mean itself is known only as well as its weeks are many
    spread = _FOUR_IN_FIVE * math.sqrt(max(variance, mean) * (weeks_left + weeks_left**2 / len(past)))
    middle = so_far + mean * weeks_left
    return mean, max(so_far, math.floor(middle - spread)), math.ceil(middle + spread)


def _weeks_left(goal: tables.Target | None, now_ms: int) -> float:
    if goal is None or goal.last is None:
        return 0.0 if goal is None else float(_WEEKS_A_YEAR)
    return max(0.0, (_ms(goal.last) + 86_400_000 - now_ms) / WEEK_MS)


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def start_of(goal: tables.Target) -> int:
    """When a target begins, ms since 1970."""
    return _ms(goal.first)


def monday(week: int) -> date:
    return datetime.fromtimestamp(start_ms(week) / 1000, UTC).date()


def target(centre: Centre, arguments: argparse.Namespace) -> int:
    """`kiosk-central target`: all together, and by region, market or kiosk."""
    now_ms, wanted = centre.clock.wall_ms(), goals(clock_day(centre.clock, centre.settings.zone))
    if arguments.pdf:
        from sync.central import weekly  # late: nothing else here draws
        from sync.central.console.standing import limits_of

        limits = limits_of(centre.settings.central)
        week = weekly.of(centre.database, now_ms, centre.settings.zone, limits, arguments.branch)
        weekly.write(arguments.pdf, week, centre.words)
        print(centre.words("report.written", file=arguments.pdf.name), file=sys.stderr)
        return command.OK
    with centre.database.read() as connection:
        rows = progress(connection, "all", now_ms, wanted, branch=arguments.branch)
        rows += progress(connection, arguments.by, now_ms, wanted, branch=arguments.branch)
    if arguments.json:
        for one in rows:
            command.write_line(json.dumps(dataclasses.asdict(one), ensure_ascii=False, default=str))
        return command.OK
    names = ("part", "enrolled", "accepted", "lapsed", "target", "pace", "forecast", "state")
    table(
        [centre.words(f"target.column.{name}") for name in names],
        [
            [
                one.name or centre.words("target.all"), one.reached, one.accepted, one.lapsed, one.target or "–",
                f"{one.pace:.1f}",
                f"{one.low}–{one.high}" if one.target else "–", centre.words(f"target.look.{one.look}"),
            ]
            for one in rows
        ],
    )  # fmt: skip
    return command.OK


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by", choices=("branch", "region", "market", "association", "kiosk"), default="market", help="default market"
    )
    parser.add_argument("--branch", default="", metavar="B", help="only this branch")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="the week on one sheet of A4, for the branch")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, with the weeks")
