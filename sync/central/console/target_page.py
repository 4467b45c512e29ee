"""The target on one page: how many, how fast, and whether that is enough; by region, market or kiosk."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from kiosk.clock import today
from kiosk.words import Words
from sync.central import targets
from sync.central.console import audit, sheets
from sync.central.console.console import Console
from sync.central.console.pages import drawn
from sync.central.console.sessions import Seat
from sync.central.targets import Progress

_BY = ("branch", "region", "market", "association", "kiosk")
_PAGE = 100
_SHEET = ("name", "enrolled", "accepted", "refused", "lapsed", "target", "pace", "low", "high")
_BAR_W, _BAR_H = 12, 80


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    looking = Annotated[Seat, Depends(console.doors.seat)]

    def found(by: str, region: str, market: str) -> list[Progress]:
        now_ms, wanted = console.clock.wall_ms(), targets.goals(today(console.clock, console.zone))
        with console.database.read() as connection:
            return targets.progress(connection, by, now_ms, wanted, region, market)

    @router.get("/target")
    def page(request: Request, seat: looking, by: str = "market", region: str = "", market: str = "") -> Response:
        said = console.pages.of(request)
        kinds = _BY if market else _BY[:-1]  # thousands of kiosks at once are nothing that anybody reads
        chosen = by if by in kinds else "market"
        (whole,) = found("all", region, market)
        rows = found(chosen, region, market)
        return console.pages.page(
            request, "target.html", seat, whole=whole, rows=rows[:_PAGE], more=max(len(rows) - _PAGE, 0), by=chosen,
            kinds=kinds, region=region, market=market, chart=drawn(chart(whole.weeks, said)), bar=bar,
        )  # fmt: skip

    @router.get("/target.csv")
    def sheet(request: Request, seat: looking, by: str = "market", region: str = "", market: str = "") -> Response:
        said = console.pages.of(request)
        with console.database.write() as connection:
            audit.write(connection, console.clock, seat.account, "exported", table="target")
        rows = (
            [
                one.name,
                one.reached,
                one.accepted,
                one.refused,
                one.lapsed,
                one.target,
                round(one.pace, 1),
                one.low,
                one.high,
            ]
            for one in found(by if by in _BY else "market", region, market)
        )
        return sheets.csv("target", [said(f"target.{name}") for name in _SHEET], rows)

    @router.get("/target.pdf")
    def week(request: Request, seat: looking, branch: str = "") -> Response:
        from sync.central import weekly  # late: nothing else here draws

        with console.database.write() as connection:
            audit.write(connection, console.clock, seat.account, "exported", table="target.pdf")
        told = weekly.of(console.database, console.clock.wall_ms(), console.zone, console.limits, branch[:64])
        raw = weekly.sheet(told, console.pages.errors(request))
        headers = {"Content-Disposition": 'attachment; filename="target.pdf"'}
        return Response(raw, media_type="application/pdf", headers=headers)

    return router


def bar(one: Progress) -> str:
    """How far, and where the forecast ends, on one line that ends at the target."""
    if not one.target:
        return ""
    scale = 100 / max(one.target, one.high, 1)
    done, low, high, goal = (round(value * scale, 1) for value in (one.reached, one.low, one.high, one.target))
    return drawn(
        f'<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" width="100" height="10"/><rect class="range" x="{low}" width="{max(high - low, 0.5)}" '
        f'height="10"/><rect class="done" width="{done}" height="10"/><rect class="goal" x="{min(goal, 99.2)}" '
        f'width="0.8" height="10"/></svg>'
    )


def chart(weeks: tuple[int, ...], said: Words) -> str:
    """A bar a week, the newest at the right; the highest carries its number."""
    most = max(weeks, default=0) or 1
    width = len(weeks) * _BAR_W
    parts = []
    for at, number in enumerate(weeks):
        height = round(number / most * _BAR_H, 1)
        kind = "part" if at == len(weeks) - 1 else "week"
        top = _BAR_H + 14 - height
        parts.append(
            f'<rect class="{kind}" x="{at * _BAR_W}" y="{top}" width="{_BAR_W - 2}" height="{height}" rx="1.5">'
            f"<title>{number}</title></rect>"
        )
    peak = weeks.index(most) if most in weeks else 0
    x = min(max(peak * _BAR_W + _BAR_W / 2, 12), width - 12)
    parts.append(f'<text x="{x}" y="10" text-anchor="middle">{most}</text>')
    label = said("target.chart_label", weeks=len(weeks), most=most)
    view = f'viewBox="0 0 {width} {_BAR_H + 16}"'
    return f'<svg class="grid chart" {view} role="img" aria-label="{label}">{"".join(parts)}</svg>'
