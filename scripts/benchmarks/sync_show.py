"""The figures of `bench sync` for people: a table on a terminal, the same for the README, goals beside them."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

Figures = dict[str, Any]
NONE = "–"
CALLED = {"morango": "morango 0.8.15", "pouchdb": "PouchDB 9", "plain": "one POST a record"}


@dataclass(frozen=True, slots=True)
class Row:
    """`limit` is met by figures up to it, or from it on when `at_least`."""

    key: str
    what: str
    limit: float
    at_least: bool = False
    digits: int = 0

    @property
    def goal(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:,.{0 if self.limit == int(self.limit) else 2}f}"

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit


ROWS = (
    Row("requests_per_1000", "requests for 1,000 records", 4),
    Row("bytes_per_record", "bytes up per record", 200),
    Row("answer_bytes_per_record", "bytes down per record", 10, digits=1),
    Row("requests_one_record", "one new record: requests", 1),
    Row("bytes_one_record", "one new record: bytes, both ways", 900),
    Row("records_per_s", "records/s on loopback", 2000, at_least=True),
    Row("slow_link_s", "1,000 records at 600 ms, 128 kbit/s: s", 15, digits=1),
    Row("gprs_s", "50 records at 700 ms, 20 kbit/s: s", 12, digits=1),
    Row("ingest_per_s", "records/s into one worker, 50 a request", 5000, at_least=True),
    Row("fleet_s", "a fleet after an outage: s until all are drained", 300),
    Row("fleet_requests_ratio", "… requests over the least number", 1.05, digits=3),
    Row("fleet_timeouts", "… time-outs", 0),
    Row("daemon_rss_mb", "daemon, 20,000 records waiting: MB", 80, digits=1),
)


def table_of(figures: Figures) -> None:
    head, *lines = _lines(figures, lambda text, met: text if met else f"[red]{text}[/red]")
    table = Table(*head, title=_title(figures), title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for line in lines:
        table.add_row(*line)
    Console().print(table)


def markdown(figures: Figures) -> str:
    head, *lines = _lines(figures, lambda text, met: text if met else f"{text} (missed)")
    table = [head, ["---", *["--:"] * (len(head) - 1)], *lines]
    return f"{_title(figures)}:\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in table)


def _title(figures: Figures) -> str:
    return f"{figures['date']}, {os.cpu_count()} cores, centre on {figures['database']}"


def _lines(figures: Figures, marked: Callable[[str, bool], str]) -> list[list[str]]:
    peers = [name for name in CALLED if name in figures or f"{name}_{ROWS[0].key}" in figures]
    lines = [["", "goal", "here", *(CALLED[name] for name in peers)]]
    for row in ROWS:
        if row.key in figures:
            own = marked(_shown(figures[row.key], row), row.met(figures[row.key]))
            others = (figures.get(f"{name}_{row.key}") for name in peers)
            lines.append([row.what, row.goal, own, *(NONE if one is None else _shown(one, row) for one in others)])
    absent = [f"{CALLED[name]}: {figures[name]}" for name in peers if name in figures]
    return lines + [[line, *[""] * (len(lines[0]) - 1)] for line in absent]


def _shown(value: float, row: Row) -> str:
    return f"{value:,.{row.digits}f}"
