"""The branch's week on one sheet of A4: how far, how fast, whether it is enough, and where a person is needed.

Read in ten seconds: one large number, one bar, one chart; the tables under it say where to go.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from kiosk.clock import local
from kiosk.resources import ASSETS
from kiosk.words import Words
from sync.central import targets
from sync.central.console import standing
from sync.central.console.standing import Filter, Limits
from sync.central.database import Database
from sync.central.files import whole
from sync.central.targets import Progress

_Colour = tuple[float, float, float]
_BOLD, _PLAIN = "PlusJakartaSans-Bold", "Helvetica"
_WIDTH, _HEIGHT = A4
_EDGE = 16 * mm
_INK, _QUIET, _LINE = (0.08, 0.13, 0.24), (0.33, 0.38, 0.45), (0.85, 0.87, 0.9)
_DONE, _RANGE, _GROUND = (0.04, 0.24, 0.57), (0.6, 0.72, 0.92), (0.93, 0.94, 0.96)
_LOOKS = {"well": (0.0, 0.38, 0.18), "soon": (0.48, 0.29, 0.0), "now": (0.64, 0.13, 0.11), "off": _QUIET}
_ROWS = 9  # of each table


@dataclass(frozen=True, slots=True)
class Week:
    """`trouble`: how many kiosks each reason of the fleet holds for, the most urgent first."""

    day: date
    branch: str
    whole: Progress
    markets: Sequence[Progress]
    associations: Sequence[Progress]
    kiosks: int
    trouble: Sequence[tuple[str, int]]


def of(database: Database, now_ms: int, zone: tzinfo, limits: Limits, branch: str = "") -> Week:
    """What is to be told of this week; of one branch, or of all."""
    day = local(now_ms, zone).date()
    wanted = targets.goals(day)
    with database.read() as connection:

        def found(by: str) -> list[Progress]:
            return targets.progress(connection, by, now_ms, wanted, branch=branch)

        counted = standing.counts(connection, now_ms, limits, Filter(branch=branch))
        (whole,), markets = found("all"), found("market")
        associations = [] if branch else found("association")  # an association has no branch of its own
    trouble = [(reason, counted[reason]) for reason, look in standing.LOOKS.items() if look in ("now", "soon")]
    return Week(day, branch, whole, markets, associations, counted["all"], trouble)


def write(path: Path, week: Week, words: Words) -> None:
    """Raises SettingsError `central.export_unwritable`."""
    with whole(path) as fresh:
        fresh.write_bytes(sheet(week, words))


def sheet(week: Week, words: Words) -> bytes:
    """The PDF."""
    if _BOLD not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_BOLD, str(ASSETS / "fonts" / f"{_BOLD}.ttf")))
    raw = io.BytesIO()
    canvas = Canvas(raw, pagesize=A4, invariant=True)
    canvas.setTitle(f"{words('report.title')} {week.branch} {week.day.isoformat()}".strip())
    y = _head(canvas, week, words)
    y = _figure(canvas, y, week.whole, words)
    y = _chart(canvas, y, week.whole.weeks, words)
    y = _table(canvas, y, words("report.markets"), week.markets, words)
    y = _table(canvas, y, words("report.associations"), week.associations, words)
    _trouble(canvas, y, week, words)
    canvas.showPage()
    canvas.save()
    return raw.getvalue()


def _head(canvas: Canvas, week: Week, words: Words) -> float:
    y = _HEIGHT - 22 * mm
    _text(canvas, _EDGE, y, words("report.title"), 17, bold=True)
    _right(canvas, _WIDTH - _EDGE, y, words.date(week.day), 10, _QUIET)
    if week.branch:
        _text(canvas, _EDGE, y - 6 * mm, words("report.branch", branch=week.branch), 10, _QUIET)
    return float(y - 18 * mm)


def _figure(canvas: Canvas, y: float, one: Progress, words: Words) -> float:
    """The large number, the bar to the target, and what it will come to."""
    _text(canvas, _EDGE, y - 4 * mm, _number(one.reached, words), 34, bold=True)
    wide = pdfmetrics.stringWidth(_number(one.reached, words), _BOLD, 34)
    if one.target:
        _text(
            canvas, _EDGE + wide + 3 * mm, y - 4 * mm, words("report.of", target=_number(one.target, words)), 12, _QUIET
        )
    _right(canvas, _WIDTH - _EDGE, y - 4 * mm, words(f"target.look.{one.look}"), 13, _LOOKS[one.look], bold=True)
    y -= 11 * mm
    width, height = _WIDTH - 2 * _EDGE, 6 * mm
    canvas.setFillColorRGB(*_GROUND)
    canvas.roundRect(_EDGE, y - height, width, height, 2, stroke=0, fill=1)
    if one.target:
        scale = width / max(one.target, one.high, 1)
        canvas.setFillColorRGB(*_RANGE)
        canvas.rect(_EDGE + one.low * scale, y - height, max((one.high - one.low) * scale, 1), height, stroke=0, fill=1)
        canvas.setFillColorRGB(*_DONE)
        canvas.rect(_EDGE, y - height, one.reached * scale, height, stroke=0, fill=1)
        canvas.setStrokeColorRGB(*_INK)
        canvas.setLineWidth(1.2)
        canvas.line(_EDGE + one.target * scale, y - height - 1.5 * mm, _EDGE + one.target * scale, y + 1.5 * mm)
    y -= height + 6 * mm
    facts = [words("report.pace", pace=_number(one.pace, words))]
    if one.target:
        facts.append(words("report.forecast", low=_number(one.low, words), high=_number(one.high, words)))
    facts.append(
        words(
            "report.sums",
            accepted=_number(one.accepted, words),
            refused=_number(one.refused, words),
            lapsed=_number(one.lapsed, words),
        )
    )
    _text(canvas, _EDGE, y, "   ·   ".join(facts), 9, _QUIET)
    return float(y - 9 * mm)


def _chart(canvas: Canvas, y: float, weeks: Sequence[int], words: Words) -> float:
    """A bar a week, the newest at the right, still growing; the highest carries its number."""
    _text(canvas, _EDGE, y, words("report.weeks"), 11, bold=True)
    most, height = max(weeks, default=0) or 1, 30 * mm
    bottom, step = y - 6 * mm - height, (_WIDTH - 2 * _EDGE) / max(len(weeks), 1)
    for at, number in enumerate(weeks):
        canvas.setFillColorRGB(*(_RANGE if at == len(weeks) - 1 else _DONE))
        x, tall = _EDGE + at * step, number / most * (height - 4 * mm)
        canvas.rect(x, bottom, step * 0.75, tall, stroke=0, fill=1)
        if number == most:
            _text(canvas, x, bottom + tall + 1 * mm, str(number), 8, _QUIET)
    canvas.setStrokeColorRGB(*_LINE)
    canvas.setLineWidth(0.6)
    canvas.line(_EDGE, bottom, _WIDTH - _EDGE, bottom)
    return float(bottom - 10 * mm)


def _table(canvas: Canvas, y: float, title: str, rows: Sequence[Progress], words: Words) -> float:
    if not rows:
        return y
    ends = [_EDGE + at * mm for at in (96, 114, 132, 150, 178)]
    _text(canvas, _EDGE, y, title, 11, bold=True)
    for x, name in zip(ends, ("enrolled", "target", "a_week", "lapsed", "state"), strict=True):
        _right(canvas, x, y, words(f"report.{name}"), 8, _QUIET)
    y -= 5.5 * mm
    for one in rows[:_ROWS]:
        canvas.setStrokeColorRGB(*_LINE)
        canvas.setLineWidth(0.4)
        canvas.line(_EDGE, y + 3.8 * mm, _WIDTH - _EDGE, y + 3.8 * mm)
        _text(canvas, _EDGE, y, one.name or "–", 9)
        told = (
            _number(one.reached, words),
            _number(one.target, words) if one.target else "–",
            _number(one.pace, words),
            _number(one.lapsed, words),
        )
        for x, text in zip(ends, told, strict=False):
            _right(canvas, x, y, text, 9)
        _right(canvas, ends[-1], y, words(f"target.look.{one.look}"), 9, _LOOKS[one.look])
        y -= 5.5 * mm
    if len(rows) > _ROWS:
        _text(canvas, _EDGE, y, words("report.more", number=len(rows) - _ROWS), 8, _QUIET)
        y -= 5.5 * mm
    return float(y - 4 * mm)


def _trouble(canvas: Canvas, y: float, week: Week, words: Words) -> None:
    _text(canvas, _EDGE, y, words("report.kiosks", number=_number(week.kiosks, words)), 11, bold=True)
    told = [f"{words(f'alert.{reason}')}: {number}" for reason, number in week.trouble if number]
    y -= 6 * mm
    line = ""
    for part in told or [words("report.well")]:
        longer = f"{line}   ·   {part}" if line else part
        if line and pdfmetrics.stringWidth(longer, _PLAIN, 9) > _WIDTH - 2 * _EDGE:
            _text(canvas, _EDGE, y, line, 9)
            y, longer = y - 5 * mm, part
        line = longer
    _text(canvas, _EDGE, y, line, 9)


def _number(value: float, words: Words) -> str:
    """28.000 and 4,1 as one writes them in Indonesia; in English 28,000 and 4.1."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text if words.language == "en" else text.translate(str.maketrans(",.", ".,"))


def _text(
    canvas: Canvas, x: float, y: float, text: str, size: float, colour: _Colour = _INK, *, bold: bool = False,
    right: bool = False,
) -> None:  # fmt: skip
    canvas.setFillColorRGB(*colour)
    canvas.setFont(_BOLD if bold else _PLAIN, size)
    (canvas.drawRightString if right else canvas.drawString)(x, y, text)


def _right(
    canvas: Canvas, x: float, y: float, text: str, size: float, colour: _Colour = _INK, *, bold: bool = False
) -> None:
    _text(canvas, x, y, text, size, colour, bold=bold, right=True)
