"""The two services of a centre: the web server, which cannot open anything, and the worker, which nobody can call."""

import argparse
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk import commandline as command
from kiosk.clock import Clock, today
from kiosk.domain.errors import IdentityError, StoreError
from kiosk.logs import Log
from kiosk.settings import Settings
from sync.central import alarms, alerts, figures, fleet, heartbeats, keys, people, rounds
from sync.central.associations import members, uploads
from sync.central.console import attempts, sessions
from sync.central.console.standing import limits_of
from sync.central.database import Database
from sync.central.examination import rules_of
from sync.central.migrations import migrate
from sync.central.rights import looks
from sync.central.worker import Worker, again, mark_old
from sync.stop import StopSignal

if TYPE_CHECKING:
    from fastapi import FastAPI

_DAY_MS = 86_400_000
_POLL_S = 1
_TROUBLE_S = 5
_TIDY_MS, _FIGURES_MS = 60_000, 600_000
_log = Log("work")


def serve(arguments: argparse.Namespace, settings: Settings, home: Path, url: str, clock: Clock) -> int:
    """Answers until a signal. Raises KioskError, also `central.key_here` where the private key should not be."""
    from sync.central.app import create_app
    from sync.central.server import bind, is_loopback
    from sync.central.server import serve as answer

    host = settings.central.host if arguments.host is None else arguments.host
    port = settings.central.port if arguments.port is None else arguments.port
    with (
        closing(bind(host, port)) as listening,  # before the database: the commonest mistake is a second centre
        closing(Database.open(home, url)) as database,
    ):
        migrate(database, clock)
        if fleet.has_kiosks(database):
            keys.check_known(home)
        public_key = _public_key(home)
        if keys.can_open(home) and not is_loopback(host):
            raise IdentityError("central.key_here", file=keys.FILE)
        spread_s = 0 if is_loopback(host) else settings.central.spread_s
        answer_key, metrics = keys.load_answer(home), settings.central.metrics
        console = _console(database, settings, home, clock, public_key) if settings.central.console else None
        app = create_app(database, public_key, answer_key, clock, spread_s, metrics, console)
        return command.OK if answer(app, listening, command.write_line) else command.FAILED


def _console(database: Database, settings: Settings, home: Path, clock: Clock, public_key: bytes) -> "FastAPI":
    from sync.central.console.app import create_console

    limits = limits_of(settings.central)
    return create_console(
        database, keys.load_console(home), clock, settings.zone, limits, keys.load_answer(home), public_key
    )


def work(arguments: argparse.Namespace, settings: Settings, home: Path, database: Database, clock: Clock) -> int:
    """Examines until a signal, or with --once until nothing waits; now and then looks for kiosks that are silent."""
    people_key = keys.load_people(home, new=not people.any_known(database))
    worker = Worker(database, keys.load(home), people_key, clock, settings.zone)
    if arguments.again:
        _log.info("work.again", count=again(database))
    if number := mark_old(database):
        _log.info("work.mark_old", count=number)
    rules = alerts.read(Path(settings.central.alerts)) if settings.central.alerts else None
    ways = alerts.senders(rules) if rules else {}
    limits = limits_of(settings.central)
    tidied_ms = counted_ms = 0
    with StopSignal() as stop:
        if not arguments.once:
            command.write_line("ready")
        while not stop.asked:
            try:
                if clock.monotonic_ms() - tidied_ms >= _TIDY_MS or not tidied_ms:
                    _tidy(database, settings, clock.wall_ms())
                    if rules is not None:
                        alerts.look(database, rules, limits, clock, command.words_of(settings), ways)
                    tidied_ms = clock.monotonic_ms()
                if clock.monotonic_ms() - counted_ms >= _FIGURES_MS or not counted_ms:
                    _figures(database, settings, clock)
                    counted_ms = clock.monotonic_ms()
                number = worker.step() + worker.desk()
            except StoreError as error:
                if arguments.once:
                    raise
                _log.warning("database.trouble", cause=error.id)
                stop.wait(_TROUBLE_S)
                continue
            if number == 0:
                if arguments.once:
                    break
                stop.wait(_POLL_S)
    return command.OK


def _tidy(database: Database, settings: Settings, now_ms: int) -> None:
    alarms.watch_silence(database, now_ms, int(settings.central.silent_days * _DAY_MS))
    old_ms = now_ms - settings.central.heartbeats_days * _DAY_MS
    heartbeats.forget(database, old_ms)
    rounds.forget(database, old_ms)
    sessions.forget(database, now_ms)
    attempts.forget(database, now_ms)
    members.forget(database, now_ms - settings.central.awaited_days * _DAY_MS)
    uploads.forget(database, old_ms)
    looks.forget(database, now_ms)


def _figures(database: Database, settings: Settings, clock: Clock) -> None:
    day = today(clock, settings.zone)
    figures.count(database, day, rules_of(day).benefits.unpaid_months_rest)


def _public_key(home: Path) -> bytes:
    """A new centre's keys are made by another process, so that this one never holds the private half."""
    if not ((home / keys.PUBLIC_FILE).exists() and (home / keys.ANSWER_FILE).exists()):
        made = [sys.executable, "-m", "sync.central", "init", "--home", str(home)]
        quiet = subprocess.DEVNULL
        subprocess.run(made, check=False, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 this very program
    return keys.load_public(home)
