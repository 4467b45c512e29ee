"""How a reminder reaches somebody: a gateway for SMS or WhatsApp, or a list for the association's coordinator.

Chosen in a TOML file (`[central] reminders`), see config/reminders.example.toml.
"""

import csv
import email.message
import io
import itertools
import json
import re
import smtplib
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kiosk.domain.errors import SettingsError
from kiosk.logs import Log
from kiosk.settings import read_toml
from kiosk.words import Words, rupiah
from sync.central.alerts import TIMEOUT_S, Mail, deliver
from sync.central.files import cell, whole
from sync.central.renewal.reminders import Reminder

_CODE = re.compile(r"[A-Z]{2,5}")  # of an association
_log = Log("remind")
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

    def close(self) -> frozenset[str]:
        """What goes out together goes now. The associations for which it did not, for certain."""
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


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Elsewhere nobody gets the token, and a message that was led away did not go out."""

    def redirect_request(self, *_: object) -> None:
        return None


_DIRECT = urllib.request.build_opener(_NoRedirect)


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
            with _DIRECT.open(request, timeout=TIMEOUT_S) as answer:
                answer.read(1024)
        except urllib.error.HTTPError as error:
            raise (NotSent if error.code < 500 else Unsure)(str(error.code)) from None
        except urllib.error.URLError as error:
            raise (NotSent if isinstance(error.reason, ConnectionRefusedError) else Unsure)("network") from None
        except OSError:
            raise Unsure("network") from None

    def close(self) -> frozenset[str]:
        """Nothing waits here."""
        return frozenset()


class Lists:
    """A CSV file for each association: whom its coordinator speaks to. Only of those who let it see how they stand."""

    name = "list"

    def __init__(self, folder: Path, words: Words, day: str) -> None:
        self._folder, self._words, self._day = folder, words, day
        self._rows: dict[str, list[Sequence[object]]] = {}

    def takes(self, one: Reminder) -> bool:
        return _CODE.fullmatch(one.association) is not None  # it becomes the name of a file

    def send(self, one: Reminder, text: str) -> None:
        row = (one.number, one.phone, str(one.due.until), one.due.code, one.due.amount, text)
        self._rows.setdefault(one.association, []).append(row)

    def close(self) -> frozenset[str]:
        return frozenset(one for one, rows in sorted(self._rows.items()) if not self._written(one, rows))

    def _written(self, association: str, rows: list[Sequence[object]]) -> bool:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        names = ("number", "phone", "until", "code", "amount", "text")
        writer.writerow([self._words(f"remind.column.{name}") for name in names])
        writer.writerows([[cell(value) for value in row] for row in rows])
        try:
            with whole(self._free(association)) as fresh:
                fresh.write_text(text.getvalue(), encoding="utf-8-sig")
        except SettingsError as error:
            _log.warning("remind.not_sent", id=self.name, cause=error.id)
            return False
        return True

    def _free(self, association: str) -> Path:
        """A second list of a day stands beside the first: nobody may have read that yet."""
        names = (f"{association}-{self._day}{f'-{n}' if n else ''}.csv" for n in itertools.count())
        return next(path for name in names if not (path := self._folder / name).exists())


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

    def close(self) -> frozenset[str]:
        return frozenset(one for one, lines in sorted(self._lines.items()) if not self._posted(one, lines))

    def _posted(self, association: str, lines: list[str]) -> bool:
        """False when the letter did not go for certain; one that may have gone counts."""
        letter = email.message.EmailMessage()
        letter["Subject"] = self._words("remind.subject", count=len(lines))
        letter["From"], letter["To"] = self._mail.sender, self._to[association]
        letter.set_content("\n".join([self._words("remind.letter"), "", *lines]))
        try:
            deliver(self._mail, letter)
        except (ConnectionRefusedError, smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            _log.warning("remind.not_sent", id=self.name, cause=type(error).__name__)
            return False
        except (OSError, smtplib.SMTPException) as error:
            _log.warning("remind.unsure", id=self.name, cause=type(error).__name__)
        return True


def _secret(file: str) -> str:
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()[0].strip()
    except (OSError, IndexError, UnicodeDecodeError):
        raise SettingsError("file.unreadable", file=Path(file).name) from None
