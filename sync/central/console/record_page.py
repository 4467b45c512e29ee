"""One record: its way from capture to outcome. Of the person nothing, because the web server cannot open what is
sealed; who may see them asks the worker (rights/looks.py), and each such look is written down.
"""

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
from sync.central.console.accounts import CHANGES
from sync.central.console.console import Console, to
from sync.central.console.doors import Change, Refused
from sync.central.console.sessions import Seat
from sync.central.rights import looks
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
    changing = Annotated[Change, Depends(console.doors.change(*CHANGES))]

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

    def found(connection: sa.Connection, kiosk: str, seq: int) -> Any:
        where = (enrolment.c.kiosk == kiosk) & (enrolment.c.seq == seq)
        row = connection.execute(sa.select(enrolment).where(where)).first()
        if row is None:
            raise Refused("nothing", 404)
        return row

    def shown(request: Request, seat: Seat, kiosk: str, seq: int, look: uuid.UUID) -> tuple[str, dict[str, Any]]:
        with console.database.read() as connection:
            told = looks.shown(connection, console.codes, look, seat.account, console.clock.wall_ms())
        path = f"/records/{kiosk}/{seq}/looks/{look}"
        return path, {"waits": told is not None and told.waits, "said": told.said if told else {}, "over": told is None}

    @router.get("/records/{kiosk}/{seq}")
    def page(request: Request, seat: looking, kiosk: str, seq: int, look: uuid.UUID | None = None) -> Response:
        with console.database.write() as connection:
            row = found(connection, kiosk, seq)
            audit.write(connection, console.clock, seat.account, "record_looked", kiosk=kiosk, record=str(row.id))
            way = list(_way(connection, row))
            looked = audit.read(console.database, record=str(row.id), limit=20)
        person = ""
        if look is not None:
            path, told = shown(request, seat, kiosk, seq, look)
            person = console.pages.piece(request, "_person.html", seat, path, told)
        may = seat.may(*CHANGES) and not any(station.word == "act" for station in way)
        return console.pages.page(
            request, "record.html", seat, row=row, code=code_of(row.id), way=way, looked=looked, size=len(row.raw),
            person=person, may=may and bool(row.raw),
        )  # fmt: skip

    @router.post("/records/{kiosk}/{seq}/look")
    def look(request: Request, change: changing, kiosk: str, seq: int) -> Response:
        account, now_ms = change.seat.account, console.clock.wall_ms()
        with console.database.write() as connection:
            row = found(connection, kiosk, seq)
            id = looks.ask(connection, console.codes, kiosk, row.id, account, now_ms)
            audit.write(connection, console.clock, account, "person_looked", kiosk=kiosk, record=str(row.id))
        return to(request, f"/records/{kiosk}/{seq}?look={id}")

    @router.get("/records/{kiosk}/{seq}/looks/{id}")
    def live(request: Request, seat: looking, kiosk: str, seq: int, id: uuid.UUID) -> Response:
        path, told = shown(request, seat, kiosk, seq, id)
        return console.pages.live(request, "_person.html", seat, path, told)

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
