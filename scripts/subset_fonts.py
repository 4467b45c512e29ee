"""Makes the shipped fonts and icons again from their sources: few letters, few icons, one weight each.

scripts/subset-fonts              all
scripts/subset-fonts icons        after a name was added to assets/icons/names.txt (its code is filled in)

Sources: Plus Jakarta Sans and Material Symbols from npm, Andika from Debian, each in the version below. Their licences
are copied beside the fonts.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pathops
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parent.parent
FONTS, ICONS = ROOT / "assets" / "fonts", ROOT / "assets" / "icons"
JAKARTA = "@fontsource/plus-jakarta-sans@5.3.0"
SYMBOLS = "material-symbols@0.47.5"
ANDIKA = "fonts-sil-andika"  # Debian 12: 6.101
SEAM = 10  # font units, of 960
LOOK = {"FILL": 1, "wght": 500, "opsz": 40, "GRAD": 0}
# Latin with all accents of Indonesia's and its neighbours' languages, punctuation, arrows, money.
RANGES = ((0x20, 0x250), (0x300, 0x370), (0x1E00, 0x1F00), (0x2010, 0x2050), (0x20A0, 0x20C1), (0x2190, 0x2194))
LETTERS = [code for first, end in RANGES for code in range(first, end)] + [0x2116, 0x2122, 0x2212, 0x2264, 0x2265]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", choices=["andika", "jakarta", "icons", []], default=[])
    wanted = parser.parse_args().what or ["andika", "jakarta", "icons"]
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            {"andika": andika, "jakarta": jakarta, "icons": icons}[name](Path(folder))
    return 0


def andika(folder: Path) -> None:
    subprocess.run(["apt-get", "download", "--quiet", ANDIKA], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["dpkg-deb", "--extract", next(folder.glob(f"{ANDIKA}_*.deb")), folder], check=True)
    for weight in ("Regular", "Bold"):
        font = TTFont(next(folder.rglob(f"Andika-{weight}.ttf")))
        cut(font, LETTERS)
        save(font, FONTS / f"Andika-{weight}.ttf")


def jakarta(folder: Path) -> None:
    package = unpack(JAKARTA, folder)
    for name, weight in (("Bold", 700), ("ExtraBold", 800)):
        font = TTFont(package / "files" / f"plus-jakarta-sans-latin-{weight}-normal.woff2")
        font.flavor = None
        save(font, FONTS / f"PlusJakartaSans-{name}.ttf")
    shutil.copy(package / "LICENSE", FONTS / "PlusJakartaSans-OFL.txt")


def icons(folder: Path) -> None:
    package = unpack(SYMBOLS, folder)
    font = TTFont(package / "material-symbols-rounded.woff2")
    codes: dict[str, int] = {}
    for code, glyph in sorted(font.getBestCmap().items(), reverse=True):
        codes[glyph] = code
    names = sorted({line.split()[0] for line in (ICONS / "names.txt").read_text().splitlines() if line.strip()})
    if missing := [name for name in names if name not in codes]:
        sys.exit("Material Symbols has no icon called " + ", ".join(missing))
    cut(font, [codes[name] for name in names])
    font = instancer.instantiateVariableFont(font, LOOK, overlap=instancer.OverlapMode.REMOVE)
    font.flavor = None
    heal(font)
    save(font, ICONS / "MaterialSymbolsRounded-subset.ttf")
    (ICONS / "names.txt").write_text("".join(f"{name} {codes[name]:x}\n" for name in names), encoding="utf-8")
    shutil.copy(package / "LICENSE", ICONS / "LICENSE")


def heal(font: TTFont) -> None:
    """Closes the hairlines that a filled variable icon has between its outline and its filling."""
    glyphs = font.getGlyphSet()
    for name in font.getGlyphOrder():
        path = pathops.Path()
        glyphs[name].draw(path.getPen(glyphSet=glyphs))
        seams = pathops.Path(path)
        seams.stroke(SEAM, pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN, 4)
        seams.convertConicsToQuads()
        whole = pathops.op(path, seams, pathops.PathOp.UNION)
        if not whole:
            continue
        pen = TTGlyphPen(None)
        whole.draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        font["glyf"][name] = pen.glyph()


def unpack(package: str, folder: Path) -> Path:
    """Fetches a package with npm's own client, which checks its digest."""
    told = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    target = folder / package.replace("/", "-")
    target.mkdir()
    shutil.unpack_archive(folder / told.stdout.strip(), target, "gztar", filter="data")
    return target / "package"


def cut(font: TTFont, codes: list[int]) -> None:
    options = subset.Options(
        layout_features=["kern", "mark", "mkmk", "ccmp", "locl"], notdef_outline=True, hinting=True
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def save(font: TTFont, path: Path) -> None:
    font["head"].modified = font["head"].created  # the same bytes on every day
    font.recalcTimestamp = False
    font.save(path)
    print(f"{path.relative_to(ROOT)}: {len(font.getGlyphOrder())} glyphs, {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    sys.exit(main())
