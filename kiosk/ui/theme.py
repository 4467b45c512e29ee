"""Colours by role, sizes in true millimetres, type scale. No Kivy here, so contrast is tested without a display."""

from kiosk.resources import ASSETS

Colour = tuple[float, float, float, float]


def _hex(code: str, alpha: float = 1.0) -> Colour:
    return (int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255, alpha)


# grounds
ground = _hex("#FBF7F0")  # the page: warm paper
card = _hex("#FFFFFF")
shade = _hex("#F3ECE0")
sky = _hex("#E6EEFA")  # chosen, informed
mint = _hex("#E3F3E9")  # good
sand = _hex("#FFF3D1")  # a notice
rose = _hex("#FDECEA")
# text and solid grounds
ink = _hex("#14213D")
muted = _hex("#3D4A5C")
blue = _hex("#0B3D91")
deep = _hex("#082C69")
go = _hex("#005A2B")
go_pressed = _hex("#00421F")
stop = _hex("#8F1B16")
stop_pressed = _hex("#6E120E")
white = card
pale = _hex("#D7E3F7")  # text on blue that stands back
amber = _hex("#FFC53D")
# lines: never the only sign of anything
line = _hex("#D9CFBF")
edge = _hex("#8C8474")
none = _hex("#FFFFFF", 0.0)
veil = _hex("#14213D", 0.45)  # over a page that has a sheet lying on it
dim = _hex("#14213D", 0.78)  # over what is not the card's zone of the camera's picture
lit = _hex("#7BE0A3")  # a card that was read, on the picture

# kind of a button: (ground, ground while pressed, text, border)
KINDS: dict[str, tuple[Colour, Colour, Colour, Colour]] = {
    "go": (go, go_pressed, white, go),
    "blue": (blue, deep, white, blue),
    "stop": (stop, stop_pressed, white, stop),
    "plain": (card, shade, ink, edge),
    "quiet": (ground, shade, ink, line),
    "leave": (card, rose, stop, stop),
    "off": (shade, shade, muted, line),
}

# sizes in mm at scale 1
GAP = 4.0
EDGE = 6.0  # beside what a page holds; a tall page can give more
TALL_EDGE = 9.0
KEY = 20.0
BUTTON = 22.0
LEAST = 15.0  # nothing that can be touched is smaller
DISPLAY, TITLE, BIG, HEADING, BODY, HINT = 15.5, 11.5, 10.0, 9.4, 8.6, 6.8  # HEADING: a title on a wide page

SMALL_MM = 110.0  # a panel that is lower holds no trader's screen; it is for officers

wide = True
small = False
scale = 1.0
_px_per_mm = 4.0


def fit(width_px: float, height_px: float, dpi: float) -> None:
    """Chooses layout and scale for this panel. On a small one everything has its least size."""
    global wide, small, scale, _px_per_mm
    _px_per_mm = dpi / 25.4
    wide = width_px > height_px
    width_mm, height_mm = width_px / _px_per_mm, height_px / _px_per_mm
    small = min(width_mm, height_mm) < SMALL_MM
    least_w, least_h = (217.0, 136.0) if wide else (200.0, 354.0)
    scale = min(max(min(width_mm / least_w, height_mm / least_h), 0.999), 1.7)


def mm(size: float) -> float:
    """Pixels of `size` millimetres at this panel's scale."""
    return round(size * scale * _px_per_mm)


def true_mm(pixels: float) -> float:
    """Millimetres on the glass."""
    return pixels / _px_per_mm


def pick(tall_value: float, wide_value: float) -> float:
    return wide_value if wide else tall_value


def side() -> float:
    """Pixels between the glass's side and whatever stands on a page: one line for header, body and footer."""
    return mm(pick(TALL_EDGE, EDGE))


def picture(name: str) -> str:
    return str(ASSETS / "pictures" / f"{name}.png")


def _icons() -> dict[str, str]:
    lines = (ASSETS / "icons" / "names.txt").read_text(encoding="utf-8").splitlines()
    return {name: chr(int(code, 16)) for name, code in (row.split() for row in lines if row)}


_ICONS = _icons()


def icon(name: str) -> str:
    """The glyph of a Material Symbol by its name, "" for none."""
    return _ICONS[name] if name else ""


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio, 1..21."""

    def light(colour: Colour) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def register_fonts() -> None:
    """Names `body`, `head`, `icons`. Call after the window is open."""
    from kivy.core.text import LabelBase

    fonts = ASSETS / "fonts"
    LabelBase.register("body", str(fonts / "Andika-Regular.ttf"), fn_bold=str(fonts / "Andika-Bold.ttf"))
    LabelBase.register(
        "head", str(fonts / "PlusJakartaSans-Bold.ttf"), fn_bold=str(fonts / "PlusJakartaSans-ExtraBold.ttf")
    )
    LabelBase.register("icons", str(ASSETS / "icons" / "MaterialSymbolsRounded-subset.ttf"))
