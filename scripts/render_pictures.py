"""Renders the pictures that the kiosk ships, assets/pictures/*.png, from their sources in assets/pictures/src/*.svg.

scripts/render-pictures [NAME …]      all, or some
"""

import argparse
import struct
import sys
from pathlib import Path

import resvg_py

PICTURES = Path(__file__).resolve().parent.parent / "assets" / "pictures"
WIDTH = 900  # pixels: most of the width of the tall panel
OTHER_WIDTHS = {"stall": 1100, "card": 640, "kawung": 128}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="*")
    names = parser.parse_args().name or sorted(path.stem for path in (PICTURES / "src").glob("*.svg"))
    for name in names:
        source = PICTURES / "src" / f"{name}.svg"
        if not source.exists():
            print(f"there is no {source}", file=sys.stderr)
            return 1
        picture = bytes(
            resvg_py.svg_to_bytes(svg_path=str(source), width=OTHER_WIDTHS.get(name, WIDTH), skip_system_fonts=True)
        )
        (PICTURES / f"{name}.png").write_bytes(picture)
        width, height = struct.unpack(">II", picture[16:24])
        print(f"{name}.png {width}×{height}, {len(picture) // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
