"""Runs one benchmark by name. Trust the ratios to the peer of the same run: absolute times differ by machine."""

import argparse
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem != "__main__")
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("name", choices=names)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked, rest = parser.parse_known_args()
    figures = importlib.import_module(asked.name).measure(rest)
    if asked.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:<28} {value:>12.3f}" if isinstance(value, float) else f"{name:<28} {value!s:>12}")
    return 0


sys.exit(main())
