"""`kiosk …`: arguments → settings → bootstrap → run, nothing else."""

import argparse
import logging
import os
import sys
from pathlib import Path

from kiosk import __version__, logs, settings, words
from kiosk.clock import SystemClock
from kiosk.domain.errors import KioskError

DEFAULT_HOME = Path("~/.local/state/market-kiosk")


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 it did not work (one sentence says why), 2 the command line is wrong."""
    asked = _parser().parse_args(arguments)
    logs.start("kiosk", logging.INFO if asked.command == "run" else logging.WARNING)
    language = "id"
    try:
        chosen = settings.load(asked.site)
        language = chosen.languages.order[0]
        return _run(asked, chosen)
    except KioskError as error:
        print(words.load(language).error(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, which is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(asked: argparse.Namespace, chosen: settings.Settings) -> int:
    match asked.command:
        case "run":
            from kiosk.commands import run

            return run.run(asked.home, chosen, announce=asked.announce)
        case "read":
            from kiosk import bootstrap
            from kiosk.commands import read

            language = words.load(chosen.languages.order[0])
            return read.read(
                bootstrap.card_reader(chosen, SystemClock()),
                asked.files,
                as_json=asked.json,
                out=sys.stdout,
                err=sys.stderr,
                sentence=lambda id, facts: language(id, **facts),
            )
        case "enrol":
            from kiosk.commands import enrol

            return enrol.run(asked.home, chosen, asked.card, asked.answers, asked.list, as_json=asked.json)
        case _:
            from kiosk.commands import init

            return init.run(asked.home, chosen, asked.central, asked.code)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--home", type=Path, metavar="DIR", help=f"state of this kiosk (default: {DEFAULT_HOME})")
    shared.add_argument("--site", type=Path, metavar="FILE", help="site settings, TOML (see config/site.example.toml)")
    parser = argparse.ArgumentParser("kiosk", description="The market kiosk.", parents=[shared])
    parser.set_defaults(home=Path(os.environ.get("KIOSK_HOME", str(DEFAULT_HOME.expanduser()))), site=None)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", parents=[shared], help="the touchscreen")
    run.add_argument(
        "--announce", type=Path, metavar="FILE", help="append each screen and its targets: for unattended tests"
    )

    read = commands.add_parser("read", parents=[shared], help="pictures, clips and folders to readings")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    read.add_argument("--json", action="store_true", help="one JSON line per picture or accepted reading of a clip")

    enrol = commands.add_parser("enrol", parents=[shared], help="the trader's journey without a screen")
    enrol.add_argument("--card", type=Path, metavar="FILE", help="picture or clip of the card")
    which = enrol.add_mutually_exclusive_group(required=True)
    which.add_argument("--answers", type=Path, metavar="FILE", help="the answers, TOML (see kiosk/commands/answers.py)")
    which.add_argument("--list", type=Path, metavar="FILE", help="signed forms as CSV, one journey a row")
    enrol.add_argument("--json", action="store_true", help="one JSON line per enrolment")

    init = commands.add_parser("init", parents=[shared], help="provision this kiosk")
    init.add_argument("--central", required=True, metavar="URL", help="address of the central API")
    init.add_argument("--code", required=True, help="the one-time code from `kiosk-central add-kiosk`")
    return parser


if __name__ == "__main__":
    sys.exit(main())
