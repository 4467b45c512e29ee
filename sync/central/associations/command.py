"""`kiosk-central association …`: register one, await its members, print their cards, call the roll."""

import argparse
import csv
import dataclasses
import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from kiosk import commandline as command
from kiosk.clock import today
from kiosk.domain.errors import SettingsError
from sync.central import keys, people
from sync.central.associations import members, register
from sync.central.associations.members import CALLED, Called, month_text
from sync.central.associations.register import Association
from sync.central.console import audit
from sync.central.deeds import Centre, table
from sync.central.examination import rules_of
from sync.central.files import cell, whole


def options(parser: argparse.ArgumentParser, common: list[argparse.ArgumentParser]) -> None:
    """The subcommands of `association`, each with the options that all commands have."""
    told = {
        "list": "which there are, and how far they are",
        "add": "register one, or change it; published to all kiosks",
        "members": "await the members of a list; exit code 1 when a row cannot be used",
        "cards": "member cards to print and cut, ten a page",
        "roll": "who of an association has enrolled, who is to pay, who comes no more",
    }
    one = command.actions(parser, common, told)
    one["list"].add_argument("--json", action="store_true", help="one JSON object a line")
    for name in ("add", "members", "cards", "roll"):
        one[name].add_argument("code", metavar="CODE", help="two to five capitals, as on its member cards")
    one["add"].add_argument("name", metavar="NAME", help="as the members know it")
    one["add"].add_argument("--market", action="append", default=[], metavar="M", help="may be given several times")
    one["add"].add_argument("--coordinator", default=None, metavar="ACCOUNT", help="who works for it in the console")
    one["add"].add_argument("--fictional", action="store_true", help="an example: its cards say so")
    one["members"].add_argument("file", type=Path, metavar="FILE", help="XLSX or CSV, as the coordinator made it")
    one["cards"].add_argument("--out", type=Path, required=True, metavar="FILE.pdf", help="holds personal data")
    one["cards"].add_argument("--awaited", action="store_true", help="only of those who have not enrolled yet")
    one["roll"].add_argument("--state", choices=CALLED, default="", help="only these")
    one["roll"].add_argument("--out", type=Path, metavar="FILE.csv", help="with names and phones from the list")
    one["roll"].add_argument("--json", action="store_true", help="one JSON object a line, without anybody's data")


def association(centre: Centre, arguments: argparse.Namespace) -> int:
    """Raises SettingsError `association.…`, and what publishing raises."""
    deed = {"list": _list, "add": _add, "members": _members, "cards": _cards, "roll": _roll}[arguments.action]
    return deed(centre, arguments)


def _list(centre: Centre, arguments: argparse.Namespace) -> int:
    found = register.listed(centre.database, keys.load_answer(centre.home))
    day, rest = _today(centre)
    with centre.database.read() as connection:
        counted = members.counts(connection, day, rest)
    if arguments.json:
        for one in found:
            command.write_line(json.dumps(dataclasses.asdict(one) | counted.get(one.code, {}), ensure_ascii=False))
        return command.OK
    names = ("code", "name", "markets", "coordinator", "listed", *CALLED)
    rows = [
        [one.code, one.name, ", ".join(one.markets) or "–", one.coordinator or "–"]
        + [counted.get(one.code, {}).get(name, 0) for name in ("listed", *CALLED)]
        for one in found
    ]
    table([centre.words(f"roll.column.{name}") for name in names], rows)
    return command.OK


def _add(centre: Centre, arguments: argparse.Namespace) -> int:
    key, (day, _) = keys.load_answer(centre.home), _today(centre)
    version = register.save(
        centre.database, key, centre.clock, day, arguments.code, arguments.name, arguments.market,
        fictional=arguments.fictional,
    )  # fmt: skip
    if arguments.coordinator is not None:
        register.entrust(centre.database, arguments.code, arguments.coordinator)
    _note(centre, "association_set", association=arguments.code)
    _say(centre.words("roll.added", code=arguments.code, version=version))
    return command.OK


def _members(centre: Centre, arguments: argparse.Namespace) -> int:
    from sync.central.associations.loading import load  # late: what reads workbooks is heavy
    from sync.central.lists import report

    one = _find(centre, arguments.code)
    people_key = keys.load_people(centre.home, new=not people.any_known(centre.database))
    loaded = load(
        centre.database, one.code, arguments.file, people_key, keys.load_public(centre.home), centre.clock.wall_ms(),
        _today(centre)[0],
    )  # fmt: skip
    _note(centre, "members_listed", association=one.code, count=loaded.told.good)
    for line in report.lines(loaded.checked, centre.words):
        command.write_line(line)
    _say(centre.words("list.sum", **dataclasses.asdict(loaded.told)))
    _say(centre.words("roll.awaited", code=one.code, new=loaded.new))
    return command.OK if not loaded.told.wrong else command.FAILED


def _cards(centre: Centre, arguments: argparse.Namespace) -> int:
    from sync.central.associations import cards  # late: no other command draws

    one = _find(centre, arguments.code)
    key = keys.load(centre.home)
    chosen = []
    for called in sorted(_called(centre, one), key=lambda called: called.number):
        said = members.opened(one.code, called.mark, called.sealed, key)
        if said and (called.state == "awaited" or not arguments.awaited):
            chosen.append(cards.Card(one.code, said["nik"], said["name"] or "", called.number))
    if not chosen:
        raise SettingsError("association.no_members", code=one.code)
    number = cards.sheets(arguments.out, chosen, one.name, centre.words, specimen=one.fictional)
    _note(centre, "cards_printed", association=one.code, count=number)
    _say(centre.words("roll.cards", number=number, file=arguments.out.name))
    return command.OK


def _roll(centre: Centre, arguments: argparse.Namespace) -> int:
    one = _find(centre, arguments.code)
    found = [called for called in _called(centre, one) if not arguments.state or called.state == arguments.state]
    if arguments.out:
        _write(centre, one, found, arguments.out)
        _note(centre, "exported", table=f"roll call {one.code}")
        _say(centre.words("roll.rolled", number=len(found), file=arguments.out.name))
        return command.OK
    for called in found if arguments.json else ():
        told = {"number": called.number, "state": called.state, "until": month_text(called.until)}
        command.write_line(json.dumps(told))
    if not arguments.json:
        counted = {state: sum(called.state == state for called in found) for state in CALLED}
        for state, number in counted.items():
            if number:
                command.write_line(f"{number:>6}  {centre.words(f'roll.state.{state}')}")
    return command.OK


def _write(centre: Centre, one: Association, found: list[Called], path: Path) -> None:
    """With the names that the association itself has listed; of others it learns the number of members alone."""
    key = keys.load(centre.home)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([centre.words(f"roll.column.{name}") for name in ("number", "name", "phone", "state", "until")])
    for called in found:
        said = members.opened(one.code, called.mark, called.sealed, key)
        state = centre.words(f"roll.state.{called.state}")
        cells = [called.number, said.get("name", ""), said.get("phone", ""), state, month_text(called.until)]
        writer.writerow([cell(value) for value in cells])
    with whole(path) as fresh:
        fresh.write_text(text.getvalue(), encoding="utf-8-sig")


def _find(centre: Centre, code: str) -> Association:
    return register.find(centre.database, keys.load_answer(centre.home), code)


def _called(centre: Centre, one: Association) -> list[Called]:
    day, rest = _today(centre)
    with centre.database.read() as connection:
        return members.roll_call(connection, one.code, day, rest)


def _today(centre: Centre) -> tuple[date, int]:
    """The day, and how many unpaid months end the cover on it."""
    day = today(centre.clock, centre.settings.zone)
    return day, rules_of(day).benefits.unpaid_months_rest


def _note(centre: Centre, deed: str, **facts: Any) -> None:
    with centre.database.write() as connection:
        audit.write(connection, centre.clock, audit.COMMAND_LINE, deed, **facts)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
