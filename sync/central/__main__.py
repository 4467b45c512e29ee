"""`kiosk-central …`: arguments, settings, and what stands in deeds.py and serving.py."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from kiosk import commandline as command
from kiosk.clock import SystemClock
from kiosk.domain.errors import StoreError
from kiosk.settings import Settings
from sync.central import alerts, deeds, keys, officers, supplies, targets, users
from sync.central.associations import command as associations
from sync.central.database import FILE, Database
from sync.central.lists import command as lists
from sync.central.migrations import migrate
from sync.central.renewal import command as renewal
from sync.central.rights import command as rights

_SERVICES = ("serve", "work")
_NEW_HOME = ("serve", "add-kiosk", "init", "user")  # only these make a centre where none is
_DEEDS = {
    "add-kiosk": deeds.add_kiosk,
    "place": deeds.place,
    "kiosks": deeds.kiosks,
    "revoke": deeds.revoke,
    "unrevoke": deeds.unrevoke,
    "alarms": deeds.alarms,
    "enrolments": deeds.enrolments,
    "export": deeds.export,
    "decide": deeds.decide,
    "import": deeds.bring,
    "publish": deeds.publish,
    "user": users.user,
    "officer": officers.officer,
    "stock": supplies.stock,
    "plan": supplies.plan,
    "acts": supplies.acts,
    "target": targets.target,
    "alerts": alerts.alerts,
    "association": associations.association,
    "dues": renewal.bring,
    "remind": renewal.remind,
    "person": rights.person,
    "breach": rights.breach,
}


def main(argv: Sequence[str] | None = None) -> int:
    home = command.default_home(os.environ)
    arguments = _parser(home).parse_args(argv)
    home = command.home_of(arguments, home)
    service = arguments.deed in _SERVICES
    return command.run("central", arguments, lambda settings: _work(arguments, settings, home), service=service)


def _work(arguments: argparse.Namespace, settings: Settings, home: Path) -> int:
    clock = SystemClock()
    if arguments.deed == "init":
        keys.make(home)
        for file in (keys.FILE, keys.PUBLIC_FILE, keys.ANSWER_FILE):
            command.write_line(f"{home / file}  {command.words_of(settings)(f'central.key.{file}')}")
        return command.OK
    if arguments.deed == "list":
        return lists.run(settings, clock, arguments)
    url = arguments.database or settings.central.database
    if arguments.deed == "serve":
        from sync.central import serving  # late: the other deeds need no web server and should answer at once

        return serving.serve(arguments, settings, home, url, clock)
    if arguments.deed not in _NEW_HOME and not url and not (home / FILE).exists():
        raise StoreError("central.none", home=str(home))  # a mistyped folder must not look like an empty centre
    with closing(Database.open(home, url)) as database:
        migrate(database, clock)
        if arguments.deed == "work":
            from sync.central import serving

            return serving.work(arguments, settings, home, database, clock)
        centre = deeds.Centre(database, home, settings, command.words_of(settings), clock)
        return _DEEDS[arguments.deed](centre, arguments)


def _parser(home: Path) -> argparse.ArgumentParser:
    common = command.common(home)
    database = argparse.ArgumentParser(add_help=False)
    database.add_argument("--database", default="", metavar="URL", help="SQLAlchemy URL; default a SQLite file in DIR")
    parser = argparse.ArgumentParser(
        prog="kiosk-central",
        parents=[common],
        description="Takes the enrolments of all kiosks, exactly once.",
        epilog="Each command has its own --help.",
    )
    subparsers = parser.add_subparsers(dest="deed", required=True, metavar="COMMAND", title="commands")

    def deed(name: str, help: str) -> argparse.ArgumentParser:
        return subparsers.add_parser(name, parents=[common, database], help=help, description=help)

    serve = deed("serve", "the central API, for the kiosks")
    serve.add_argument("--host", metavar="H", help="address to listen on")
    serve.add_argument("--port", type=_port, metavar="N", help="port to listen on; 0 takes a free one")
    work = deed("work", "the worker: opens what arrives and checks it; the only one that needs the private key")
    work.add_argument("--once", action="store_true", help="end when nothing waits")
    work.add_argument("--again", action="store_true", help="look once more at what could not be opened")
    deed("init", "make the keys that are missing, and say which belongs where")

    added = deed("add-kiosk", "print a one-time code for `kiosk init`")
    added.add_argument(
        "--url", default="", metavar="URL", help="the centre's address: prints a code that a kiosk reads"
    )
    added.add_argument("--qr", type=Path, metavar="FILE.svg", help="with --url: into a file")
    placed = deed("place", "say where a kiosk stands")
    for one in (added, placed):
        one.add_argument("name", metavar="NAME", help=_NAME_HELP)
        one.add_argument("--region", type=_text(64), default="", metavar="R", help="city or regency")
        one.add_argument("--market", type=_text(128), default="", metavar="M", help="the market it stands in")
    kiosks = deed("kiosks", "the fleet: who was heard of when, and what waits there")
    kiosks.add_argument("name", metavar="NAME", nargs="?", default="", help="only this one, with what is missing of it")
    deed("revoke", "refuse a kiosk from its next request on").add_argument("name", metavar="NAME")
    deed("unrevoke", "listen to it again").add_argument("name", metavar="NAME")
    alarms = deed("alarms", "gaps, forks, silence: what somebody should look at")
    alarms.add_argument("--all", action="store_true", help="also those that are over")
    alarms.add_argument("--seen", default="", metavar="NAME", help="end those of a kiosk: somebody has looked")

    listed = deed("enrolments", "open and list what has arrived, NIK masked")
    for one in (kiosks, alarms, listed):
        one.add_argument("--json", action="store_true", help="one JSON object a line, with everything inside")
    export = deed("export", "a file for the branch, with a list of what to check")
    export.add_argument("--format", choices=("csv", "xlsx"), default="xlsx")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="holds personal data in the clear")
    export.add_argument("--branch", default="", metavar="B", help="only enrolments of this branch")
    export.add_argument("--kiosk", default="", metavar="NAME", help="only enrolments of this kiosk")
    export.add_argument("--undecided", action="store_true", help="only what the branch has not decided yet")
    decide = deed("decide", "take in what the branch decided: code, state, cause, number")
    decide.add_argument("file", type=Path, metavar="FILE.csv")
    bring = deed("import", "take in what a stick brings, and write the receipts onto it")
    bring.add_argument("folder", type=Path, metavar="DIR")
    publish = deed("publish", "sign master data and offer it to all kiosks")
    source = publish.add_mutually_exclusive_group(required=True)
    source.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="tables and words/*.po, over those shipped")
    source.add_argument("--shipped", action="store_true", help="those that came with this program")
    supplies.options(
        {
            "stock": deed("stock", "what the kiosks hold, who runs dry first"),
            "plan": deed("plan", "where to go today, and what to bring"),
            "acts": deed("acts", "what officers did at the kiosks"),
        }
    )
    door = subparsers.add_parser("officer", help="who may open the officers' door", description="Who may come in.")
    officers.options(door, [common, database])
    told = deed("alerts", "what people were told of by the rules of [central] alerts")
    told.add_argument("--seen", default="", metavar="RULE", help="somebody is at it: tell no more of these")
    told.add_argument("--json", action="store_true", help="one JSON object a line")
    targets.options(deed("target", "how far the target is, how fast, and what it will come to"))
    paguyuban = subparsers.add_parser("association", help="traders' associations", description="Traders' associations.")
    associations.options(paguyuban, [common, database])
    renewal.options(
        deed("dues", "take in what is to be paid next: code, until, payment, amount"),
        deed("remind", "remind those who agreed, as [central] reminders says; once a day"),
    )
    person = subparsers.add_parser("person", help="what a person may ask for", description="One person's records.")
    rights.options(person, [common, database])
    rights.breach_options(deed("breach", "everybody whose record was on a kiosk, for a notice"))
    members = subparsers.add_parser("list", help="lists of members", description="Lists of members.")
    lists.options(members, [common, database])
    console_users = subparsers.add_parser("user", help="who may sign in to the console", description="Who may sign in.")
    users.options(console_users, [common, database])
    return parser


_NAME_HELP = "1 to 64 letters, digits, dots, dashes, underscores"


def _text(longest: int) -> Callable[[str], str]:
    def text(value: str) -> str:
        if len(value) > longest or not value.isprintable():
            raise ValueError
        return value.strip()

    return text


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


if __name__ == "__main__":
    sys.exit(main())
