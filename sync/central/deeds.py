"""What `kiosk-central` does once and ends. Results go to standard output, remarks for people to standard error."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno

from kiosk import commandline as command
from kiosk.clock import Clock, local, today
from kiosk.settings import Settings
from kiosk.words import Words
from sync.central import alarms as alarm
from sync.central import decisions, exporting, fleet, ingest, keys, listing, mastering, people, provisioning, sticks
from sync.central.database import Database
from sync.central.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Centre:
    database: Database
    home: Path
    settings: Settings
    words: Words
    clock: Clock

    def when(self, ms: int | None) -> str:
        return "–" if ms is None else local(ms, self.settings.zone).strftime("%Y-%m-%d %H:%M")


def add_kiosk(centre: Centre, arguments: argparse.Namespace) -> int:
    code = provisioning.add_kiosk(centre.database, arguments.name, arguments.region, arguments.market)
    _say(centre.words("central.code", kiosk=arguments.name))
    command.write_line(code)
    if arguments.url:  # for the officer's page of a kiosk, which reads it with its camera or scanner
        invitation = segno.make(f"KIOSK {arguments.url} {code}", error="m")
        if arguments.qr:
            invitation.save(str(arguments.qr), scale=8, border=4)
        else:
            invitation.terminal(out=sys.stderr, compact=True)
    return command.OK


def place(centre: Centre, arguments: argparse.Namespace) -> int:
    fleet.place(centre.database, arguments.name, arguments.region, arguments.market)
    _say(centre.words("central.placed", kiosk=arguments.name, market=arguments.market or "–"))
    return command.OK


def kiosks(centre: Centre, arguments: argparse.Namespace) -> int:
    with centre.database.read() as connection:
        found = fleet.listed(connection, arguments.name)
        missing = ingest.gaps(connection, arguments.name) if arguments.name else []
    if arguments.name and not found:
        raise fleet.UnknownKioskError("central.kiosk_none", kiosk=arguments.name)
    if arguments.json:
        for one in found:
            more = {"gaps": missing} if arguments.name else {}
            command.write_line(json.dumps(dataclasses.asdict(one) | more))
        return command.OK
    names = ("kiosk", "state", "heard", "newest", "last_seq", "waiting", "quarantined", "alarms", "app")
    rows = [
        [
            one.name, centre.words(f"central.state.{one.state}"), centre.when(one.heard_ms), one.newest,
            *("–" if value is None else value for value in (one.last_seq, one.waiting, one.quarantined)),
            one.alarms, one.app or "–",
        ]
        for one in found
    ]  # fmt: skip
    table([centre.words(f"central.column.{name}") for name in names], rows)
    if arguments.name:
        told = found[0].last_seq or 0
        beyond = [(found[0].newest + 1, told)] if told > found[0].newest else []
        for first, last in [*missing, *beyond]:
            command.write_line(centre.words("central.missing", records=listing.span(first, last)))
    if not found:
        _say(centre.words("central.no_kiosks"))
    return command.OK


def revoke(centre: Centre, arguments: argparse.Namespace) -> int:
    seq = fleet.revoke(centre.database, arguments.name, centre.clock.wall_ms())
    _say(centre.words("central.revoked", kiosk=arguments.name, seq=seq))
    return command.OK


def unrevoke(centre: Centre, arguments: argparse.Namespace) -> int:
    fleet.unrevoke(centre.database, arguments.name)
    _say(centre.words("central.unrevoked", kiosk=arguments.name))
    return command.OK


def alarms(centre: Centre, arguments: argparse.Namespace) -> int:
    if arguments.seen:
        number = alarm.close(centre.database, arguments.seen, centre.clock.wall_ms())
        _say(centre.words("central.alarms_seen", kiosk=arguments.seen, number=number))
        return command.OK
    with centre.database.read() as connection:
        found = alarm.listed(connection, cleared=arguments.all)
    if arguments.json:
        for one in found:
            command.write_line(json.dumps(dataclasses.asdict(one)))
        return command.OK
    if not found:
        _say(centre.words("central.no_alarms"))
        return command.OK
    names = ["raised", "kiosk", "alarm", *(["cleared"] if arguments.all else [])]
    rows = [
        [
            centre.when(one.raised_ms), one.kiosk,
            centre.words(f"central.alarm.{one.kind}", records=listing.span(one.first, one.last)),
            *([centre.when(one.cleared_ms)] if arguments.all else []),
        ]
        for one in found
    ]  # fmt: skip
    table([centre.words(f"central.column.{name}") for name in names], rows)
    return command.OK


def enrolments(centre: Centre, arguments: argparse.Namespace) -> int:
    for one in listing.arrived(centre.database, keys.load(centre.home)):
        line = json.dumps(one.plain, ensure_ascii=False) if arguments.json else None
        command.write_line(line or listing.line(one, centre.settings.zone))
    return command.OK


def export(centre: Centre, arguments: argparse.Namespace) -> int:
    found = listing.arrived(centre.database, keys.load(centre.home), arguments.kiosk)
    zone, words = centre.settings.zone, centre.words
    opened = (
        exporting.csv_sheet(arguments.out, zone)
        if arguments.format == "csv"
        else exporting.xlsx_sheet(arguments.out, zone, words)
    )
    with opened as sheet:
        written = listing.export(found, sheet, words, zone, branch=arguments.branch, undecided=arguments.undecided)
        gaps = listing.export_gaps(centre.database, sheet, words, arguments.kiosk)
    _say(words("central.exported", file=arguments.out.name, rows=written.rows, errors=written.errors + gaps))
    return command.OK


def decide(centre: Centre, arguments: argparse.Namespace) -> int:
    people_key = keys.load_people(centre.home, new=not people.any_known(centre.database))
    decided = decisions.decide(centre.database, arguments.file, people_key, centre.clock)
    for wrong in decided.wrong:
        command.write_line(
            centre.words("central.wrong", line=wrong.line, reason=centre.words(f"central.wrong.{wrong.reason}"))
        )
    _say(centre.words("central.decided", new=decided.new, known=decided.known, wrong=len(decided.wrong)))
    return command.FAILED if decided.wrong else command.OK


def bring(centre: Centre, arguments: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import Progress

    exchange = Exchange(centre.database, keys.load_answer(centre.home), centre.clock)
    paths = sticks.files(arguments.folder)
    shown = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with shown as progress:
        task = progress.add_task(arguments.folder.name, total=len(paths))
        found = sticks.bring(exchange, paths, lambda _: progress.advance(task))
    for one in found:
        number = centre.words(
            "central.stick.taken", accepted=one.accepted, duplicate=one.duplicate, refused=one.refused
        )
        told = centre.words(f"central.stick.{one.problem}") if one.problem else number
        command.write_line(f"{one.name}  {told}")
    failed = sum(bool(one.problem) for one in found)
    _say(centre.words("central.brought", files=len(found), failed=failed))
    return command.FAILED if failed else command.OK


def publish(centre: Centre, arguments: argparse.Namespace) -> int:
    files, key = (
        mastering.read(arguments.folder, today(centre.clock, centre.settings.zone)),
        keys.load_answer(centre.home),
    )
    if arguments.folder is None or not (arguments.folder / "officers.csv").is_file():
        files["officers.csv"] = mastering.published(centre.database, key)["officers.csv"]  # see `kiosk-central officer`
    version, new = mastering.publish(centre.database, files, key, centre.clock)
    _say(centre.words("central.published" if new else "central.published_before", version=version))
    command.write_line(str(version))
    return command.OK


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    numbers = [all(isinstance(row[place], int) or row[place] == "–" for row in rows) for place in range(len(head))]
    for line in lines:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numbers, strict=True)
        )
        command.write_line("  ".join(cells).rstrip())


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
