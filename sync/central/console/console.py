"""What every page is made with, and how it leads on to another."""

from dataclasses import dataclass
from datetime import tzinfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from kiosk.clock import Clock
from sync.central.console.accounts import Accounts
from sync.central.console.attempts import Attempts
from sync.central.console.codes import Codes
from sync.central.console.doors import Doors
from sync.central.console.pages import Pages
from sync.central.console.sessions import Sessions
from sync.central.console.standing import Limits
from sync.central.database import Database


@dataclass(frozen=True, slots=True)
class Console:
    """What pages are made with."""

    database: Database
    clock: Clock
    zone: tzinfo
    codes: Codes
    accounts: Accounts
    sessions: Sessions
    attempts: Attempts
    doors: Doors
    pages: Pages
    limits: Limits
    answer_key: Ed25519PrivateKey
    central_key: bytes


def to(request: Request, path: str) -> Response:
    """Go on there: `path` within the console."""
    return RedirectResponse(request.scope.get("root_path", "") + path, 303)


def safe(path: str) -> str:
    """A path of this console, or its first page: nobody is led away by a link that they were given."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and len(path) < 500
    return path if plain else "/"
