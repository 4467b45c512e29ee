"""Every table as CSV: as the database has it, without keys, secrets and what is sealed."""

from collections.abc import Iterator
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response

from sync.central import schema
from sync.central.console import audit, sheets
from sync.central.console.accounts import CHANGES, Role
from sync.central.console.console import Console
from sync.central.console.doors import Refused
from sync.central.console.sessions import Seat

# What each file holds. A table that is not here holds keys, secrets, or nothing but what is sealed.
_BEAT = (
    "kiosk", "received_ms", "app", "now_ms", "waiting", "quarantined", "oldest_ms", "last_seq", "free_mb", "rounds",
    "master",
)  # fmt: skip
_KIOSK = (
    "name", "region", "market", "provisioned_at", "revoked", "revoked_ms", "revoked_seq", "held_until_ms", "low", "bad",
)  # fmt: skip
_ROUND = (
    "kiosk", "at_ms", "first", "last", "accepted", "duplicate", "refused", "cause", "way", "told", "lacks", "waiting",
    "bytes_up",
)  # fmt: skip
TABLES: dict[str, tuple[sa.Table, tuple[str, ...]]] = {
    "kiosks": (schema.kiosk, _KIOSK),
    "heartbeats": (schema.heartbeat, (*_BEAT, "wrong_ms", "heat", "closed")),
    "heartbeat-log": (schema.heartbeat_log, _BEAT),
    "rounds": (schema.round_, _ROUND),
    "records": (schema.enrolment, ("kiosk", "seq", "id", "received_ms", "day")),
    "examined": (schema.examined, ("kiosk", "seq", "id", "code", "cause", "examined_ms")),
    "outcomes": (schema.outcome, ("kiosk", "n", "id", "state", "cause", "decided_ms")),
    "acts": (schema.act, ("kiosk", "seq", "kind", "officer", "at_ms", "received_ms", "facts")),
    "alarms": (schema.alarm, ("kiosk", "kind", "first", "last", "raised_ms", "cleared_ms")),
    "alerts": (schema.alert, ("rule", "kiosk", "since_ms", "told_ms", "seen")),
    "weeks": (schema.tally, ("kiosk", "week", "enrolled", "accepted", "refused")),
    "members": (schema.member, ("association", "number", "kiosk", "joined_ms", "until", "state")),
    "due": (schema.due, ("kiosk", "id", "until", "amount", "told_ms")),
    "reminders": (schema.reminder, ("kiosk", "id", "month", "n", "at_ms", "way")),
    "lists": (schema.upload, ("association", "account", "at_ms", "ending", "done_ms")),
    "master": (schema.master, ("version", "published_ms")),
    "audit": (schema.audit, ("n", "at_ms", "account", "deed", "kiosk", "record", "facts")),
}
_ADMIN = frozenset({"audit", "lists"})
_CHANGERS = frozenset({"members", "due", "reminders"})  # a row a person, though without a name
_AT_ONCE = 2000


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    looking = Annotated[Seat, Depends(console.doors.seat)]

    @router.get("/tables")
    def page(request: Request, seat: looking) -> Response:
        return console.pages.page(request, "tables.html", seat, names=[name for name in TABLES if _may(seat, name)])

    @router.get("/tables/{name}.csv")
    def sheet(request: Request, seat: looking, name: str) -> Response:
        if name not in TABLES:
            raise Refused("nothing", 404)
        if not _may(seat, name):
            raise Refused("role")
        with console.database.write() as connection:
            audit.write(connection, console.clock, seat.account, "exported", table=name)
        table, columns = TABLES[name]

        def rows() -> Iterator[Any]:
            chosen = sa.select(*(table.c[column] for column in columns)).order_by(*table.primary_key.columns)
            with console.database.read() as connection:
                for row in connection.execute(chosen.execution_options(yield_per=_AT_ONCE)):
                    yield [sheets.iso(value) if _is_time(column) else value for column, value in row._mapping.items()]

        return sheets.csv(name, columns, rows())

    return router


def _may(seat: Seat, name: str) -> bool:
    if name in _ADMIN:
        return seat.may(Role.ADMIN)
    return name not in _CHANGERS or seat.may(*CHANGES)


def _is_time(column: str) -> bool:
    return column in ("provisioned_at", "now_ms") or (column.endswith("_ms") and column not in ("wrong_ms",))
