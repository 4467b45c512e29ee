"""`kiosk-sync run | once | status | log | …`: arguments, settings, and the parts put together."""

import argparse
import dataclasses
import json
import os
import random
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from kiosk import commandline as command
from kiosk import connection_words, errand_words
from kiosk.clock import SystemClock
from kiosk.domain.connection import STEPS, Outcome
from kiosk.domain.errand import Kind
from kiosk.domain.standing import Standing
from kiosk.notify import Service
from kiosk.settings import Settings
from kiosk.standing_words import cause_sentence, cure_sentence
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.lock import single_instance
from kiosk.store.standing import standing
from kiosk.words import Words
from sync import orders, report, story
from sync.arguments import parser
from sync.client import Client
from sync.daemon import Daemon, Drained, drain, first_spread_s
from sync.deeds import deeds, probe_of
from sync.errands import Errands
from sync.fetch import fetch
from sync.joining import identity_of
from sync.round import Carrier
from sync.stop import Stopped, StopSignal
from sync.upkeep import Upkeep

_JUST_BOOTED_MS = 10 * 60 * 1000  # the power came back for the whole market: only then is the first contact spread

_TEST_MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.UNKNOWN: "?", Outcome.SKIPPED: "–"}


def main(argv: Sequence[str] | None = None) -> int:
    home = command.default_home(os.environ)
    arguments = parser(home).parse_args(argv)
    home = command.home_of(arguments, home)
    service = arguments.deed == "run"
    return command.run("sync", arguments, lambda settings: _work(arguments, settings, home), service=service, home=home)


def _work(arguments: argparse.Namespace, settings: Settings, home: Path) -> int:
    if arguments.deed in ("run", "once"):
        return _carry(settings, home, forever=arguments.deed == "run")
    clock, identity, words = SystemClock(), Identity.load(home), command.words_of(settings)
    with Store.open(home, settings.store, clock) as store:
        match arguments.deed:
            case "status":
                _status(standing(store, identity, clock, settings.sync), settings, as_json=arguments.json)
            case "test":
                return _test(store, identity, settings, clock, as_json=arguments.json)
            case "log":
                _log(arguments, store, settings)
            case "retry":
                command.write_line(words("sync.deed.retry", count=orders.retry(store, arguments.records)))
            case "hold":
                command.write_line(words("sync.deed.hold", count=orders.hold(store, arguments.records)))
            case "release":
                command.write_line(words("sync.deed.release", count=orders.release(store, arguments.records)))
            case "export":
                count = orders.export(store, identity, clock, arguments.folder, words)
                _tell(Kind.EXPORT, {"count": count}, words)
            case _:
                found = orders.bring(store, identity, arguments.folder, words)
                _tell(Kind.IMPORT, dataclasses.asdict(found), words)
                return command.OK if found.files or not found.damaged else command.FAILED
    return command.OK


def _tell(kind: Kind, result: Mapping[str, Any], words: Words) -> None:
    for sentence in errand_words.came_of(kind, result, words):
        command.write_line(sentence)


def _carry(settings: Settings, home: Path, *, forever: bool) -> int:
    clock, rng = SystemClock(), random.SystemRandom()
    with ExitStack() as stack:
        stop = stack.enter_context(StopSignal())
        stack.enter_context(single_instance(home))
        service = Service(os.environ)
        identity = identity_of(home, settings, clock, stop, service) if forever else Identity.load(home)
        if identity is None:
            return command.OK
        store = stack.enter_context(Store.open(home, settings.store, clock))
        client = Client(identity, settings.sync, clock, lambda: store.clock_believed)
        stack.callback(client.close)
        carrier = Carrier(store, client, identity, settings.sync, clock, rng, stop.abandonable)
        if not forever:
            return _once(settings, store, carrier, stop)

        def fetched() -> bool:
            with stop.abandonable():
                return fetch(client, store, identity)

        upkeep = Upkeep(store, identity, settings.store, clock, fetched)
        errands = Errands(store, deeds(store, identity, settings, clock, carrier, stop, upkeep))
        spread_s = first_spread_s(identity.central_url) if clock.monotonic_ms() < _JUST_BOOTED_MS else 0.0
        Daemon(store, carrier, settings.sync, clock, rng, stop, service, upkeep, errands).run(spread_s)
        return command.OK


def _once(settings: Settings, store: Store, carrier: Carrier, stop: StopSignal) -> int:
    words = command.words_of(settings)
    store.outbox.give_back()
    total = store.outbox.counts().waiting
    done = 0
    try:
        with orders.progress(words("sync.sending"), total) as step:

            def told(drained: Drained) -> None:
                nonlocal done
                now = drained.accepted + drained.duplicate + drained.refused
                step(now - done)
                done = now

            drained = drain(carrier, stop, beat=True, told=told)
    except Stopped:
        store.outbox.give_back()
        return command.FAILED
    counts = words("sync.counts", accepted=drained.accepted, duplicate=drained.duplicate, refused=drained.refused)
    command.write_line(counts)
    if drained.cause in ("", "stopped"):
        if store.outbox.carriage().held:
            print(words("sync.head.on_hold"), file=sys.stderr)
            return command.FAILED
        return command.OK if not drained.cause else command.FAILED
    print(cause_sentence(drained.cause, words), cure_sentence(drained.cause, words), file=sys.stderr)
    return command.FAILED


def _status(now: Standing, settings: Settings, *, as_json: bool) -> None:
    words = command.words_of(settings)
    if as_json:
        command.write_line(json.dumps(report.status_json(now)))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console(highlight=False).print(report.status_screen(now, words, settings.zone, colour=True))
    else:
        command.write_line(report.status_screen(now, words, settings.zone))


def _test(store: Store, identity: Identity, settings: Settings, clock: SystemClock, *, as_json: bool) -> int:
    """Each step as soon as it is known."""
    words, failed = command.words_of(settings), False
    width = max(len(connection_words.title(step, words)) for step in STEPS)
    with closing(Client(identity, settings.sync, clock, lambda: store.clock_believed)) as client:
        for tested in probe_of(store, identity, settings, clock, client).steps():
            failed |= tested.outcome is Outcome.FAILED
            if as_json:
                command.write_line(json.dumps(dataclasses.asdict(tested)))
                continue
            title, sentence = connection_words.title(tested.step, words), connection_words.sentence(tested, words)
            command.write_line(f"{_TEST_MARKS[tested.outcome]} {title:<{width}}  {sentence}")
    return command.FAILED if failed else command.OK


def _log(arguments: argparse.Namespace, store: Store, settings: Settings) -> None:
    words, zone = command.words_of(settings), settings.zone
    wanted = story.Wanted(
        limit=arguments.limit,
        since_ms=story.since(arguments.since, store.clock.wall_ms(), zone) if arguments.since else 0,
        cause=arguments.cause,
        outcome=arguments.outcome,
        record=orders.record_of(arguments.record, store) if arguments.record else 0,
    )
    found = story.follow(store, wanted) if arguments.follow else iter(story.deeds(store, wanted))
    nothing = True
    for one in found:
        nothing = False
        command.write_line(json.dumps(story.as_json(one)) if arguments.json else story.line(one, words, zone))
    if nothing and not arguments.json:
        command.write_line(words("sync.no_rounds"))


if __name__ == "__main__":
    sys.exit(main())
