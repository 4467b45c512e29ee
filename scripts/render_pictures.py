"""Renders the pictures that the kiosk ships, assets/pictures/*.png, from their sources in assets/pictures/src/*.svg.

scripts/render-pictures [NAME …]      all, or some
"""

import argparse
import io
import sys
from pathlib import Path

import resvg_py
from PIL import Image, ImageFilter

PICTURES = Path(__file__).resolve().parent.parent / "assets" / "pictures"
WIDTH = 900  # pixels: most of the width of the tall panel
OTHER_WIDTHS = {"stall": 1100, "card": 640, "kawung": 128, "card-nik": 480, "card-name": 480, "card-birth": 480}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="*")
    names = parser.parse_args().name or sorted(path.stem for path in (PICTURES / "src").glob("*.svg"))
    for name in names:
        source = PICTURES / "src" / f"{name}.svg"
        if not source.exists():
            print(f"there is no {source}", file=sys.stderr)
            return 1
        drawn = resvg_py.svg_to_bytes(svg_path=str(source), width=OTHER_WIDTHS.get(name, WIDTH), skip_system_fonts=True)
        picture = spread(Image.open(io.BytesIO(bytes(drawn))).convert("RGBA"))
        target = PICTURES / f"{name}.png"
        picture.save(target, optimize=True)
        print(f"{target.name} {picture.width}×{picture.height}, {target.stat().st_size // 1024} KiB")
    return 0


def spread(picture: Image.Image) -> Image.Image:
    """Gives what is clear beside an edge the edge's colour: drawn smaller, black nothing would show as a thin line."""
    around = picture.convert("RGBa").filter(ImageFilter.BoxBlur(4)).convert("RGBA")
    clear = picture.getchannel("A").point(lambda alpha: 255 if alpha == 0 else 0)
    around.putalpha(0)
    whole = picture.copy()
    whole.paste(around, (0, 0), clear)
    return whole


if __name__ == "__main__":
    sys.exit(main())
