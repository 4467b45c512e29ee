"""One record: its way from capture to outcome. Of the person nothing: the web server cannot open what is sealed."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response

from kiosk.domain.enrolment import code_of
from kiosk.domain.record import Record, RecordError
from sync.central import rounds
from sync.central.console import audit
from sync.central.console.console import Console, to
from sync.central.console.doors import Refused
from sync.central.console.sessions import Seat
from sync.central.schema import act, enrolment, examined, outcome


@dataclass(frozen=True, slots=True)
class Station:
    """`word`: of the station; `at_ms` None while it lies ahead; `facts` for its sentence."""

    word: str
    at_ms: int | None
    facts: dict[str, Any]


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    looking = Annotated[Seat, Depends(console.doors.seat)]

    @router.get("/records")
    def search(request: Request, seat: looking, code: str = "") -> Response:
        """By the code on a trader's slip, or the record's id."""
        wanted = code.strip()[:40]
        if not wanted:
            return console.pages.page(request, "search.html", seat, code="", nothing=False)
        with console.database.read() as connection:
            row = connection.execute(_by(wanted)).first()
        if row is None:
            return console.pages.page(request, "search.html", seat, 404, code=wanted, nothing=True)
        return to(request, f"/records/{row.kiosk}/{row.seq}")

    @router.get("/records/{kiosk}/{seq}")
    def page(request: Request, seat: looking, kiosk: str, seq: int) -> Response:
        with console.database.write() as connection:
            where = (enrolment.c.kiosk == kiosk) & (enrolment.c.seq == seq)
            row = connection.execute(sa.select(enrolment).where(where)).first()
            if row is None:
                raise Refused("nothing", 404)
            audit.write(connection, console.clock, seat.account, "record_looked", kiosk=kiosk, record=str(row.id))
            way = list(_way(connection, row))
            looked = audit.read(console.database, record=str(row.id), limit=20)
        return console.pages.page(
            request, "record.html", seat, row=row, code=code_of(row.id), way=way, looked=looked, size=len(row.raw)
        )

    return router


def _by(wanted: str) -> sa.Select[Any]:
    try:
        return sa.select(enrolment.c.kiosk, enrolment.c.seq).where(enrolment.c.id == uuid.UUID(wanted)).limit(1)
    except ValueError:
        of_slip = examined.c.code == wanted.upper()
        return sa.select(examined.c.kiosk, examined.c.seq).where(of_slip).limit(1)


def _way(connection: sa.Connection, row: Any) -> Any:
    captured = None
    with suppress(RecordError):  # its envelope cannot be read: the way begins with the arrival
        captured = Record.from_bytes(bytes(row.raw)).captured_ms
    yield Station("captured", captured, {"seq": row.seq})
    tries = rounds.listed(connection, row.kiosk, seq=row.seq, limit=5)
    came = min((one for one in tries), key=lambda one: one.at_ms, default=None)
    yield Station("arrived", row.received_ms, {"way": came.way if came else "air", "tries": len(tries)})
    done = connection.execute(sa.select(act).where(act.c.kiosk == row.kiosk, act.c.seq == row.seq)).first()
    if done is not None:
        yield Station("act", done.received_ms, {"officer": done.officer or "–"})
        return
    looked = connection.execute(
        sa.select(examined).where(examined.c.kiosk == row.kiosk, examined.c.id == row.id)
    ).first()
    yield Station("examined", looked.examined_ms if looked else None, {"cause": looked.cause if looked else ""})
    decisions = connection.execute(
        sa.select(outcome).where(outcome.c.kiosk == row.kiosk, outcome.c.id == row.id).order_by(outcome.c.n)
    ).all()
    for one in decisions:
        yield Station("decided", one.decided_ms, {"state": one.state, "cause": one.cause})
    if not decisions:
        yield Station("decided", None, {"state": "", "cause": ""})
