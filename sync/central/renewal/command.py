"""`kiosk-central dues` and `kiosk-central remind`: once a day, where the private key is."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from kiosk import commandline as command
from kiosk.clock import today
from kiosk.domain.errors import SettingsError
from kiosk.logs import Log
from kiosk.words import LANGUAGES, Words, load
from sync.central import keys, people
from sync.central.console import audit
from sync.central.deeds import Centre
from sync.central.examination import rules_of
from sync.central.renewal import dues, reminders, ways
from sync.central.renewal.reminders import Reminder
from sync.central.renewal.ways import NotSent, Unsure, Way

_log = Log("remind")


def options(dues_parser: argparse.ArgumentParser, remind_parser: argparse.ArgumentParser) -> None:
    dues_parser.add_argument("file", type=Path, metavar="FILE.csv")
    remind_parser.add_argument("--dry-run", action="store_true", help="say how many, and remind nobody")


def bring(centre: Centre, arguments: argparse.Namespace) -> int:
    """`kiosk-central dues FILE.csv`."""
    people_key = keys.load_people(centre.home, new=not people.any_known(centre.database))
    public_key = keys.load_public(centre.home)
    brought = dues.bring(centre.database, arguments.file, people_key, public_key, centre.clock)
    for wrong in brought.wrong:
        reason = centre.words(f"central.wrong.{wrong.reason}")
        command.write_line(centre.words("central.wrong", line=wrong.line, reason=reason))
    _say(centre.words("central.dues", new=brought.new, known=brought.known, wrong=len(brought.wrong)))
    return command.FAILED if brought.wrong else command.OK


def remind(centre: Centre, arguments: argparse.Namespace) -> int:
    """`kiosk-central remind`. Raises SettingsError `remind.off` when no file says how."""
    if not centre.settings.central.reminders:
        raise SettingsError("remind.off")
    plan = ways.read(Path(centre.settings.central.reminders))
    day = today(centre.clock, centre.settings.zone)
    rest = rules_of(day).benefits.unpaid_months_rest
    found = list(reminders.waiting(centre.database, keys.load(centre.home), day, plan.days_before, rest))
    chosen = ways.made(plan, centre.words, day.isoformat())
    texts = {language: load(language) for language in LANGUAGES}
    counted: Counter[str] = Counter()
    gone: dict[str, list[Reminder]] = {}
    for one in found:
        way = next((way for way in chosen if way.takes(one)), None)
        if way is None:
            counted["nobody"] += 1
        elif arguments.dry_run:
            counted[way.name] += 1
        elif _sent(centre, way, one, texts.get(one.language, centre.words)):
            counted[way.name] += 1
            gone.setdefault(way.name, []).append(one)
        else:
            counted["failed"] += 1
    for way in chosen if not arguments.dry_run else ():
        missed = way.close()
        for one in gone.get(way.name, ()):
            if one.association in missed:
                reminders.take_back(centre.database, one)
                counted[way.name] -= 1
                counted["failed"] += 1
    return _told(centre, counted, dry=arguments.dry_run)


def _sent(centre: Centre, way: Way, one: Reminder, words: Words) -> bool:
    if not reminders.note(centre.database, one, way.name, centre.clock.wall_ms()):
        return False
    try:
        way.send(one, ways.text_of(one, words))
    except NotSent as error:
        reminders.take_back(centre.database, one)
        _log.warning("remind.not_sent", id=way.name, cause=str(error))
        return False
    except Unsure as error:
        _log.warning("remind.unsure", id=way.name, cause=str(error))
    return True


def _told(centre: Centre, counted: Counter[str], *, dry: bool) -> int:
    for name in (*ways.WAYS, "nobody", "failed"):
        if counted[name]:
            command.write_line(f"{counted[name]:>6}  {centre.words(f'remind.way.{name}')}")
    sent = sum(counted[name] for name in ways.WAYS)
    _say(centre.words("remind.would" if dry else "remind.sent", count=sent))
    if not dry:
        with centre.database.write() as connection:
            audit.write(connection, centre.clock, audit.COMMAND_LINE, "reminded", count=sent)
    return command.FAILED if counted["failed"] else command.OK


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
