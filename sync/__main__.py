"""`kiosk-sync run | once | status | log`: arguments, settings, and the parts put together."""

import argparse
import json
import os
import random
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from kiosk import commandline as command
from kiosk.clock import SystemClock
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity
from sync import report
from sync.client import Client
from sync.daemon import Daemon, drain, first_spread_s
from sync.errands import Errands
from sync.round import Carrier
from sync.service import Service
from sync.stop import Stopped, StopSignal, single_instance

_JUST_BOOTED_MS = 10 * 60 * 1000  # the power came back for the whole market: only then is the first contact spread


def main(argv: Sequence[str] | None = None) -> int:
    home = command.default_home(os.environ)
    arguments = _parser(home).parse_args(argv)
    home = command.home_of(arguments, home)
    service = arguments.deed == "run"
    return command.run("sync", arguments, lambda settings: _work(arguments, settings, home), service=service)


def _work(arguments: argparse.Namespace, settings: Settings, home: Path) -> int:
    match arguments.deed:
        case "run" | "once":
            return _carry(settings, home, forever=arguments.deed == "run")
        case "status":
            return _status(settings, home, arguments.json)
        case _:
            return _log(settings, home, arguments.json, arguments.limit)


def _carry(settings: Settings, home: Path, *, forever: bool) -> int:
    words, clock, rng = command.words_of(settings), SystemClock(), random.SystemRandom()
    identity = Identity.load(home)
    with ExitStack() as stack:
        stop = stack.enter_context(StopSignal())
        stack.enter_context(single_instance(home))
        store = stack.enter_context(Store.open(home, settings.store, clock))
        client = Client(identity, settings.sync, clock, lambda: store.clock_believed)
        stack.callback(client.close)
        carrier = Carrier(store, client, identity, settings.sync, clock, rng, stop.abandonable)
        if forever:
            spread_s = first_spread_s(identity.central_url) if clock.monotonic_ms() < _JUST_BOOTED_MS else 0.0
            errands = Errands(store, identity, settings.store, clock, lambda: False)
            Daemon(store, carrier, settings.sync, clock, rng, stop, Service(os.environ), errands).run(spread_s)
            return command.OK
        store.outbox.give_back()
        try:
            drained = drain(carrier, stop, beat=True)
        except Stopped:
            store.outbox.give_back()
            return command.FAILED
        counts = words("sync.counts", accepted=drained.accepted, duplicate=drained.duplicate, refused=drained.refused)
        command.write_line(counts)
        if drained.cause in ("", "stopped"):
            return command.OK if not drained.cause else command.FAILED
        print(report.cause_sentence(drained.cause, words), words(f"cure.sync.{drained.cause}"), file=sys.stderr)
        return command.FAILED


def _status(settings: Settings, home: Path, as_json: bool) -> int:
    clock, identity = SystemClock(), Identity.load(home)
    with Store.open(home, settings.store, clock) as store:
        now = report.status(store, identity, home, clock, settings.sync.backoff_cap_s)
    if as_json:
        command.write_line(json.dumps(report.status_json(now)))
    else:
        command.write_line(report.status_screen(now, command.words_of(settings), settings.zone))
    return command.OK


def _log(settings: Settings, home: Path, as_json: bool, limit: int) -> int:
    Identity.load(home)
    with Store.open(home, settings.store, SystemClock()) as store:
        rounds = store.journal.rounds(limit)
    if as_json:
        for one in rounds:
            command.write_line(json.dumps(report.log_json(one)))
    else:
        command.write_line(report.log_table(rounds, command.words_of(settings), settings.zone))
    return command.OK


def _parser(home: Path) -> argparse.ArgumentParser:
    common = command.common(home)
    parser = argparse.ArgumentParser(
        prog="kiosk-sync", parents=[common], description="Carries the kiosk's enrolments to the central API."
    )
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="run | once | status | log")
    deeds.add_parser("run", parents=[common], help="the daemon: sends whatever waits, until it is stopped")
    deeds.add_parser("once", parents=[common], help="sends now what waits; exit 0 when nothing waits any more")
    status = deeds.add_parser("status", parents=[common], help="how far it is, on one screen")
    status.add_argument("--json", action="store_true", help="one JSON object")
    log = deeds.add_parser("log", parents=[common], help="the rounds, newest first")
    log.add_argument("--json", action="store_true", help="one JSON object a line")
    log.add_argument("--limit", type=_positive, default=50, metavar="N", help="at most N rounds; default 50")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1_000_000:
        raise ValueError
    return number


if __name__ == "__main__":
    sys.exit(main())
