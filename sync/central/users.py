"""`kiosk-central user …`: the accounts of the console, from the machine itself, where nobody needs to be signed in."""

import argparse
import json
import sys

import segno

from kiosk import commandline as command
from sync.central import keys
from sync.central.console import audit
from sync.central.console.accounts import Accounts, Role
from sync.central.console.codes import Codes
from sync.central.deeds import Centre, table


def options(parser: argparse.ArgumentParser, common: list[argparse.ArgumentParser]) -> None:
    """The subcommands of `user`, each with the options that all commands have."""
    told = {
        "add": "make an account; prints its first password",
        "list": "who may sign in",
        "role": "give an account another role",
        "reset": "print a new first password; ends its sessions",
        "disable": "let an account in no more; ends its sessions",
        "enable": "let it in again",
        "totp": "print new one-time codes for a phone; the old ones end",
    }
    for action, one in command.actions(parser, common, told).items():
        if action == "list":
            one.add_argument("--json", action="store_true", help="one JSON object a line")
            continue
        one.add_argument("name", metavar="NAME", help="2 to 32 of a–z, 0–9, dots, dashes, underscores")
        if action == "add":
            one.add_argument("--role", type=Role, choices=list(Role), default=Role.VIEWER, help="default viewer")
        if action == "role":
            one.add_argument("role", type=Role, choices=list(Role))


def user(centre: Centre, arguments: argparse.Namespace) -> int:
    codes = Codes(keys.load_console(centre.home))
    accounts = Accounts(centre.database, codes, centre.clock)
    action, name = arguments.action, getattr(arguments, "name", "")
    if action == "list":
        return _list(centre, accounts, as_json=arguments.json)
    said = ""
    if action in ("add", "reset"):
        said = accounts.add(name, arguments.role) if action == "add" else accounts.reset(name)
    elif action == "role":
        accounts.set_role(name, arguments.role)
    elif action in ("disable", "enable"):
        accounts.disable(name, disabled=action == "disable")
    else:
        said = accounts.new_codes(name)
    _note(centre, action, name, str(getattr(arguments, "role", "")))
    print(centre.words(f"user.{action}", account=name), file=sys.stderr)
    if action == "totp" and sys.stderr.isatty():
        segno.make(codes.uri(codes.heard(said), name), error="m").terminal(out=sys.stderr, compact=True)
    if said:
        command.write_line(said)
    return command.OK


def _list(centre: Centre, accounts: Accounts, *, as_json: bool) -> int:
    found = accounts.listed()
    if as_json:
        for one in found:
            facts = {"name": one.name, "role": str(one.role), "codes": one.has_codes, "disabled": one.disabled}
            command.write_line(json.dumps(facts | {"made_ms": one.made_ms}))
        return command.OK
    if not found:
        print(centre.words("user.none"), file=sys.stderr)
        return command.OK
    yes, no = centre.words("user.yes"), "–"
    rows = [
        [one.name, str(one.role), yes if one.has_codes else no, yes if one.disabled else no, centre.when(one.made_ms)]
        for one in found
    ]
    table([centre.words(f"user.column.{name}") for name in ("name", "role", "codes", "disabled", "made")], rows)
    return command.OK


def _note(centre: Centre, action: str, name: str, role: str) -> None:
    deed = {
        "add": "user_added", "role": "user_role", "reset": "user_reset", "disable": "user_disabled",
        "enable": "user_enabled", "totp": "user_codes",
    }[action]  # fmt: skip
    facts = {"user": name} | ({"role": role} if role else {})
    with centre.database.write() as connection:
        audit.write(connection, centre.clock, audit.COMMAND_LINE, deed, **facts)
