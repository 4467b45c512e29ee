"""What stands before every page: who is signed in, what they may, and that a change was meant by them."""

import hmac
import ipaddress
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from sync.central.console.accounts import CODED, Accounts, Role
from sync.central.console.attempts import Attempts
from sync.central.console.sessions import Seat, Sessions

COOKIE = "__Host-kiosk-session"
_FORM_LIMIT = 64 * 1024
_FIELDS = 200
_FORM = "application/x-www-form-urlencoded"


class SignInNeeded(Exception):
    """Nobody is signed in here, or no more."""


class PasswordNeeded(Exception):
    """The first password has to be changed before anything else."""


class CodesNeeded(Exception):
    """Who changes things needs one-time codes, and this account has none yet."""


class Refused(Exception):
    """`id` has a sentence `refused.<id>`; `facts` its placeholders."""

    def __init__(self, id: str, status: int = 403, **facts: int | str) -> None:
        self.id = id
        self.status = status
        self.facts = facts
        super().__init__(id)


Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that `seat` has asked for by a form of ours."""

    seat: Seat
    form: Form


class Doors:
    def __init__(self, sessions: Sessions, accounts: Accounts, attempts: Attempts) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._attempts = attempts

    def any_seat(self, request: Request) -> Seat:
        """Whoever is signed in, also with a password that has to be changed."""
        token = request.cookies.get(COOKIE, "")
        seat = self._sessions.find(token, touch="live" not in request.query_params) if token else None
        if seat is None:
            raise SignInNeeded
        return seat

    def seat(self, request: Request) -> Seat:
        """Whoever is signed in and may look around."""
        seat = self.any_seat(request)
        if seat.must_change:
            raise PasswordNeeded
        return seat

    def only(self, *roles: Role) -> Callable[[Request], Seat]:
        def seat(request: Request) -> Seat:
            found = self.seat(request)
            if not found.may(*roles):
                raise Refused("role")
            return found

        return seat

    def change(self, *roles: Role, settled: bool = True) -> Callable[[Request, Form], Change]:
        """A form that was sent from our own page by somebody of one of these roles; of none means of any.

        settled  a first password must have been changed, and who changes things must have codes
        """

        def checked(request: Request, form: Annotated[Form, Depends(form_of)]) -> Change:
            return self.meant(request, form, *roles, settled=settled)

        return checked

    def meant(self, request: Request, form: Form, *roles: Role, settled: bool = True) -> Change:
        """As `change`, of a form that came in another way."""
        seat = self.seat(request) if settled else self.any_seat(request)
        same_site(request)
        if not hmac.compare_digest(form.get("csrf", "").encode(), seat.csrf.encode()):
            raise Refused("form")
        if roles and not seat.may(*roles):
            raise Refused("role")
        if settled and roles and seat.role in CODED and not seat.has_codes:
            raise CodesNeeded
        return Change(seat, form)

    def proven(self, change: Change, request: Request) -> bool:
        """Whether the form holds a one-time code of now. Guesses are counted as at the door.

        Raises Refused `wait`.
        """
        account, address = change.seat.account, address_of(request)
        if wait_s := self._attempts.begin(account, address):
            raise Refused("wait", 429, seconds=wait_s)
        if not self._accounts.take_code(account, change.form.get("code", "")):
            return False
        self._attempts.went_well(account, address)
        return True


async def form_of(request: Request) -> Form:
    """The fields of a form, each once. Raises Refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Refused("form", 415)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _FORM_LIMIT:
            raise Refused("form", 413)
    try:
        pairs = urllib.parse.parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise Refused("form", 400) from None
    return dict(pairs)


def same_site(request: Request) -> None:
    """Raises Refused for a form that another site has sent."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise Refused("form")
    origin = request.headers.get("origin", "null")  # our own pages send no referrer, and so "null", too
    if site is None and origin != "null" and urllib.parse.urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused("form")


def address_of(request: Request) -> str:
    """Where the request comes from; behind a proxy on this machine, what that one says."""
    host = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    if forwarded and _is_loopback(host):
        return forwarded.rpartition(",")[2].strip()[:64]
    return host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
