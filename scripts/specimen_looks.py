"""Looks of made cards: fonts, grounds, inks, names and measures. Sets of different looks share none of the first four.

Tune on look a and report on b and c. The fonts are Debian's (fonts-ocr-a, fonts-ocr-b, fonts-urw-base35,
fonts-dejavu-extra) and those of the kiosk; they are needed here only, never when the kiosk runs.
"""

import random
from dataclasses import dataclass, replace
from pathlib import Path

Colour = tuple[int, int, int]  # BGR
Span = tuple[float, float]

ASSETS = Path(__file__).resolve().parent.parent / "assets"
OCR_A = Path("/usr/share/fonts/truetype/ocr-a/OCRA.ttf")
OCR_A_BOLD, OCR_A_CONDENSED = OCR_A.with_name("OCRABold.ttf"), OCR_A.with_name("OCRACondensed.ttf")
OCR_B = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
URW = Path("/usr/share/fonts/opentype/urw-base35")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")


@dataclass(frozen=True)
class Looks:
    """What two sets must not share. Lengths are pixels of a card of 1012×638."""

    sans: tuple[Path, ...]
    bold: tuple[Path, ...]
    numbers: tuple[Path, ...]
    grounds: tuple[Colour, ...]
    inks: tuple[Colour, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]
    names: tuple[Path, ...] = ()  # the font of the values; empty: as the labels
    pitch: Span = (30.0, 33.0)  # from row to row
    colon: tuple[int, int] = (248, 262)  # where the values begin
    gap: tuple[int, int] = (0, 12)  # from there to the first digit of the number


LOOKS = {
    "a": Looks(
        (URW / "NimbusSans-Regular.otf", DEJAVU / "DejaVuSansCondensed.ttf"),
        (URW / "NimbusSans-Bold.otf",),
        (OCR_A, OCR_A, OCR_A_BOLD),
        ((238, 226, 190), (230, 214, 170), (240, 232, 205), (225, 205, 165)),
        ((25, 22, 22), (45, 38, 35)),
        ("SITI", "BAMBANG", "SRI", "AGUNG", "WAHYU", "RATNA", "ENDANG", "JOKO", "TRI", "DEWI", "YUSUF", "INDAH"),
        ("HANDOYO", "SULASTRI", "PRAMONO", "WIDODO", "ASTUTI", "SETIAWAN", "MARYATI", "GUNAWAN", "LESTARI"),
    ),
    "b": Looks(
        (ASSETS / "fonts/Andika-Regular.ttf", DEJAVU / "DejaVuSans.ttf", URW / "NimbusSansNarrow-Regular.otf"),
        (ASSETS / "fonts/PlusJakartaSans-Bold.ttf", DEJAVU / "DejaVuSans-Bold.ttf"),
        (OCR_A, OCR_A, OCR_A_BOLD),
        ((232, 220, 182), (242, 230, 212), (222, 210, 178), (235, 215, 160), (226, 222, 200)),
        ((32, 28, 26), (60, 50, 44), (20, 20, 30)),
        ("MULYONO", "KARTIKA", "HESTI", "FAJAR", "NURUL", "PUTRI", "IMAM", "TEGUH", "YULIA", "ARIF", "MEGA", "OKTA"),
        ("WIBOWO", "HARTATI", "KUSUMA", "SAPUTRA", "RAHAYU", "NUGRAHA", "PERTIWI", "UTOMO", "SUSANTO", "ANGGRAINI"),
    ),
    "c": Looks(
        (URW / "URWGothic-Book.otf", DEJAVU / "DejaVuSansMono.ttf"),
        (URW / "URWGothic-Demi.otf", ASSETS / "fonts/Andika-Bold.ttf"),
        (OCR_A, OCR_B, OCR_A_CONDENSED),
        ((228, 232, 208), (246, 222, 196), (216, 218, 190)),
        ((38, 30, 40), (52, 44, 30), (28, 26, 36)),
        ("ASEP", "NYOMAN", "ROSMAWATI", "LA ODE", "MARIA", "ABDUL", "UJANG", "WAYAN", "HALIMAH", "THERESIA", "DAENG"),
        ("SIMANJUNTAK", "SIREGAR", "HIDAYAT", "TANGGUH", "MANOPPO", "SUDARSANA", "PATTIASINA", "RUMBIAK", "LUBIS"),
        names=(URW / "NimbusSansNarrow-Bold.otf",),
        pitch=(26.0, 29.5),
        colon=(300, 326),
        gap=(6, 26),
    ),
}


def older(rng: random.Random, looks: Looks) -> Looks:
    """How a card of another print run looks: a header and labels in another font, other shapes of digits."""
    sans = rng.choice(((URW / "NimbusRoman-Regular.otf",), (URW / "C059-Roman.otf",), (DEJAVU / "DejaVuSerif.ttf",)))
    numbers = (OCR_B, OCR_A_BOLD, OCR_A_CONDENSED, DEJAVU / "DejaVuSansMono-Bold.ttf")
    return replace(
        looks, sans=sans, numbers=numbers, names=looks.sans, pitch=(27.0, 32.0), colon=(262, 300), gap=(0, 20)
    )
