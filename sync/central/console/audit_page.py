"""The audit as a page: who did what, newest first, by account or kiosk."""

import string
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from kiosk.words import Words
from sync.central.console import audit, sheets
from sync.central.console.accounts import Role
from sync.central.console.audit import Entry
from sync.central.console.console import Console
from sync.central.console.sessions import Seat

_PAGE = 100
_SHEET = 100_000  # rows of one file


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    admins = Depends(console.doors.only(Role.ADMIN))

    def told(entry: Entry, said: Words) -> str:
        return said(f"deed.{entry.deed}", **defaults(said(f"deed.{entry.deed}")) | entry.facts)

    @router.get("/audit")
    def page(
        request: Request, seat: Annotated[Seat, admins], before: int = 0, account: str = "", kiosk: str = ""
    ) -> Response:
        said = console.pages.of(request)
        found = audit.read(console.database, before=before, account=account, kiosk=kiosk, limit=_PAGE + 1)
        rows = [(entry, told(entry, said)) for entry in found[:_PAGE]]
        older = rows[-1][0].n if len(found) > _PAGE else 0
        return console.pages.page(
            request, "audit.html", seat, rows=rows, older=older, before=before, account=account, kiosk=kiosk
        )

    @router.get("/audit.csv")
    def sheet(request: Request, seat: Annotated[Seat, admins], account: str = "", kiosk: str = "") -> Response:
        said = console.pages.of(request)
        entries = audit.read(console.database, account=account, kiosk=kiosk, limit=_SHEET)
        with console.database.write() as connection:
            audit.write(connection, console.clock, seat.account, "exported", table="audit")
        head = [said(f"column.{name}") for name in ("when", "account", "deed", "kiosk", "record")]
        rows = ([sheets.iso(e.at_ms), e.account, told(e, said), e.kiosk, e.record] for e in entries)
        return sheets.csv("audit", head, rows)

    return router


def defaults(sentence: str) -> dict[str, object]:
    """A dash for each placeholder: an entry of an older version may lack a fact."""
    return {name: "–" for _, name, _, _ in string.Formatter().parse(sentence) if name}
