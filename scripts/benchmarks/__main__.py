"""Runs one benchmark by name. Trust the ratios to the peer of the same run: absolute times differ by machine.

`bench NAME --help` tells its options and what its figures mean. A benchmark is a file here without an underscore in
its name: it has `measure(arguments)`, which gives figures, and may have `show(figures, arguments)`, which prints them.
`sync_.py` is one of them, too: without the underscore it would stand in front of the package `sync`.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(1, str(HERE.parent))


def main() -> int:
    files = {path.stem.removesuffix("_"): path.stem for path in sorted(HERE.glob("*.py"))}
    names = [name for name in files if "_" not in name]
    own_help = len(sys.argv) > 2 and bool({"-h", "--help"} & set(sys.argv[2:]))
    parser = argparse.ArgumentParser("bench", description=__doc__, add_help=not own_help)
    parser.add_argument("name", choices=names)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked, rest = parser.parse_known_args()
    benchmark = importlib.import_module(files[asked.name])
    if own_help:
        print(benchmark.__doc__)
        return 0
    figures = benchmark.measure(rest)
    if asked.json:
        print(json.dumps(figures))
    elif hasattr(benchmark, "show"):
        benchmark.show(figures, rest)
    else:
        for name, value in figures.items():
            print(f"{name:<28} {value:>12.3f}" if isinstance(value, float) else f"{name:<28} {value!s:>12}")
    return 0


sys.exit(main())
