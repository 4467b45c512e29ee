"""Reads very many made frames, each on its own, and counts by grade what was right, wrong and not read.

    scripts/read-many [--frames 10000] [--seed 1] [--look c] [--processes 2] [--json]

Of twenty frames twelve are hard, three typical, two old, one poor, one covered by a finger, one shows no e-KTP. Frames
are made in memory and never written. Exit 1 when a wrong number was accepted; the line that makes such a frame again is
printed, never its digits.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from datetime import date

from specimen_looks import LOOKS
from specimen_sets import Made, Recipe

from kiosk import tables
from kiosk.resources import ASSETS
from kiosk.vision.reader import Reader

MIX = (*["hard"] * 12, *["typical"] * 3, *["old"] * 2, "poor", "covered", "not-cards")
CHUNK = 20
Outcome = tuple[str, str, int]  # grade, what became of it, index within the grade


def frame_of(recipe: Recipe, index: int) -> tuple[str, int, Made]:
    """Which grade the frame with this number has, its index there, and itself."""
    grade = MIX[index % len(MIX)]
    place = index // len(MIX) * MIX.count(grade) + MIX[: index % len(MIX)].count(grade)
    return grade, place, recipe.not_card(place) if grade == "not-cards" else recipe.picture(grade, place)


def judge(asked: tuple[Recipe, range]) -> list[Outcome]:
    recipe, numbers = asked
    if not _readers:
        model = ASSETS / "models" / "ktp-text.onnx"
        _readers.append(Reader(tables.regions(), lambda: date(2026, 11, 22), model=model))
    outcomes = []
    for number in numbers:
        grade, index, made = frame_of(recipe, number)
        nik = _readers[0].read(next(iter(made.frames))).nik
        outcomes.append((grade, "unread" if nik is None else "right" if nik == made.expected else "wrong", index))
    return outcomes


_readers: list[Reader] = []  # one for each process


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--look", choices=sorted(LOOKS), default="c")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked = parser.parse_args()
    recipe = Recipe(asked.seed, asked.look)
    chunks = [(recipe, range(at, min(at + CHUNK, asked.frames))) for at in range(0, asked.frames, CHUNK)]
    counts: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    began, done = time.monotonic(), 0
    with multiprocessing.get_context("spawn").Pool(asked.processes) as pool:
        for outcomes in pool.imap_unordered(judge, chunks):
            done += len(outcomes)
            for grade, became, index in outcomes:
                counts[grade, became] += 1
                if became == "wrong":
                    again = f"--seed {asked.seed} --look {asked.look} --first {index} --{grade} 1"
                    wrong.append(f"scripts/specimen OUT {again}")
            if sys.stderr.isatty():
                print(f"\r{done} of {asked.frames}, {len(wrong)} wrong", end="", file=sys.stderr)
    kinds = ("right", "wrong", "unread")
    grades = {grade: {became: counts[grade, became] for became in kinds} for grade in dict.fromkeys(MIX)}
    summary = {"frames": done, "seconds": round(time.monotonic() - began, 1), "wrong": len(wrong)}
    if asked.json:
        print(json.dumps(summary | {"grades": grades, "again": wrong}))
    else:
        for grade, became in grades.items():
            print(f"{grade:<10} " + "  ".join(f"{what} {count:>6}" for what, count in became.items()))
        print("\n".join([*wrong, f"{done} frames, {len(wrong)} wrong, {summary['seconds']} s"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
