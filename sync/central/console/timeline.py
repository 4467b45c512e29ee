"""Two weeks of rounds as a picture: a row a day, a cell an hour, as dark as records came, red where refused."""

from datetime import date, timedelta

from kiosk.words import Words

HOURS, CELL, LEFT, TOP = 24, 22, 70, 20
_HOUR_MS = 3_600_000
_ZONE_H = 7  # WIB, as in the table of markets; a day begins at midnight of the market


def svg(hours: dict[int, tuple[int, int, int]], now_ms: int, said: Words, days: int = 14) -> str:
    """`hours`: hours since 1970 → (rounds, records, refused). Made from numbers alone."""
    last_day = (now_ms // _HOUR_MS + _ZONE_H) // HOURS
    most = max((records for _, records, _ in hours.values()), default=0)
    parts = [f'<text x="{LEFT + hour * CELL}" y="12">{hour:02}</text>' for hour in range(0, HOURS, 3)]
    for row in range(days):
        day = last_day - row
        y = TOP + row * CELL
        parts.append(f'<text x="0" y="{y + 15}">{_date(day)}</text>')
        for hour in range(HOURS):
            parts.append(_cell(hours.get(day * HOURS + hour - _ZONE_H), hour, y, most))
    width, height = LEFT + HOURS * CELL, TOP + days * CELL
    label = said("kiosk.timeline_label", days=days)
    return (
        f'<svg class="grid" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">' + "".join(parts) + "</svg>"
    )


def _cell(told: tuple[int, int, int] | None, hour: int, y: int, most: int) -> str:
    x = LEFT + hour * CELL
    kind = "none" if told is None else "bad" if told[2] else "alive" if not told[1] else f"sent{_shade(told[1], most)}"
    mark = f"<title>{told[0]} / {told[1]}</title>" if told else ""
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" rx="3">{mark}</rect>'


def _shade(records: int, most: int) -> int:
    """1 … 3."""
    return 1 + min(2, records * 3 // (most + 1))


def _date(day: int) -> str:
    found = date(1970, 1, 1) + timedelta(days=day)
    return f"{found.day:02}-{found.month:02}"
