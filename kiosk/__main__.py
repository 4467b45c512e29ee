"""`kiosk …`: arguments → settings → bootstrap → run, nothing else."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk import __version__
from kiosk import commandline as command
from kiosk.notify import Service
from kiosk.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 it did not work (one sentence says why), 2 the command line is wrong."""
    home = command.default_home(os.environ)
    arguments = _parser(home).parse_args(argv)
    home = command.home_of(arguments, home)
    service = arguments.command == "run"
    return command.run(
        "kiosk", arguments, lambda settings: _work(arguments, settings, home), service=service, home=home
    )


def _work(arguments: argparse.Namespace, settings: Settings, home: Path) -> int:
    match arguments.command:  # each imported late: whoever provisions needs neither OpenCV nor Kivy
        case "run":
            from kiosk.commands import run

            site = getattr(arguments, "site", None)
            return run.run(home, settings, site=site, announce=arguments.announce, service=Service(os.environ))
        case "read":
            from kiosk.commands import read

            return read.run(settings, arguments.files, as_json=arguments.json)
        case "enrol":
            from kiosk.commands import enrol

            paths = arguments.card, arguments.answers, arguments.list
            return enrol.run(home, settings, *paths, as_json=arguments.json)
        case "set":
            from kiosk.commands import set as set_command

            site, back = getattr(arguments, "site", None), arguments.back
            return set_command.run(home, settings, site, arguments.key, arguments.value, back=back)
        case "record":
            from kiosk.commands import record

            return record.run(home, settings, last=arguments.last, as_json=arguments.json)
        case "doctor":
            from kiosk.commands import doctor

            if arguments.pull_the_plug:
                return doctor.pull_the_plug(home, settings, arguments.pull_the_plug)
            return doctor.run(home, settings, as_json=arguments.json, plug=arguments.pulled)
        case _:
            from kiosk.commands import init

            return init.run(home, settings, arguments.central, arguments.code)


def _parser(home: Path) -> argparse.ArgumentParser:
    shared = command.common(home)
    parser = argparse.ArgumentParser("kiosk", description="The market kiosk.", parents=[shared])
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", parents=[shared], help="the touchscreen")
    run.add_argument(
        "--announce", type=Path, metavar="FILE", help="append each screen and its targets: for unattended tests"
    )

    read = commands.add_parser(
        "read",
        parents=[shared],
        help="pictures, clips and folders to readings",
        epilog="Exit code: 0 everything was read, 1 something was not, 2 the command line is wrong, 130 Ctrl-C.",
    )
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    read.add_argument("--json", action="store_true", help="one JSON line per picture or accepted reading of a clip")

    enrol = commands.add_parser("enrol", parents=[shared], help="the trader's journey without a screen")
    enrol.add_argument("--card", type=Path, metavar="FILE", help="picture or clip of the card")
    which = enrol.add_mutually_exclusive_group(required=True)
    which.add_argument("--answers", type=Path, metavar="FILE", help="the answers, TOML (see kiosk/commands/answers.py)")
    which.add_argument("--list", type=Path, metavar="FILE", help="signed forms as CSV, one journey a row")
    enrol.add_argument("--json", action="store_true", help="one JSON line per enrolment")

    set_parser = commands.add_parser("set", parents=[shared], help="what officers may set: show it, change it")
    set_parser.add_argument("key", nargs="?", default="", metavar="KEY", help="such as devices.volume")
    set_parser.add_argument("value", nargs="?", metavar="VALUE", help="levels in per cent, languages as id,jv,en")
    set_parser.add_argument("--back", action="store_true", help="what it was before the last change")

    record = commands.add_parser("record", parents=[shared], help="what officers did here last")
    record.add_argument("--last", type=int, default=30, metavar="N", help="so many; default 30")
    record.add_argument("--json", action="store_true", help="one JSON line each")

    doctor = commands.add_parser(
        "doctor",
        parents=[shared],
        help="all self-tests: is this machine fit to stand in a market?",
        epilog="Exit code: 0 it is fit, 1 it is not. The plug is tried in two steps: --pull-the-plug writes here and "
        "notes on another device until the power is cut; --pulled looks at the same device after the start.",
    )
    doctor.add_argument("--json", action="store_true", help="one JSON object")
    plug = doctor.add_mutually_exclusive_group()
    plug.add_argument("--pull-the-plug", type=Path, metavar="DIR", help="a folder on a stick: write until power is cut")
    plug.add_argument("--pulled", type=Path, metavar="DIR", help="the same folder, after it")

    init = commands.add_parser("init", parents=[shared], help="provision this kiosk")
    init.add_argument("--central", required=True, metavar="URL", help="address of the central API")
    init.add_argument("--code", required=True, help="the one-time code from `kiosk-central add-kiosk`")
    return parser


if __name__ == "__main__":
    sys.exit(main())
