"""One kiosk: how it stands, its sync log, what is missing of it, its stock, officers' visits; and what to order."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response

from kiosk.domain.act import Kind
from kiosk.words import Words
from sync.central import acts, alarms, fleet, ingest, rounds, supplies
from sync.central.console import audit, sheets, standing, timeline
from sync.central.console.accounts import Role
from sync.central.console.console import Console, to
from sync.central.console.doors import Change, Refused
from sync.central.console.fleet_page import why
from sync.central.console.pages import drawn
from sync.central.console.sessions import Seat
from sync.central.console.standing import Filter
from sync.central.listing import span
from sync.central.schema import heartbeat, kiosk

_PAGE = 50
_SHEET = 100_000  # rows of one file
_ACTS = 30
_SAME_BEGINNING = 200  # kiosks whose names begin alike
_SETTINGS = 500  # acts among which the newest of each setting is looked for
_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
_HOLD_H = (1, 6, 24, 72, 168)
ORDERS = ("revoke", "unrevoke", "seen", "hold", "release", "resend")
CODED = frozenset({"revoke", "unrevoke", "hold"})  # need a one-time code of now
_TIMELINE_DAYS = 14
_ROUND_COLUMNS = ("when", "records", "accepted", "duplicate", "refused", "cause", "way", "waiting", "bytes")
CHANGERS = (Role.OPS, Role.ADMIN)


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    doors = console.doors
    looking = Annotated[Seat, Depends(doors.seat)]
    changing = Annotated[Change, Depends(doors.change(*CHANGERS))]

    def found(connection: sa.Connection, name: str) -> Any:
        row = connection.execute(sa.select(kiosk).where(kiosk.c.name == name)).first()
        if row is None:
            raise Refused("nothing", 404)
        return row

    def log(connection: sa.Connection, name: str, chosen: dict[str, Any], limit: int) -> list[Any]:
        return list(
            rounds.listed(
                connection, name, before_ms=chosen["before"] or None, since_ms=chosen["since"],
                cause=chosen["cause"], seq=chosen["seq"], records=chosen["records"], limit=limit,
            )
        )  # fmt: skip

    def values(request: Request, name: str, chosen: dict[str, Any]) -> dict[str, Any]:
        now_ms, said = console.clock.wall_ms(), console.pages.of(request)
        with console.database.read() as connection:
            known = found(connection, name)
            rows = standing.page(connection, now_ms, console.limits, Filter(name=name), limit=_SAME_BEGINNING)
            one = next((row for row in rows if row.name == name), None)
            listed = log(connection, name, chosen, _PAGE + 1)
            held = alarms.listed(connection, only=name)
            gaps = ingest.gaps(connection, name)
            beat = connection.execute(sa.select(heartbeat).where(heartbeat.c.kiosk == name)).first()
            hours = rounds.by_hour(connection, name, now_ms - _TIMELINE_DAYS * _DAY_MS)
            done = list(reversed(acts.newest(connection, name, _ACTS)))
            visits = acts.newest(connection, name, _SETTINGS, (Kind.SET, Kind.TESTED))
        return {
            "name": name, "one": one, "told": [why(one, reason, now_ms, said) for reason in one.reasons] if one else [],
            "rows": listed[:_PAGE], "older": listed[_PAGE - 1].at_ms if len(listed) > _PAGE else 0, "chosen": chosen,
            "alarms": [(row, said(f"alarm.{row.kind}", records=span(row.first, row.last))) for row in held],
            "gaps": [span(first, last) for first, last in gaps], "beat": beat,
            "more": json.loads(beat.more) if beat else {}, "picture": drawn(timeline.svg(hours, now_ms, said)),
            "acts": [(row, _act(row.act, said)) for row in done], "stock": _stock(console, name), "row": known,
            "settings": _settings(visits), "parts": _parts(visits, said), "now_ms": now_ms,
        }  # fmt: skip

    def chosen_of(
        before: int = 0, since: int = 0, cause: str = "", seq: int = 0, records: bool = False, day: str = ""
    ) -> dict[str, Any]:
        """`day`, as a field of that kind gives it, is the time from its midnight to the next."""
        try:
            midnight = datetime.combine(date.fromisoformat(day), time(), console.zone)
        except ValueError:
            day = ""
        else:
            since, ends = (int((midnight + timedelta(days=n)).timestamp() * 1000) for n in (0, 1))
            before = min(before or ends, ends)
        return {"before": before, "since": since, "cause": cause[:32], "seq": seq, "records": records, "day": day}

    choice = Annotated[dict[str, Any], Depends(chosen_of)]

    @router.get("/kiosks/{name}")
    def page(request: Request, seat: looking, name: str, chosen: choice, ask: str = "") -> Response:
        told = values(request, name, chosen)
        piece = console.pages.piece(request, "_kiosk.html", seat, f"/kiosks/{name}/live?{_query(chosen)}", told)
        wanted = ask if ask in ORDERS and seat.may(*CHANGERS) else ""
        with console.database.read() as connection:
            row = found(connection, name)
        return console.pages.page(
            request, "kiosk.html", seat, piece=piece, name=name, chosen=chosen, ask=wanted, row=row,
            may=seat.may(*CHANGERS), alarmed=bool(told["alarms"]), held=row.held_until_ms > console.clock.wall_ms(),
            hours=_HOLD_H, coded=wanted in CODED, most=fleet.RESEND,
        )  # fmt: skip

    @router.get("/kiosks/{name}/live")
    def live(request: Request, seat: looking, name: str, chosen: choice) -> Response:
        path = f"/kiosks/{name}/live?{_query(chosen)}"
        return console.pages.live(request, "_kiosk.html", seat, path, values(request, name, chosen))

    @router.get("/kiosks/{name}/rounds.csv")
    def sheet(request: Request, seat: looking, name: str, chosen: choice) -> Response:
        said = console.pages.of(request)
        with console.database.write() as connection:
            found(connection, name)
            audit.write(connection, console.clock, seat.account, "exported", kiosk=name, table="rounds")
            listed = log(connection, name, chosen | {"before": 0}, _SHEET)
        rows = (
            [sheets.iso(row.at_ms), span(row.first, row.last) if row.last else "", row.accepted, row.duplicate,
             row.refused, row.cause, row.way, row.waiting, row.bytes_up]
            for row in listed
        )  # fmt: skip
        return sheets.csv(f"rounds-{name}", [said(f"column.{column}") for column in _ROUND_COLUMNS], rows)

    @router.get("/kiosks/{name}/acts.csv")
    def acts_sheet(request: Request, seat: looking, name: str) -> Response:
        said = console.pages.of(request)
        with console.database.write() as connection:
            found(connection, name)
            audit.write(connection, console.clock, seat.account, "exported", kiosk=name, table="acts")
            listed = acts.newest(connection, name, _SHEET)
        rows = ([sheets.iso(row.happened_ms), row.act.officer, _act(row.act, said)] for row in listed)
        return sheets.csv(f"acts-{name}", [said(f"column.{column}") for column in ("when", "officer", "act")], rows)

    def ordered(name: str, account: str, deed: str, **facts: Any) -> None:
        with console.database.write() as connection:
            audit.write(connection, console.clock, account, deed, kiosk=name, **facts)

    @router.post("/kiosks/{name}/revoke")
    def revoke(request: Request, change: changing, name: str) -> Response:
        if not doors.proven(change, request):
            raise Refused("code", 422)
        fleet.revoke(console.database, name, console.clock.wall_ms())
        ordered(name, change.seat.account, "kiosk_revoked")
        return to(request, f"/kiosks/{name}")

    @router.post("/kiosks/{name}/unrevoke")
    def unrevoke(request: Request, change: changing, name: str) -> Response:
        if not doors.proven(change, request):
            raise Refused("code", 422)
        fleet.unrevoke(console.database, name)
        ordered(name, change.seat.account, "kiosk_unrevoked")
        return to(request, f"/kiosks/{name}")

    @router.post("/kiosks/{name}/hold")
    def hold(request: Request, change: changing, name: str) -> Response:
        hours = change.form.get("hours", "")
        if hours not in map(str, _HOLD_H):
            raise Refused("form", 400)
        if not doors.proven(change, request):
            raise Refused("code", 422)
        fleet.hold(console.database, name, console.clock.wall_ms() + int(hours) * _HOUR_MS)
        ordered(name, change.seat.account, "kiosk_held", hours=int(hours))
        return to(request, f"/kiosks/{name}")

    @router.post("/kiosks/{name}/release")
    def release(request: Request, change: changing, name: str) -> Response:
        fleet.hold(console.database, name, 0)
        ordered(name, change.seat.account, "kiosk_released")
        return to(request, f"/kiosks/{name}")

    @router.post("/kiosks/{name}/resend")
    def resend(request: Request, change: changing, name: str) -> Response:
        first, last = (change.form.get(field, "").strip() for field in ("first", "last"))
        try:
            fleet.resend(console.database, name, int(first), int(last or first))
        except ValueError:
            raise Refused("span", 422, most=fleet.RESEND) from None
        ordered(name, change.seat.account, "resend_asked", first=int(first), last=int(last or first))
        return to(request, f"/kiosks/{name}")

    @router.post("/kiosks/{name}/seen")
    def seen(request: Request, change: changing, name: str) -> Response:
        alarms.close(console.database, name, console.clock.wall_ms())
        ordered(name, change.seat.account, "alarms_seen")
        return to(request, f"/kiosks/{name}")

    return router


def _stock(console: Console, name: str) -> list[supplies.Supply]:
    return [one for one in supplies.of_kiosk(console.database, name, console.clock.wall_ms()) if one.known]


def _settings(visits: Sequence[acts.Arrived]) -> dict[str, Any]:
    """What officers have set, the newest of each: everything else is as it was installed."""
    done = (one.act.facts for one in visits if one.act.kind is Kind.SET)
    return {str(facts.get("setting", "")): facts.get("new", "") for facts in done}


def _parts(visits: Sequence[acts.Arrived], said: Words) -> list[tuple[str, bool, int]]:
    """Each part that somebody has tried: its name, whether it passed, and when."""
    last = {str(one.act.facts.get("part", "")): one for one in visits if one.act.kind is Kind.TESTED}
    return [
        (
            said(f"part.{part}") if f"part.{part}" in said else part,
            one.act.facts.get("outcome") == "passed",
            one.happened_ms,
        )
        for part, one in sorted(last.items())
    ]


def _act(act: Any, said: Words) -> str:
    return said(f"did.{act.kind}") if act.kind in Kind else str(act.kind)


def _query(chosen: dict[str, Any]) -> str:
    return "&".join(f"{name}={value}" for name, value in chosen.items() if value)
