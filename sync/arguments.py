"""What can be typed after `kiosk-sync`."""

import argparse
from datetime import UTC
from pathlib import Path

from kiosk import commandline as command
from sync import story


def parser(home: Path) -> argparse.ArgumentParser:
    common = command.common(home)
    parser = argparse.ArgumentParser(
        prog="kiosk-sync", parents=[common], description="Carries the kiosk's enrolments to the central API."
    )
    deeds = parser.add_subparsers(
        dest="deed",
        required=True,
        metavar="run | once | status | test | log | retry | hold | release | export | import",
    )
    deeds.add_parser("run", parents=[common], help="the daemon: sends whatever waits, until it is stopped")
    deeds.add_parser("once", parents=[common], help="sends now what waits; exit 0 when nothing waits any more")
    status = deeds.add_parser("status", parents=[common], help="how far it is, on one screen")
    status.add_argument("--json", action="store_true", help="one JSON object")
    test = deeds.add_parser(
        "test", parents=[common], help="the connection to the centre, step by step; exit 0 if it holds"
    )
    test.add_argument("--json", action="store_true", help="one JSON object a line")
    log = deeds.add_parser("log", parents=[common], help="what was done, newest first")
    log.add_argument("--json", action="store_true", help="one JSON object a line")
    log.add_argument("--limit", type=_positive, default=50, metavar="N", help="at most N; default 50")
    log.add_argument(
        "--since", type=_since, default=None, metavar="WHEN", help="90m, 2h, 3d, or a date: 2026-11-22T09:00"
    )
    log.add_argument("--cause", default="", metavar="ID", help="offline, server_busy, captive_portal …")
    log.add_argument("--outcome", default="", choices=("done", "failed", "split"), help="only these")
    log.add_argument(
        "--record", default="", metavar="RECORD", help="about this one: its number, or the code on the slip"
    )
    log.add_argument("--follow", action="store_true", help="oldest first, and then whatever happens; end with Ctrl-C")
    for deed, help in (
        ("retry", "what was put aside is tried again, at once"),
        ("hold", "sends these records no more; without any, sends nothing at all"),
        ("release", "ends what hold began"),
    ):
        one = deeds.add_parser(deed, parents=[common], help=help)
        one.add_argument("records", nargs="*", metavar="RECORD", help="a number, or the code on the slip; default all")
    for deed, help in (
        ("export", "writes what waits into files on a stick, for `kiosk-central import`"),
        ("import", "takes in the receipts that `kiosk-central import` has written beside them"),
    ):
        one = deeds.add_parser(deed, parents=[common], help=help)
        one.add_argument("folder", type=Path, metavar="DIR", help="a folder on the stick")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1_000_000:
        raise ValueError
    return number


def _since(text: str) -> str:
    story.since(text, 0, UTC)
    return text
