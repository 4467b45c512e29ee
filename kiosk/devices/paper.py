"""A slip as dots and as plain text. Drawn in the screen's own fonts, so it looks the same on every printer and needs
no code page: what a new reader knows from the screen stands on the paper in the same letters.
"""

import textwrap
from functools import cache
from typing import TYPE_CHECKING

import segno
from PIL import Image, ImageDraw, ImageFont

from kiosk.devices.printer import Element, Framed, Pair, Qr, Rule, Size, Slip, Text
from kiosk.resources import ASSETS

if TYPE_CHECKING:
    from escpos.escpos import Escpos

WIDTH_DOTS = {58: 384, 80: 576}  # printable dots at 203 dpi
COLUMNS = {58: 32, 80: 48}
DOTS_PER_MM = 8
FEED_LINES, CUT_LINES = 4, 6  # blank: room to tear, and what python-escpos feeds before it cuts
LINES_PER_MM = 6 / 25.4  # as every ESC/POS printer spaces them unless it is told otherwise
CAPITAL = 0.713  # of Andika's em
_GAP = 10  # dots between two elements
_BLACK, _WHITE = 0, 255


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    name = "Andika-Bold.ttf" if bold else "Andika-Regular.ttf"
    return ImageFont.truetype(str(ASSETS / "fonts" / name), round(size / CAPITAL))


def draw(slip: Slip, paper_mm: int) -> Image.Image:
    """One bit per dot, as wide as the paper's printable part."""
    width = WIDTH_DOTS[paper_mm]
    parts = [_part(element, width) for element in slip]
    sheet = Image.new("L", (width, sum(part.height + _GAP for part in parts) + _GAP), _WHITE)
    top = _GAP
    for part in parts:
        sheet.paste(part, (0, top))
        top += part.height + _GAP
    return sheet.point(lambda light: _WHITE if light > 140 else _BLACK).convert("1")


def length_mm(slip: Slip, paper_mm: int) -> int:
    """How much of the roll a slip takes: what is drawn, and what is fed to tear or cut it."""
    return round(draw(slip, paper_mm).height / DOTS_PER_MM + (FEED_LINES + CUT_LINES) / LINES_PER_MM)


def _part(element: Element, width: int) -> Image.Image:
    match element:
        case Text():
            return _text(element, width)
        case Pair():
            return _pair(element, width)
        case Framed():
            return _framed(element, width)
        case Qr():
            return _qr(element, width)
        case Rule():
            part = Image.new("L", (width, 9), _WHITE)
            ImageDraw.Draw(part).line((0, 4, width, 4), _BLACK, 2)
            return part


def _line_height(size: int) -> int:
    return round(size * 1.72)


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Greedy; a word that is wider than the paper is cut."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip(" ")
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def _text(element: Text, width: int) -> Image.Image:
    size: int = element.size
    if size == Size.HUGE:  # a code is never broken: as large as the paper lets it be
        size = min(size, int(size * width / _font(size, bold=element.bold).getlength(element.text)))
    font, high = _font(size, bold=element.bold), _line_height(size)
    indent = round(size * 2.3) if element.number else 0
    lines = _wrap(element.text, font, width - indent)
    part = Image.new("L", (width, high * len(lines)), _WHITE)
    pen = ImageDraw.Draw(part)
    if element.number:
        pen.text((round(size * 0.2), high / 2), f"{element.number}.", _BLACK, _font(size, bold=True), "lm")
    for at, line in enumerate(lines):
        across = width / 2 if element.centred else indent
        pen.text((across, high * (at + 0.5)), line, _BLACK, font, "mm" if element.centred else "lm")
    return part


def _pair(element: Pair, width: int) -> Image.Image:
    plain, bold, high = _font(Size.BODY, bold=False), _font(Size.BODY, bold=True), _line_height(Size.BODY)
    beside = plain.getlength(element.label) + bold.getlength(element.value) + Size.BODY <= width
    part = Image.new("L", (width, high if beside else 2 * high), _WHITE)
    pen = ImageDraw.Draw(part)
    pen.text((0, high / 2), element.label, _BLACK, plain, "lm")
    pen.text((width, part.height - high / 2), element.value, _BLACK, bold, "rm")
    return part


def _framed(element: Framed, width: int) -> Image.Image:
    font, high = _font(Size.BODY, bold=True), _line_height(Size.BODY)
    lines = _wrap(element.text, font, width - 2 * Size.BODY)
    part = Image.new("L", (width, high * len(lines) + Size.BODY), _WHITE)
    pen = ImageDraw.Draw(part)
    pen.rounded_rectangle((0, 0, width - 1, part.height - 1), 10, _BLACK)
    for at, line in enumerate(lines):
        pen.text((width / 2, Size.BODY / 2 + high * (at + 0.5)), line, _WHITE, font, "mm")
    return part


def _qr(element: Qr, width: int) -> Image.Image:
    rows = list(segno.make(element.text, micro=False, error="m").matrix_iter(border=2))
    dot = max(4, round(width * 0.5) // len(rows))
    small = Image.new("L", (len(rows), len(rows)))
    small.putdata([_BLACK if dark else _WHITE for row in rows for dark in row])
    part = Image.new("L", (width, len(rows) * dot), _WHITE)
    part.paste(small.resize((len(rows) * dot,) * 2, Image.Resampling.NEAREST), ((width - len(rows) * dot) // 2, 0))
    return part


def send(picture: Image.Image, printer: "Escpos") -> None:
    """As ESC/POS commands: raster pieces that a small buffer takes, room to tear, and the knife if there is one."""
    media = {"width": {"pixels": str(picture.width)}}  # of an unknown width python-escpos complains on standard output
    printer.profile.profile_data = {**printer.profile.profile_data, "media": media}
    printer.hw("INIT")
    printer.image(picture, fragment_height=256)
    printer.print_and_feed(FEED_LINES)
    printer.cut()


def text(slip: Slip, paper_mm: int) -> str:
    """For a demonstration and for those who cannot see the picture."""
    columns = COLUMNS[paper_mm]
    lines: list[str] = []
    for element in slip:
        match element:
            case Text(number=number) if number:
                lines += textwrap.wrap(f"{number}. {element.text}", columns, subsequent_indent="   ")
            case Text():
                wrapped = textwrap.wrap(element.text, columns)
                lines += [line.center(columns).rstrip() if element.centred else line for line in wrapped]
            case Pair():
                room = columns - len(element.label) - 1
                lines += (
                    [f"{element.label} {element.value:>{room}}"]
                    if len(element.value) <= room
                    else [element.label, f"{element.value:>{columns}}"]
                )
            case Framed():
                wrapped = textwrap.wrap(element.text.upper(), columns - 4)
                lines += ["*" * columns, *(f"* {line.center(columns - 4)} *" for line in wrapped), "*" * columns]
            case Qr():
                lines.append(f"[QR {element.text}]".center(columns).rstrip())
            case Rule():
                lines.append("-" * columns)
    return "\n".join(lines) + "\n"
