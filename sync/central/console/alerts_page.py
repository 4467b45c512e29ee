"""What people were told of by the rules, and what holds at all: acknowledged here, so that it is told no more."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response

from sync.central import alarms
from sync.central.alerts import OTHERS
from sync.central.console import audit, sheets, standing
from sync.central.console.accounts import Role
from sync.central.console.console import Console, to
from sync.central.console.doors import Change, Refused
from sync.central.console.sessions import Seat
from sync.central.listing import span
from sync.central.schema import alert

_MOST = 500
CHANGERS = (Role.OPS, Role.ADMIN)
_COLUMNS = ("rule", "kiosk", "since", "told", "seen")


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    looking = Annotated[Seat, Depends(console.doors.seat)]
    changing = Annotated[Change, Depends(console.doors.change(*CHANGERS))]

    def rows(connection: sa.Connection, limit: int) -> list[Any]:
        query = sa.select(alert).where(alert.c.kiosk != "").order_by(alert.c.seen, alert.c.since_ms, alert.c.kiosk)
        return list(connection.execute(query.limit(limit)))

    def values(request: Request, seat: Seat) -> dict[str, Any]:
        said = console.pages.of(request)
        with console.database.read() as connection:
            found = rows(connection, _MOST)
            held = alarms.listed(connection)[:_MOST]
        groups: dict[str, list[Any]] = {}
        for row in found:
            groups.setdefault(row.rule, []).append(row)
        told = [(one, said(f"alarm.{one.kind}", records=span(one.first, one.last))) for one in held]
        return {"groups": groups, "alarms": told, "may": seat.may(*CHANGERS), "looks": standing.LOOKS}

    @router.get("/alerts")
    def page(request: Request, seat: looking) -> Response:
        piece = console.pages.piece(request, "_alerts.html", seat, "/alerts/live", values(request, seat))
        return console.pages.page(request, "alerts.html", seat, piece=piece)

    @router.get("/alerts/live")
    def live(request: Request, seat: looking) -> Response:
        return console.pages.live(request, "_alerts.html", seat, "/alerts/live", values(request, seat))

    @router.get("/alerts.csv")
    def sheet(request: Request, seat: looking) -> Response:
        said = console.pages.of(request)
        with console.database.write() as connection:
            audit.write(connection, console.clock, seat.account, "exported", table="alerts")
            found = rows(connection, 100_000)
        lines = (
            [said(f"reason.{row.rule}"), row.kiosk, sheets.iso(row.since_ms), sheets.iso(row.told_ms), row.seen]
            for row in found
        )
        return sheets.csv("alerts", [said(f"alerts.{name}") for name in _COLUMNS], lines)

    @router.post("/alerts/{rule}/seen")
    def seen(request: Request, change: changing, rule: str) -> Response:
        if rule not in (*standing.REASONS, *OTHERS):
            raise Refused("nothing", 404)
        with console.database.write() as connection:
            held = (alert.c.rule == rule) & (alert.c.kiosk != "") & ~alert.c.seen
            number = connection.execute(sa.update(alert).where(held).values(seen=True)).rowcount
            audit.write(connection, console.clock, change.seat.account, "alert_seen", rule=rule, count=number)
        return to(request, "/alerts")

    return router
