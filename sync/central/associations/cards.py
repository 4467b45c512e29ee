"""Member cards as sheets to print and cut: A4, ten of the size of an ID card, with the code that a kiosk reads.

The code holds what the card says, `KOP:<NIK>:<name>`: the kiosk needs no connection, and the member carries it as
they carry their ID card. Nothing about cover or money is on it.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from kiosk.domain.nik import mask
from kiosk.resources import ASSETS
from kiosk.words import Words
from sync.central.files import whole

WIDTH, HEIGHT = 85.6 * mm, 54.0 * mm  # ISO/IEC 7810 ID-1
COLUMNS, ROWS = 2, 5
_GAP = 4 * mm
_CODE = 34 * mm  # 35 x 35 modules and quiet zone: a module of 0.8 mm reads at arm's length
_INK, _QUIET, _BAND = (0.07, 0.13, 0.18), (0.33, 0.38, 0.42), (0.0, 0.35, 0.31)
_FONT = "PlusJakartaSans-Bold"


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What one card says; `number` is that of the association, "" for none."""

    association: str
    nik: str
    name: str
    number: str

    @property
    def code(self) -> str:
        """As `kiosk.domain.payload` understands it."""
        return f"{self.association}:{self.nik}:{self.name}"


def sheets(path: Path, cards: Iterable[Card], association: str, words: Words, *, specimen: bool = False) -> int:
    """Writes the PDF, ten cards a page; how many. Raises SettingsError `central.export_unwritable`.

    association  its name, as the members know it
    specimen     marks every card as an example
    """
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_FONT, str(ASSETS / "fonts" / f"{_FONT}.ttf")))
    raw = io.BytesIO()
    canvas = Canvas(raw, pagesize=A4, invariant=True)
    canvas.setTitle(words("card.title", association=association))
    number = 0
    for number, card in enumerate(cards, 1):
        place = (number - 1) % (COLUMNS * ROWS)
        if place == 0 and number > 1:
            canvas.showPage()
        left = (A4[0] - COLUMNS * WIDTH - _GAP) / 2 + place % COLUMNS * (WIDTH + _GAP)
        bottom = A4[1] - (A4[1] - ROWS * HEIGHT - (ROWS - 1) * _GAP) / 2 - HEIGHT - place // COLUMNS * (HEIGHT + _GAP)
        _draw(canvas, left, bottom, card, association, words, specimen=specimen)
    canvas.showPage()
    canvas.save()
    with whole(path) as fresh:
        fresh.write_bytes(raw.getvalue())
    return number


def _draw(
    canvas: Canvas, left: float, bottom: float, card: Card, association: str, words: Words, *, specimen: bool
) -> None:
    canvas.saveState()
    canvas.setStrokeColorRGB(0.75, 0.78, 0.8)
    canvas.setLineWidth(0.4)
    canvas.rect(left, bottom, WIDTH, HEIGHT)  # cut here
    canvas.setFillColorRGB(*_BAND)
    canvas.rect(left, bottom + HEIGHT - 10 * mm, WIDTH, 10 * mm, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    _text(canvas, association, left + 4 * mm, bottom + HEIGHT - 6.8 * mm, 11, WIDTH - 8 * mm)
    text_width = WIDTH - _CODE - 9 * mm
    canvas.setFillColorRGB(*_INK)
    y = bottom + HEIGHT - 18 * mm
    size = 12.0 if len(_lines(card.name, 12, text_width)) <= 3 else 8.5
    for line in _lines(card.name, size, text_width):
        _text(canvas, line, left + 4 * mm, y, size, text_width)
        y -= size * 0.42 * mm
    canvas.setFillColorRGB(*_QUIET)
    _text(canvas, mask(card.nik), left + 4 * mm, y - 1 * mm, 8, text_width)
    if card.number:
        _text(canvas, words("card.number", number=card.number), left + 4 * mm, y - 5.5 * mm, 8, text_width)
    canvas.setFillColorRGB(*_INK)
    for at, line in enumerate(_lines(words("card.use"), 7.5, text_width)[:3]):
        _text(canvas, line, left + 4 * mm, bottom + (10.5 - at * 3.4) * mm, 7.5, text_width)
    code = io.BytesIO()
    segno.make(card.code, error="m").save(code, kind="png", scale=8, border=3)
    code.seek(0)
    canvas.drawImage(ImageReader(code), left + WIDTH - _CODE - 2 * mm, bottom + 4 * mm, _CODE, _CODE)
    if specimen:
        canvas.setFillColorRGB(0.75, 0.1, 0.1)
        _text(canvas, words("card.specimen"), left + WIDTH - _CODE, bottom + 39.5 * mm, 8, _CODE)
    canvas.restoreState()


def _text(canvas: Canvas, text: str, x: float, y: float, size: float, width: float) -> None:
    """On one line, smaller where it is too long."""
    while size > 5 and pdfmetrics.stringWidth(text, _FONT, size) > width:
        size -= 0.25
    canvas.setFont(_FONT, size)
    canvas.drawString(x, y, text)


def _lines(text: str, size: float, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and pdfmetrics.stringWidth(longer, _FONT, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
