"""Associations: how far each is, its roll call by member number, and lists sent in for the worker to read.

A coordinator sees the associations that were entrusted to them, a viewer the counts alone, and nobody a name: the web
server cannot open any.
"""

from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from kiosk.clock import today
from sync.central.associations import members, register, uploads
from sync.central.associations.members import CALLED, Called, month_text
from sync.central.associations.register import Association
from sync.central.console import audit, sheets
from sync.central.console.accounts import Role
from sync.central.console.console import Console, to
from sync.central.console.doors import Refused
from sync.central.console.parcels import Parcels
from sync.central.console.sessions import Seat
from sync.central.examination import rules_of

SENDERS = (Role.COORDINATOR, Role.OPS, Role.ADMIN)
_PAGE = 500
LOOKS = {"awaited": "off", "sent": "off", "accepted": "well", "refused": "now", "due": "soon", "lapsed": "now"}


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    looking = Annotated[Seat, Depends(console.doors.seat)]
    working = Annotated[Seat, Depends(console.doors.only(*SENDERS))]

    def mine(seat: Seat) -> list[Association]:
        only = seat.account if seat.role is Role.COORDINATOR else ""
        return register.listed(console.database, console.answer_key, only)

    def found(seat: Seat, code: str) -> Association:
        for one in mine(seat):
            if one.code == code:
                return one
        raise Refused("nothing", 404)

    def called(code: str) -> tuple[list[Called], dict[str, int]]:
        day = today(console.clock, console.zone)
        rest = rules_of(day).benefits.unpaid_months_rest
        with console.database.read() as connection:
            counted = members.counts(connection, day, rest, only=code).get(code, {})
            return members.roll_call(connection, code, day, rest), counted

    @router.get("/associations")
    def page(request: Request, seat: looking) -> Response:
        day = today(console.clock, console.zone)
        with console.database.read() as connection:
            counted = members.counts(connection, day, rules_of(day).benefits.unpaid_months_rest)
        rows = [(one, counted.get(one.code, {})) for one in mine(seat)]
        return console.pages.page(request, "associations.html", seat, rows=rows, states=CALLED)

    @router.get("/associations.csv")
    def sheet(request: Request, seat: looking) -> Response:
        said, day = console.pages.of(request), today(console.clock, console.zone)
        with console.database.write() as connection:
            audit.write(connection, console.clock, seat.account, "exported", table="associations")
            counted = members.counts(connection, day, rules_of(day).benefits.unpaid_months_rest)
        lines = (
            [one.code, one.name, ", ".join(one.markets), one.coordinator]
            + [counted.get(one.code, {}).get(name, 0) for name in ("listed", *CALLED)]
            for one in mine(seat)
        )
        head = ("code", "name", "markets", "coordinator", "listed", *CALLED)
        return sheets.csv("associations", [said(f"member.{name}") for name in head], lines)

    def reports(code: str) -> list[uploads.Upload]:
        with console.database.read() as connection:
            return uploads.listed(connection, code)

    @router.get("/associations/{code}")
    def one(request: Request, seat: looking, code: str, state: str = "") -> Response:
        association = found(seat, code)
        rows, counted = called(code)
        chosen = state if state in CALLED else ""
        may = seat.may(*SENDERS)
        shown = [row for row in rows if may and (not chosen or row.state == chosen)]
        piece = console.pages.piece(
            request, "_uploads.html", seat, f"/associations/{code}/lists", {"lists": reports(code)}
        )
        return console.pages.page(
            request, "association.html", seat, one=association, counted=counted, states=LOOKS, chosen=chosen,
            rows=[(row, month_text(row.until)) for row in shown[:_PAGE]], more=max(0, len(shown) - _PAGE),
            may=may, piece=piece,
        )  # fmt: skip

    @router.get("/associations/{code}/lists")
    def live(request: Request, seat: looking, code: str) -> Response:
        found(seat, code)
        path = f"/associations/{code}/lists"
        return console.pages.live(request, "_uploads.html", seat, path, {"lists": reports(code)})

    @router.get("/associations/{code}/roll.csv")
    def roll(request: Request, seat: working, code: str) -> Response:
        said = console.pages.of(request)
        found(seat, code)
        with console.database.write() as connection:
            audit.write(connection, console.clock, seat.account, "exported", table=f"roll call {code}")
        rows, _ = called(code)
        lines = ([row.number, said(f"member.{row.state}"), month_text(row.until)] for row in rows)
        return sheets.csv(f"roll-{code}", [said(f"member.{name}") for name in ("number", "state", "until")], lines)

    @router.post("/associations/{code}/lists")
    def send(request: Request, parcel: Parcels, code: str) -> Response:
        change = console.doors.meant(request, parcel.form, *SENDERS)
        association = found(change.seat, code)
        if not parcel.files:
            raise Refused("no_file", 422)
        now_ms, account = console.clock.wall_ms(), change.seat.account
        for name, raw in parcel.files.items():
            ending = PurePath(name).suffix
            uploads.take(console.database, association.code, account, ending, raw, console.central_key, now_ms)
        with console.database.write() as connection:
            audit.write(connection, console.clock, account, "list_sent", association=code, count=len(parcel.files))
        return to(request, f"/associations/{code}")

    return router
