"""The fleet on one page: who needs a person now, and why; renewed every few seconds."""

import urllib.parse
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from kiosk.clock import WRONG_MS
from kiosk.words import Words
from sync.central.console import audit, sheets, standing
from sync.central.console.console import Console
from sync.central.console.pages import span
from sync.central.console.sessions import Seat
from sync.central.console.standing import Filter, Standing

_PAGE = 50
_AT_ONCE = 1000
_COLUMNS = ("kiosk", "region", "market", "why", "heard", "waiting", "oldest", "quarantined", "disk", "clock", "version")


def filter_of(
    region: str = "", market: str = "", state: str = "", app: str = "", name: str = ""
) -> Filter:  # what stands in the address
    return Filter(region, market, state if state in standing.REASONS else "", app, name.strip())


Chosen = Annotated[Filter, Depends(filter_of)]


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    looking = Annotated[Seat, Depends(console.doors.seat)]

    def values(request: Request, chosen: Filter, after: str) -> dict[str, Any]:
        now_ms, said = console.clock.wall_ms(), console.pages.of(request)
        with console.database.read() as connection:
            found = standing.page(connection, now_ms, console.limits, chosen, after, _PAGE + 1)
            counted = standing.counts(connection, now_ms, console.limits, chosen)
        rows = [(one, [why(one, reason, now_ms, said) for reason in one.reasons]) for one in found[:_PAGE]]
        return {
            "rows": rows, "counted": counted, "chosen": chosen, "after": after, "reasons": standing.LOOKS,
            "next": found[_PAGE - 1].place if len(found) > _PAGE else "",
            "query": lambda **changes: query(chosen, **changes), "wrong": WRONG_MS, "disk": standing.DISK_MB,
        }  # fmt: skip

    @router.get("/")
    def fleet(request: Request, seat: looking, chosen: Chosen, after: str = "") -> Response:
        with console.database.read() as connection:
            choices = standing.choices(connection)
        piece = console.pages.piece(request, "_fleet.html", seat, _live(chosen, after), values(request, chosen, after))
        return console.pages.page(request, "fleet.html", seat, piece=piece, choices=choices, chosen=chosen)

    @router.get("/fleet")
    def live(request: Request, seat: looking, chosen: Chosen, after: str = "") -> Response:
        return console.pages.live(request, "_fleet.html", seat, _live(chosen, after), values(request, chosen, after))

    @router.get("/fleet.csv")
    def sheet(request: Request, seat: looking, chosen: Chosen) -> Response:
        said, now_ms = console.pages.of(request), console.clock.wall_ms()
        with console.database.write() as connection:
            audit.write(connection, console.clock, seat.account, "exported", table="fleet")

        def rows() -> Iterator[list[object]]:
            after = ""
            while True:
                with console.database.read() as connection:
                    found = standing.page(connection, now_ms, console.limits, chosen, after, _AT_ONCE)
                for one in found:
                    reasons = "; ".join(said(f"reason.{reason}") for reason in one.reasons)
                    yield [
                        one.name, one.region, one.market, reasons, sheets.iso(one.heard_ms), one.waiting,
                        sheets.iso(one.oldest_ms or None), one.quarantined, one.free_mb,
                        None if one.wrong_ms is None else one.wrong_ms // 1000, one.app,
                    ]  # fmt: skip
                if len(found) < _AT_ONCE:
                    return
                after = found[-1].place

        return sheets.csv("kiosks", [said(f"column.{name}") for name in _COLUMNS], rows())

    return router


def why(one: Standing, reason: str, now_ms: int, said: Words) -> str:
    """A reason in words, with its figures."""
    facts: dict[str, object] = {
        "quarantined": one.quarantined,
        "waiting": one.waiting,
        "free_mb": one.free_mb,
        "master": one.master,
        "silence": said("time.never") if one.heard_ms is None else span((now_ms - one.heard_ms) // 1000, said),
        "oldest": span((now_ms - (one.oldest_ms or now_ms)) // 1000, said),
        "heat": one.heat,
        "causes": causes(one.aside, said),
        "items": ", ".join(_named("stock", item, said) for item in one.low),
        "parts": ", ".join(_named("part", part, said) for part in one.bad),
        "held": span(max(0, one.held_until_ms - now_ms) // 1000, said),
        "wrong": span(abs(one.wrong_ms or 0) // 1000, said),
    }
    return said(f"why.{reason}", **facts)


def causes(aside: Iterable[str], said: Words) -> str:
    """`: damaged 1, no answer 2` of what a kiosk has set aside; "" when it has not said."""
    told = [cause.partition(":") for cause in aside]
    named = (f"{_named('cause', cause, said)} {number}" for cause, _, number in told)
    return f": {', '.join(named)}" if told else ""


def _named(kind: str, name: str, said: Words) -> str:
    return said(f"{kind}.{name}") if f"{kind}.{name}" in said else name


def query(chosen: Filter, **changes: str) -> str:
    """The address of this choice with something else chosen."""
    told = {name: getattr(chosen, name) for name in ("region", "market", "state", "app", "name")} | changes
    return urllib.parse.urlencode({name: value for name, value in told.items() if value})


def _live(chosen: Filter, after: str) -> str:
    return f"/fleet?{query(chosen, after=after)}"
