"""How a reminder reaches somebody: a gateway for SMS or WhatsApp, or a list for the association's coordinator.

Chosen in a TOML file (`[central] reminders`), see config/reminders.example.toml.
"""

import csv
import email.message
import io
import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kiosk.domain.errors import SettingsError
from kiosk.settings import read_toml
from kiosk.words import Words, rupiah
from sync.central.alerts import TIMEOUT_S, Mail, deliver
from sync.central.files import cell, whole
from sync.central.renewal.reminders import Reminder

WAYS = ("gateway", "list", "mail")


class NotSent(Exception):
    """It did not go out for certain."""


class Unsure(Exception):
    """It may have gone out: nobody knows, so it counts."""


class Way(Protocol):
    """One of WAYS. `takes` says whether it can reach this member at all."""

    name: str

    def takes(self, one: Reminder) -> bool: ...

    def send(self, one: Reminder, text: str) -> None:
        """Raises NotSent, Unsure."""
        ...

    def close(self) -> None:
        """What goes out together goes now. Raises NotSent."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """`days_before` the first unpaid month begins; `by`: ways, the first that can reach a member is taken."""

    days_before: int
    by: tuple[str, ...]
    told: dict[str, dict[str, object]]


def read(path: Path) -> Plan:
    """Raises SettingsError naming the file and the key."""
    told = read_toml(path)

    def wrong(key: str, wanted: str) -> SettingsError:
        return SettingsError("settings.value", file=path.name, key=key, wanted=wanted)

    days = told.get("days_before", 7)
    if not isinstance(days, int) or not 0 <= days <= 28:
        raise wrong("days_before", "0 – 28")
    by = told.get("by", [])
    if not isinstance(by, list) or not by or not set(by) <= {way for way in WAYS if isinstance(told.get(way), dict)}:
        raise wrong("by", ", ".join(WAYS))
    url = str(told.get("gateway", {}).get("url", ""))
    if "gateway" in by and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise wrong("gateway.url", "https://…")
    return Plan(days, tuple(by), {way: dict(told[way]) for way in by})


def made(plan: Plan, words: Words, day: str) -> list[Way]:
    """`words` of the lists; `day` stands in the names of their files. Raises SettingsError."""
    ways: list[Way] = []
    for name in plan.by:
        told = plan.told[name]
        if name == "gateway":
            ways.append(Gateway(str(told["url"]), _secret(str(told.get("token_file", "")))))
        elif name == "list":
            ways.append(Lists(Path(str(told.get("folder", "."))), words, day))
        else:
            try:
                mail = Mail(**{key: value for key, value in told.items() if key != "to"}, to=())  # type: ignore[arg-type]
            except TypeError:
                wanted = "host, port, starttls, user, password_file, sender, to"
                raise SettingsError("settings.value", file="reminders", key="mail", wanted=wanted) from None
            to = told.get("to", {})
            ways.append(Letters(mail, dict(to) if isinstance(to, dict) else {}, words))
    return ways


def text_of(one: Reminder, words: Words) -> str:
    """What the member reads: no name, nothing of the card; letters that an SMS carries by the 160."""
    said = words(
        "remind.text", until=words.month(one.due.until.first_day), amount=rupiah(one.due.amount), code=one.due.code,
        next=words.month(one.due.next.first_day),
    )  # fmt: skip
    return said.replace("\u00a0", " ")


class Gateway:
    """`POST {to, text}` as JSON, with an Idempotency-Key: what SMS and WhatsApp gateways take, or a small bridge."""

    name = "gateway"

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token

    def takes(self, one: Reminder) -> bool:
        return bool(one.phone)

    def send(self, one: Reminder, text: str) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": one.key}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        body = json.dumps({"to": one.phone, "text": text}).encode()
        request = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310 `read` has looked at it
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                answer.read(1024)
        except urllib.error.HTTPError as error:
            raise (NotSent if error.code < 500 else Unsure)(str(error.code)) from None
        except urllib.error.URLError as error:
            raise (NotSent if isinstance(error.reason, ConnectionRefusedError) else Unsure)("network") from None
        except OSError:
            raise Unsure("network") from None

    def close(self) -> None:
        """Nothing waits here."""


class Lists:
    """A CSV file for each association: whom its coordinator speaks to. Only of those who let it see how they stand."""

    name = "list"

    def __init__(self, folder: Path, words: Words, day: str) -> None:
        self._folder, self._words, self._day = folder, words, day
        self._rows: dict[str, list[Sequence[object]]] = {}

    def takes(self, one: Reminder) -> bool:
        return bool(one.association)

    def send(self, one: Reminder, text: str) -> None:
        row = (one.number, one.phone, str(one.due.until), one.due.code, one.due.amount, text)
        self._rows.setdefault(one.association, []).append(row)

    def close(self) -> None:
        for association, rows in sorted(self._rows.items()):
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(
                [
                    self._words(f"remind.column.{name}")
                    for name in ("number", "phone", "until", "code", "amount", "text")
                ]
            )
            writer.writerows([[cell(value) for value in row] for row in rows])
            try:
                with whole(self._folder / f"{association}-{self._day}.csv") as fresh:
                    fresh.write_text(text.getvalue(), encoding="utf-8-sig")
            except SettingsError as error:
                raise NotSent(error.id) from None


class Letters:
    """An e-mail to each association's coordinator, with member numbers and no other data: mail is read by many."""

    name = "mail"

    def __init__(self, mail: Mail, to: dict[str, str], words: Words) -> None:
        self._mail, self._to, self._words = mail, to, words
        self._lines: dict[str, list[str]] = {}

    def takes(self, one: Reminder) -> bool:
        return bool(one.number) and one.association in self._to

    def send(self, one: Reminder, text: str) -> None:
        self._lines.setdefault(one.association, []).append(f"{one.number}  {one.due.until}")

    def close(self) -> None:
        for association, lines in sorted(self._lines.items()):
            letter = email.message.EmailMessage()
            letter["Subject"] = self._words("remind.subject", count=len(lines))
            letter["From"], letter["To"] = self._mail.sender, self._to[association]
            letter.set_content("\n".join([self._words("remind.letter"), "", *lines]))
            try:
                deliver(self._mail, letter)
            except (OSError, smtplib.SMTPException):
                raise NotSent("mail") from None


def _secret(file: str) -> str:
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()[0].strip()
    except (OSError, IndexError, UnicodeDecodeError):
        raise SettingsError("file.unreadable", file=Path(file).name) from None
