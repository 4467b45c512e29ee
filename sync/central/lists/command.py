"""`kiosk-central list check FILE`: a coordinator's list, checked cell by cell."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from kiosk import commandline as command
from kiosk import tables
from kiosk.clock import Clock, today
from kiosk.domain.errors import SettingsError
from kiosk.settings import Settings


def options(parser: argparse.ArgumentParser, common: list[argparse.ArgumentParser]) -> None:
    subparsers = parser.add_subparsers(dest="action", required=True, metavar="ACTION", title="actions")
    help = "look at every cell of a list of members; exit code 1 when a row cannot be used"
    one = subparsers.add_parser("check", parents=common, help=help, description=help)
    one.add_argument("file", type=Path, metavar="FILE", help="XLSX or CSV, as the coordinator made it")
    one.add_argument("--json", action="store_true", help="one JSON object")
    one.add_argument("--csv", type=Path, metavar="OUT.csv", help="the findings as a table")
    one.add_argument("--mark", type=Path, metavar="OUT.xlsx", help="the list again, with its cells marked")


def run(settings: Settings, clock: Clock, arguments: argparse.Namespace) -> int:
    """Needs no centre: nothing of the list is kept. Raises SettingsError."""
    from sync.central.lists import report  # late: what reads workbooks is heavy, and no other command needs it
    from sync.central.lists.checking import check
    from sync.central.lists.reading import rows

    words = command.words_of(settings)
    found = list(rows(arguments.file))
    checked = list(check(found, tables.regions(), today(clock, settings.zone)))
    told = report.sum_of(checked)
    if arguments.csv:
        try:
            arguments.csv.write_text(report.as_csv(checked, words), encoding="utf-8-sig")
        except OSError:
            raise SettingsError("file.unwritable", file=arguments.csv.name) from None
    if arguments.mark:
        if arguments.file.suffix.lower() not in (".xlsx", ".xlsm"):
            raise SettingsError("list.mark", file=arguments.file.name)
        report.mark(arguments.file, checked, found[0].sheet if found else "", words, arguments.mark)
    if arguments.json:
        findings = [
            {"row": one.row, "cell": each.place, "level": str(each.level), "why": each.why}
            for one in checked
            for each in one.findings
        ]
        command.write_line(json.dumps(dataclasses.asdict(told) | {"findings": findings}))
    else:
        for line in report.lines(checked, words):
            command.write_line(line)
        print(words("list.sum", **dataclasses.asdict(told)), file=sys.stderr)
    return command.OK if not told.wrong else command.FAILED
