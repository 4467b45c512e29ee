"""`kiosk-central officer …`: who may open the officers' door of the kiosks, published with the master data.

The list is `officers.csv` of the newest master data. A PIN leaves this machine once, on the terminal of who asks
for it; kept are argon2id of the PIN and a hash of the badge's code.
"""

import argparse
import json
import secrets
import sys
from pathlib import Path

import segno

from kiosk import commandline as command
from kiosk import pin
from kiosk.clock import today
from kiosk.domain.errors import SettingsError
from kiosk.domain.officer import NUMBER_DIGITS, PIN_DIGITS, badge_mark
from sync.central import keys, mastering
from sync.central.deeds import Centre, table

FILE = "officers.csv"
HEAD = ("number", "name", "places", "badge", "pin", "valid_from", "valid_until", "revoked")
Row = dict[str, str]


def options(parser: argparse.ArgumentParser, common: list[argparse.ArgumentParser]) -> None:
    """The subcommands of `officer`, each with the options that all commands have."""
    told = {
        "list": "who may come in, where and until when",
        "add": "let somebody in; prints the PIN",
        "pin": "print a new PIN; the old one ends",
        "badge": "make a new badge; the old one ends",
        "revoke": "let somebody in no more",
        "restore": "let them in again",
    }
    for action, one in command.actions(parser, common, told).items():
        if action == "list":
            one.add_argument("--json", action="store_true", help="one JSON object a line")
            continue
        one.add_argument("number", metavar="NUMBER", help=f"{NUMBER_DIGITS} digits")
        if action == "add":
            one.add_argument("name", metavar="NAME", help="how the screen greets")
            one.add_argument(
                "--places", nargs="*", default=[], metavar="CODE", help="regencies, such as 3372; all without"
            )
            one.add_argument("--until", default="", metavar="YYYY-MM-DD", help="the last day")
            one.add_argument("--pin", default="", metavar="PIN", help="not a new one but this; for a demonstration")
        if action in ("add", "badge"):
            one.add_argument("--badge", type=Path, metavar="FILE.svg", help="the badge's QR code, to be printed")


def officer(centre: Centre, arguments: argparse.Namespace) -> int:
    """Raises SettingsError `officer.…`, and what publishing raises."""
    rows = mastering.rows_of(centre.database, keys.load_answer(centre.home), FILE)
    if arguments.action == "list":
        return _list(centre, rows, as_json=arguments.json)
    number, action = arguments.number, arguments.action
    if not (number.isdigit() and number.isascii() and len(number) == NUMBER_DIGITS):
        raise SettingsError("officer.number", digits=NUMBER_DIGITS)
    row = next((one for one in rows if one["number"] == number), None)
    if (row is None) is not (action == "add"):
        raise SettingsError("officer.taken" if action == "add" else "officer.none", number=number)
    if row is None:
        row = dict.fromkeys(HEAD, "") | {
            "number": number,
            "name": arguments.name.strip(),
            "places": " ".join(arguments.places),
            "valid_from": today(centre.clock, centre.settings.zone).isoformat(),
            "valid_until": arguments.until,
        }
        rows.append(row)
    said = ""
    if action in ("add", "pin"):
        said = getattr(arguments, "pin", "") or _new_pin()
        if pin.easily_guessed(said):
            raise SettingsError("officer.easy", digits=PIN_DIGITS)
        row["pin"] = pin.hashed(said)
    if getattr(arguments, "badge", None):
        code = f"BADGE:{secrets.token_urlsafe(16)}"
        row["badge"] = badge_mark(code)
        _draw(code, arguments.badge)
    if action in ("revoke", "restore"):
        row["revoked"] = "yes" if action == "revoke" else ""
    version = _publish(centre, rows)
    print(centre.words(f"officer.{action}", number=number, version=version), file=sys.stderr)
    if said:
        command.write_line(said)
    return command.OK


def _new_pin() -> str:
    while pin.easily_guessed(found := f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"):
        pass
    return found


def _draw(code: str, path: Path) -> None:
    try:
        segno.make(code, error="q").save(str(path), scale=8, border=4)
    except (OSError, ValueError):
        raise SettingsError("file.unwritable", file=path.name) from None


def _publish(centre: Centre, rows: list[Row]) -> int:
    key, day = keys.load_answer(centre.home), today(centre.clock, centre.settings.zone)
    return mastering.publish_rows(centre.database, key, centre.clock, day, FILE, HEAD, rows)


def _list(centre: Centre, rows: list[Row], *, as_json: bool) -> int:
    told = [{name: row[name] for name in HEAD if name not in ("badge", "pin")} for row in rows]
    for one, row in zip(told, rows, strict=True):
        one["badge"] = "yes" if row["badge"] else ""
    if as_json:
        for one in told:
            command.write_line(json.dumps(one, ensure_ascii=False))
        return command.OK
    names = ("number", "name", "places", "valid_from", "valid_until", "revoked", "badge")
    heads = [centre.words(f"officer.column.{name}") for name in names]
    table(heads, [[one[name] or "–" for name in names] for one in told])
    if not told:
        print(centre.words("officer.nobody"), file=sys.stderr)
    return command.OK
