"""Orders to all kiosks: over how long they come back after an outage, and master data, seen before it is published."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response

from kiosk.clock import today
from sync import wire
from sync.central import fleet, mastering
from sync.central.console import audit, drafts
from sync.central.console.accounts import Role
from sync.central.console.console import Console, to
from sync.central.console.doors import Change, Refused
from sync.central.console.parcels import Parcels
from sync.central.console.sessions import Seat
from sync.central.schema import control, heartbeat, master

CHANGERS = (Role.OPS, Role.ADMIN)
SPREADS = (60, 270, 900, 3600, 14_400)


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    doors = console.doors
    looking = Annotated[Seat, Depends(doors.only(*CHANGERS))]
    changing = Annotated[Change, Depends(doors.change(*CHANGERS))]
    publishing = Annotated[Change, Depends(doors.change(Role.ADMIN))]

    def note(change: Change, deed: str, **facts: Any) -> None:
        with console.database.write() as connection:
            audit.write(connection, console.clock, change.seat.account, deed, **facts)

    @router.get("/orders")
    def page(request: Request, seat: looking) -> Response:
        newest = sa.select(master.c.version, master.c.published_ms).order_by(master.c.version.desc()).limit(8)
        with console.database.read() as connection:
            spread = connection.scalar(sa.select(control.c.value).where(control.c.name == fleet.SPREAD))
            versions = connection.execute(newest).all()
            count = sa.select(heartbeat.c.master, sa.func.count()).group_by(heartbeat.c.master)
            used: dict[int, int] = {row[0]: row[1] for row in connection.execute(count)}
        files = sorted({*mastering.TABLES, *mastering.TEXTS} - drafts.NOT_HERE)
        return console.pages.page(
            request, "orders.html", seat, spread=spread, spreads=SPREADS, versions=versions, used=used, files=files,
            publishes=seat.may(Role.ADMIN), waits=bool(drafts.load(console.database, seat.account)),
        )  # fmt: skip

    @router.post("/orders/spread")
    def spread(request: Request, change: changing) -> Response:
        wanted = change.form.get("seconds", "")
        if wanted and (not wanted.isdigit() or int(wanted) > wire.SPREAD_LIMIT_S):
            raise Refused("form", 400)
        if not doors.proven(change, request):
            raise Refused("code", 422)
        fleet.spread(console.database, int(wanted) if wanted else None)
        note(change, "spread_set", seconds=int(wanted) if wanted else "–")
        return to(request, "/orders")

    @router.get("/orders/files/{name:path}")
    def file(request: Request, seat: looking, name: str) -> Response:
        if name in drafts.NOT_HERE or name not in (*mastering.TABLES, *mastering.TEXTS):
            raise Refused("nothing", 404)
        raw = mastering.published(console.database, console.answer_key)[name]
        kind = "text/csv" if name.endswith(".csv") else "text/plain"
        shown = name.rpartition("/")[2]
        return Response(
            raw, media_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{shown}"'}
        )

    @router.post("/orders/draft")
    def draft(request: Request, parcel: Parcels) -> Response:
        change = doors.meant(request, parcel.form, Role.ADMIN)
        if not parcel.files:
            raise Refused("no_file", 422)
        day = today(console.clock, console.zone)
        drafts.save(
            console.database, change.seat.account, parcel.files,
            mastering.published(console.database, console.answer_key), day, console.clock.wall_ms(),
        )  # fmt: skip
        return to(request, "/orders/draft")

    @router.get("/orders/draft")
    def preview(request: Request, seat: Annotated[Seat, Depends(doors.only(Role.ADMIN))]) -> Response:
        files = drafts.load(console.database, seat.account)
        found = drafts.differences(files, mastering.published(console.database, console.answer_key))
        return console.pages.page(request, "draft.html", seat, found=found)

    @router.post("/orders/publish")
    def publish(request: Request, change: publishing) -> Response:
        files = drafts.load(console.database, change.seat.account)
        if not files:
            raise Refused("nothing", 404)
        if not doors.proven(change, request):
            raise Refused("code", 422)
        whole = mastering.published(console.database, console.answer_key) | files
        mastering.check(whole, today(console.clock, console.zone))
        version, _ = mastering.publish(console.database, whole, console.answer_key, console.clock)
        drafts.drop(console.database, change.seat.account)
        note(change, "master_published", version=version, files=", ".join(sorted(files)))
        return to(request, "/orders")

    @router.post("/orders/discard")
    def discard(request: Request, change: publishing) -> Response:
        drafts.drop(console.database, change.seat.account)
        return to(request, "/orders")

    return router
