"""`kiosk-central serve | add-kiosk NAME | enrolments [--json]`: arguments, settings, and the parts put together."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from kiosk import commandline as command
from kiosk.clock import SystemClock
from kiosk.domain.errors import StoreError
from kiosk.settings import Settings
from sync.central import listing, provisioning
from sync.central.database import FILE, Database
from sync.central.keys import load_or_make, load_or_make_answer, public_bytes
from sync.central.migrations import migrate

SPREAD_S = 300  # over which a city's kiosks come back after an outage


def main(argv: Sequence[str] | None = None) -> int:
    home = command.default_home(os.environ)
    arguments = _parser(home).parse_args(argv)
    home = command.home_of(arguments, home)
    service = arguments.deed == "serve"
    return command.run("central", arguments, lambda settings: _work(arguments, settings, home), service=service)


def _work(arguments: argparse.Namespace, settings: Settings, home: Path) -> int:
    clock = SystemClock()
    if arguments.deed == "serve":
        return _serve(arguments, settings, home, clock)
    url = arguments.database or settings.central.database
    if arguments.deed == "enrolments" and not url and not (home / FILE).exists():
        raise StoreError("central.none", home=str(home))  # a mistyped folder must not look like an empty centre
    database = Database.open(home, url)
    with closing(database):
        migrate(database, clock)
        key = load_or_make(home)
        if arguments.deed == "add-kiosk":
            code = provisioning.add_kiosk(database, arguments.name)
            print(command.words_of(settings)("central.code", kiosk=arguments.name), file=sys.stderr)
            command.write_line(code)
            return command.OK
        for row in listing.rows(database, key):
            command.write_line(
                json.dumps(row, ensure_ascii=False) if arguments.json else listing.line(row, settings.zone)
            )
    return command.OK


def _serve(arguments: argparse.Namespace, settings: Settings, home: Path, clock: SystemClock) -> int:
    from sync.central.app import create_app  # late: the other deeds need no web server and should answer at once
    from sync.central.server import bind, is_loopback, serve

    host = settings.central.host if arguments.host is None else arguments.host
    port = settings.central.port if arguments.port is None else arguments.port
    with closing(bind(host, port)) as listening:  # before the database: the commonest mistake is a second centre
        database = Database.open(home, arguments.database or settings.central.database)
        with closing(database):
            migrate(database, clock)
            central_key = public_bytes(load_or_make(home))
            spread_s = 0 if is_loopback(host) else SPREAD_S
            app = create_app(database, central_key, load_or_make_answer(home), clock, spread_s)
            return command.OK if serve(app, listening, command.write_line) else command.FAILED


def _parser(home: Path) -> argparse.ArgumentParser:
    common = command.common(home)
    database = argparse.ArgumentParser(add_help=False)
    database.add_argument("--database", default="", metavar="URL", help="SQLAlchemy URL; default a SQLite file in DIR")
    parser = argparse.ArgumentParser(
        prog="kiosk-central", parents=[common], description="Takes the enrolments of all kiosks, exactly once."
    )
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="serve | add-kiosk | enrolments")
    serve = deeds.add_parser("serve", parents=[common, database], help="the central API")
    serve.add_argument("--host", metavar="H", help="address to listen on")
    serve.add_argument("--port", type=_port, metavar="N", help="port to listen on; 0 takes a free one")
    add = deeds.add_parser("add-kiosk", parents=[common, database], help="prints a one-time code for `kiosk init`")
    add.add_argument("name", metavar="NAME", help="1 to 64 letters, digits, dots, dashes, underscores")
    listed = deeds.add_parser("enrolments", parents=[common, database], help="opens and lists what has arrived")
    listed.add_argument("--json", action="store_true", help="one JSON object a line, with everything inside")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


if __name__ == "__main__":
    sys.exit(main())
