"""Tells people of what needs them, by e-mail and webhook: rules in a file, grouped, once, acknowledged, never a storm.

holds now → row of `alert` → held for after_h → one message a rule, at most every every_h → told → over: row gone
"""

import argparse
import email.message
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kiosk import commandline as command
from kiosk.clock import Clock
from kiosk.domain.errors import SettingsError
from kiosk.logs import Log
from kiosk.settings import read_toml
from kiosk.words import Words
from sync.central.console import standing
from sync.central.console.standing import Filter, Limits
from sync.central.database import Database
from sync.central.deeds import Centre, table
from sync.central.schema import alert, audit

TIMEOUT_S = 10
LINES = 20  # kiosks named in one message
_HOUR_MS = 3_600_000
_MOST = 10_000  # kiosks of one reason
_SIGN_INS = 10  # failed ones of an hour that are worth a message
OTHERS = ("sign_in",)
_log = Log("alerts")


@dataclass(frozen=True, slots=True)
class Rule:
    """`when` a reason of the fleet or one of OTHERS; it holds for `after_ms` before anybody is told by `by`."""

    when: str
    after_ms: int
    every_ms: int
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    host: str
    port: int
    starttls: bool
    user: str
    password_file: str
    sender: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    rule: str
    subject: str
    text: str
    kiosks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    rules: tuple[Rule, ...]
    mail: Mail | None
    webhook: str


Send = Callable[[Message], None]  # raises OSError when nobody could be told


def read(path: Path) -> Rules:
    """Raises SettingsError naming the file and the key."""
    told = read_toml(path)

    def wrong(key: str, wanted: str) -> SettingsError:
        return SettingsError("settings.value", file=path.name, key=key, wanted=wanted)

    mail = None
    if "mail" in told:
        try:
            mail = Mail(**told["mail"] | {"to": tuple(told["mail"].get("to", ()))})
        except TypeError:
            raise wrong("mail", "host, port, starttls, user, password_file, sender, to") from None
    url = str(told.get("webhook", {}).get("url", ""))
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise wrong("webhook.url", "https://…")
    ways = {"mail": mail is not None, "webhook": bool(url)}
    rules = []
    for number, one in enumerate(told.get("rule", ()), 1):
        if one.get("when") not in (*standing.REASONS, *OTHERS):
            raise wrong(f"rule {number}: when", ", ".join((*standing.REASONS, *OTHERS)))
        if not one.get("by") or not all(ways.get(way) for way in one["by"]):
            raise wrong(f"rule {number}: by", ", ".join(way for way, there in ways.items() if there))
        after, every = one.get("after_h", 0), one.get("every_h", 24)
        if not all(isinstance(hours, int | float) and 0 <= hours <= 720 for hours in (after, every)):
            raise wrong(f"rule {number}: after_h, every_h", "0 – 720")
        rules.append(Rule(one["when"], int(after * _HOUR_MS), int(every * _HOUR_MS), tuple(one["by"])))
    return Rules(tuple(rules), mail, url)


def senders(rules: Rules) -> Mapping[str, Send]:
    ways: dict[str, Send] = {}
    if (mail := rules.mail) is not None:
        ways["mail"] = lambda message: by_mail(mail, message)
    if url := rules.webhook:
        ways["webhook"] = lambda message: by_webhook(url, message)
    return ways


def look(database: Database, rules: Rules, limits: Limits, clock: Clock, words: Words, ways: Mapping[str, Send]) -> int:
    """How many messages went out. One that cannot be sent is tried again the next time. Raises StoreError."""
    now_ms, sent = clock.wall_ms(), 0
    for rule in rules.rules:
        due, over = _turn(database, rule, _holding(database, rule.when, limits, now_ms), now_ms)
        if not due:
            continue
        message = _message(rule, due, over, words)
        if not _send(message, rule.by, ways):
            continue
        with database.write() as connection:
            mine = (alert.c.rule == rule.when) & alert.c.kiosk.in_(due)
            connection.execute(sa.update(alert).where(mine).values(told_ms=now_ms))
            connection.execute(sa.delete(alert).where(alert.c.rule == rule.when, alert.c.kiosk == ""))
            row = {"rule": rule.when, "kiosk": "", "since_ms": now_ms, "told_ms": now_ms, "seen": True}
            connection.execute(sa.insert(alert).values(**row))
        sent += 1
        _log.info("alert.sent", id=rule.when, count=len(due))
    return sent


def _holding(database: Database, when: str, limits: Limits, now_ms: int) -> set[str]:
    """The kiosks that it holds for now."""
    with database.read() as connection:
        if when == "sign_in":
            failed = sa.select(sa.func.count()).where(
                audit.c.deed == "sign_in_failed", audit.c.at_ms > now_ms - _HOUR_MS
            )
            return {"console"} if (connection.scalar(failed) or 0) >= _SIGN_INS else set()
        rows = standing.page(connection, now_ms, limits, Filter(state=when), limit=_MOST)
    return {one.name for one in rows}


def _turn(database: Database, rule: Rule, holding: Collection[str], now_ms: int) -> tuple[list[str], list[str]]:
    """Whom to tell of now, and of whom it is over that were told of. Remembers since when it holds."""
    with database.write() as connection:
        rows = {row.kiosk: row for row in connection.execute(sa.select(alert).where(alert.c.rule == rule.when))}
        last = rows.pop("", None)
        new = [name for name in sorted(holding) if name not in rows]
        if new:
            values = [
                {"rule": rule.when, "kiosk": name, "since_ms": now_ms, "told_ms": None, "seen": False} for name in new
            ]
            connection.execute(sa.insert(alert), values)
        gone = [name for name in rows if name not in holding]
        if gone:
            connection.execute(sa.delete(alert).where(alert.c.rule == rule.when, alert.c.kiosk.in_(gone)))
    if last is not None and now_ms - last.told_ms < rule.every_ms:
        return [], []
    old = {name: row for name, row in rows.items() if name in holding and row.told_ms is None and not row.seen}
    since = {name: row.since_ms for name, row in old.items()} | dict.fromkeys(new, now_ms)
    due = sorted(name for name, began in since.items() if now_ms - began >= rule.after_ms)
    return due, sorted(name for name in gone if rows[name].told_ms is not None)


def _message(rule: Rule, due: list[str], over: list[str], words: Words) -> Message:
    what = words(f"alert.{rule.when}")
    lines = [words("alert.names", what=what), "", *due[:LINES]]
    if len(due) > LINES:
        lines.append(words("alert.more", count=len(due) - LINES))
    if over:
        lines += ["", words("alert.over", names=", ".join(over[:LINES]))]
    return Message(rule.when, words("alert.subject", count=len(due), what=what), "\n".join(lines), tuple(due))


def _send(message: Message, by: tuple[str, ...], ways: Mapping[str, Send]) -> bool:
    """True when at least one way went through: nobody is told twice because another way is broken."""
    went = False
    for way in by:
        try:
            ways[way](message)
            went = True
        except (OSError, smtplib.SMTPException) as error:
            _log.warning("alert.not_sent", id=way, error=type(error).__name__)
    return went


def by_mail(mail: Mail, message: Message) -> None:
    """Raises OSError, SMTPException."""
    letter = email.message.EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = message.subject, mail.sender, ", ".join(mail.to)
    letter.set_content(message.text)
    deliver(mail, letter)


def deliver(mail: Mail, letter: email.message.EmailMessage) -> None:
    """Raises OSError, SMTPException."""
    with smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_S) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, Path(mail.password_file).read_text(encoding="utf-8").splitlines()[0])
        server.send_message(letter)


def by_webhook(url: str, message: Message) -> None:
    """Raises OSError (URLError is one)."""
    body = {"rule": message.rule, "subject": message.subject, "text": message.text, "kiosks": message.kiosks}
    request = urllib.request.Request(  # noqa: S310 `read` lets https and loopback through alone
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        answer.read(1024)


def alerts(centre: Centre, arguments: argparse.Namespace) -> int:
    """`kiosk-central alerts`: what people were told of, or will be; --seen says that somebody is at it."""
    if arguments.seen:
        with centre.database.write() as connection:
            connection.execute(sa.update(alert).where(alert.c.rule == arguments.seen).values(seen=True))
    with centre.database.read() as connection:
        rows: list[Any] = list(
            connection.execute(sa.select(alert).where(alert.c.kiosk != "").order_by(alert.c.since_ms, alert.c.kiosk))
        )
    if arguments.json:
        for row in rows:
            command.write_line(json.dumps(dict(row._mapping)))
        return command.OK
    heads = [centre.words(f"alert.column.{name}") for name in ("rule", "kiosk", "since", "told", "seen")]
    table(
        heads,
        [
            [centre.words(f"alert.{row.rule}"), row.kiosk, centre.when(row.since_ms), centre.when(row.told_ms),
             centre.words("alert.yes") if row.seen else "–"]
            for row in rows
        ],
    )  # fmt: skip
    return command.OK
