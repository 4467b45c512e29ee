"""`kiosk-central person …` and `breach`: what a person may ask for, and whom to tell of a stolen kiosk.

Only where the private key is: the web server can neither compute whose a record is nor open it. A NIK is read from
standard input, never from the command line, which every other program on the machine could read.
"""

import argparse
import csv
import dataclasses
import getpass
import io
import json
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from kiosk import commandline as command
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.errors import SettingsError
from sync.central import keys, listing, people
from sync.central.console import audit
from sync.central.deeds import Centre, table
from sync.central.files import cell, whole
from sync.central.rights import corrections, subject
from sync.central.rights.subject import Held, Subject


def options(parser: argparse.ArgumentParser, common: list[argparse.ArgumentParser]) -> None:
    """The subcommands of `person`, each with the options that all commands have."""
    told = {
        "find": "which records there are",
        "copy": "everything that is held, into a file for the person",
        "correct": "name=…, phone=…, birth_date=YYYY-MM-DD, a line each on standard input",
        "erase": "for good; what is with the branch has to be decided first",
    }
    for name, one in command.actions(parser, common, told).items():
        if name == "correct":
            one.add_argument("code", metavar="CODE", help="on the slip")
        else:
            asked = "on the slip; without it the NIK is asked for, or read from a pipe"
            one.add_argument("code", metavar="CODE", nargs="?", default="", help=asked)
        if name == "find":
            one.add_argument("--json", action="store_true", help="one JSON object a line")
        if name == "copy":
            one.add_argument("--out", type=Path, required=True, metavar="FILE.json", help="holds personal data")
        if name == "erase":
            one.add_argument("--yes", action="store_true", required=True, help="it cannot be taken back")


def breach_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kiosk", metavar="NAME")
    parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="only what came from this day on")
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="with names and phones, for the notice")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def person(centre: Centre, arguments: argparse.Namespace) -> int:
    """Raises SettingsError `person.…`."""
    found = _found(centre, arguments.code)
    if arguments.action == "find":
        _note(centre, "person_found", found)
        _list(centre, list(found.records), as_json=arguments.json)
        if found.listed and not arguments.json:
            _say(centre.words("person.listed", associations=", ".join(found.listed)))
        return command.OK
    if arguments.action == "copy":
        told = subject.copy(centre.database, found, keys.load(centre.home))
        with whole(arguments.out) as fresh:
            fresh.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        _note(centre, "person_copied", found)
        _say(centre.words("person.copied", file=arguments.out.name, records=len(found.records)))
    elif arguments.action == "correct":
        if sys.stdin.isatty():
            _say(centre.words("person.type", fields=", ".join(corrections.FIELDS)))
        said = corrections.understood(sys.stdin.read().splitlines())
        if not said:
            raise SettingsError("person.line", line=1, fields=", ".join(corrections.FIELDS))
        number = subject.correct(centre.database, found, said, keys.load_public(centre.home), centre.clock.wall_ms())
        _note(centre, "person_corrected", found, fields=" ".join(sorted(said)))
        _say(centre.words("person.corrected", records=number, fields=", ".join(sorted(said))))
    else:
        number = subject.erase(centre.database, found)
        _note(centre, "person_erased", found)
        _say(centre.words("person.erased", records=number))
    return command.OK


def breach(centre: Centre, arguments: argparse.Namespace) -> int:
    """`kiosk-central breach NAME`: everybody whose record was on a kiosk."""
    since = datetime.combine(arguments.since, time(), centre.settings.zone) if arguments.since else None
    found, beyond = subject.breached(centre.database, arguments.kiosk, int(since.timestamp() * 1000) if since else 0)
    with centre.database.write() as connection:
        audit.write(connection, centre.clock, audit.COMMAND_LINE, "breach_listed", kiosk=arguments.kiosk)
    if arguments.out:
        _contacts(centre, arguments.kiosk, found, arguments.out)
    else:
        _list(centre, found, as_json=arguments.json)
    _say(centre.words("breach.sum", records=len(found), beyond=beyond))
    return command.OK


def _found(centre: Centre, code: str) -> Subject:
    if code:
        return subject.by_code(centre.database, code)
    key = keys.load_people(centre.home, new=not people.any_known(centre.database))
    nik = getpass.getpass(centre.words("person.ask")) if sys.stdin.isatty() else sys.stdin.readline()
    digits = "".join(nik.split())
    if len(digits) != 16 or not (digits.isascii() and digits.isdigit()):
        raise SettingsError("person.nik")
    return subject.by_nik(centre.database, key, digits)


def _list(centre: Centre, found: list[Held], *, as_json: bool) -> None:
    if as_json:
        for one in found:
            command.write_line(json.dumps(dataclasses.asdict(one) | {"id": str(one.id)}))
        return
    if not found:
        return
    names = ("code", "kiosk", "seq", "received", "state")
    rows = [
        [
            one.code,
            one.kiosk,
            one.seq,
            centre.when(one.received_ms),
            centre.words(f"person.state.{one.state or 'sent'}"),
        ]
        for one in found
    ]
    table([centre.words(f"central.column.{name}") for name in names], rows)


def _contacts(centre: Centre, kiosk: str, found: list[Held], path: Path) -> None:
    """The whole kiosk is opened once: a notice goes to everybody."""
    wanted = {one.id: one for one in found}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([centre.words(f"central.column.{name}") for name in ("code", "received", "name", "phone")])
    for one in listing.arrived(centre.database, keys.load(centre.home), kiosk):
        if (held := wanted.get(one.row.id)) is not None:
            who: Enrolment | None = one.enrolment
            said = (who.name, who.phone) if who else ("", "")
            writer.writerow([cell(value) for value in (held.code, centre.when(held.received_ms), *said)])
    with whole(path) as fresh:
        fresh.write_text(text.getvalue(), encoding="utf-8-sig")


def _note(centre: Centre, deed: str, found: Subject, **facts: Any) -> None:
    """Which records, never whose: what is erased stays in the audit as a number."""
    with centre.database.write() as connection:
        for one in found.records:
            audit.write(
                connection, centre.clock, audit.COMMAND_LINE, deed, kiosk=one.kiosk, record=str(one.id), **facts
            )
        if not found.records:
            audit.write(connection, centre.clock, audit.COMMAND_LINE, deed, **facts)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
