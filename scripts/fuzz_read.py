"""Damages pictures and clips and has the real `kiosk read` read them, many to a process.

    scripts/fuzz-read [--files 2000] [--seed 1] [--keep DIR] [--json]

Exit 1 unless all of these are 0. The same seed damages the same files in the same way; `--keep` keeps the worst ones.

    crashed    ended by a signal, with a traceback, or with an exit code other than 0 and 1
    hung       took longer than the time limit
    silent     a file without a line of JSON
    noise      lines on standard error that are no sentence about a file (a decoder's own chatter)
    invented   a NIK that is on none of the undamaged files
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
from specimen import Writer
from specimen_sets import Recipe

from kiosk.vision import pictures

ROOT = Path(__file__).resolve().parent.parent
SPECIMENS = ROOT / "assets" / "specimens"
PICTURES = ("ktp-easy-000.jpg", "ktp-hard-007.jpg", "code-qr-000.jpg", "no-blank-000.jpg")
SUFFIXES = (".jpg", ".png", ".webp", ".bmp", ".tiff", ".gif", ".avi", ".mp4", ".mkv", ".mjpeg")
BATCH = 25
FILE_LIMIT_S = 20  # a batch may take that long for each of its files
Damage = Callable[[random.Random, bytearray, list[bytes]], bytearray]


def flips(rng: random.Random, raw: bytearray, _others: list[bytes]) -> bytearray:
    for _ in range(rng.choice((1, 8, 64, 1000))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return raw


def cut(rng: random.Random, raw: bytearray, _others: list[bytes]) -> bytearray:
    return raw[: int(len(raw) * rng.random() ** 2)]


def zeros(rng: random.Random, raw: bytearray, _others: list[bytes]) -> bytearray:
    start = rng.randrange(len(raw))
    length = min(len(raw) - start, rng.choice((4, 100, 5000, len(raw) // 3)))
    raw[start : start + length] = bytes(length)
    return raw


def splice(rng: random.Random, raw: bytearray, others: list[bytes]) -> bytearray:
    other = rng.choice(others)
    start, stop = sorted(rng.randrange(len(other)) for _ in range(2))
    at = rng.randrange(len(raw))
    return raw[:at] + other[start:stop] + raw[at + rng.choice((0, stop - start)) :]


def header(rng: random.Random, raw: bytearray, _others: list[bytes]) -> bytearray:
    """Widths, heights, lengths and counts stand in the first bytes."""
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(min(len(raw), 300))
        raw[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", rng.randbytes(4)))
    return raw


def junk(rng: random.Random, raw: bytearray, _others: list[bytes]) -> bytearray:
    return raw + rng.randbytes(rng.choice((1, 1000, 100_000)))


def lost(rng: random.Random, raw: bytearray, _others: list[bytes]) -> bytearray:
    start = rng.randrange(len(raw))
    del raw[start : start + rng.choice((1, 3, 1000))]
    return raw


DAMAGES: tuple[Damage, ...] = (flips, cut, zeros, splice, header, junk, lost)


@dataclass
class Found:
    files: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    worst: list[str] = field(default_factory=list)

    def bad(self, what: str, path: Path) -> None:
        self.counts[what] += 1
        self.worst.append(f"{what} {path.name}")


def whole(folder: Path, seed: int) -> list[tuple[str, bytes]]:
    """Undamaged files as suffix and bytes: specimens in every format, and a short clip in three."""
    files = []
    for name in PICTURES:
        picture = cv2.imread(str(SPECIMENS / name))
        assert picture is not None
        small = cv2.resize(picture, (960, 540), interpolation=cv2.INTER_AREA)
        for suffix in SUFFIXES[:6]:
            files.append((suffix, cv2.imencode(suffix, small)[1].tobytes()))
    made = Recipe(seed, "b").clip(0)
    made.frames = (frame for index, frame in enumerate(made.frames) if 10 <= index < 24)
    Writer(folder).clip(made, "clip", 15)
    frames = [frame for _, frame in pictures.frames(folder / "clip.avi")]
    for suffix, codec in ((".avi", "MJPG"), (".mp4", "mp4v"), (".mkv", "MJPG")):
        path = folder / f"short{suffix}"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 15, (640, 360))
        for frame in frames:
            writer.write(cv2.resize(frame, (640, 360), interpolation=cv2.INTER_AREA))
        writer.release()
        files.append((suffix, path.read_bytes()))
        path.unlink()
    (folder / "clip.avi").unlink()
    return files


def damaged(rng: random.Random, files: list[tuple[str, bytes]], folder: Path, index: int) -> Path:
    suffix, content = rng.choice(files)
    raw, how = bytearray(content), []
    for damage in rng.sample(DAMAGES, rng.choice((1, 1, 2, 3))):
        if raw:
            raw = damage(rng, raw, [other for _, other in files])
            how.append(damage.__name__)
    if rng.random() < 0.1:
        suffix = rng.choice(SUFFIXES)
        how.append("renamed")
    path = folder / f"{index:05}-{'-'.join(how)}{suffix}"
    path.write_bytes(raw)
    return path


def read(paths: list[Path], found: Found, known: set[str]) -> None:
    """Reads them in one process; when that goes wrong, one by one to see which it was."""
    command = [sys.executable, "-m", "kiosk", "read", "--json", *map(str, paths)]
    environment = {**os.environ, "PYTHONFAULTHANDLER": "1"}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=FILE_LIMIT_S * len(paths),
            env=environment,
            cwd=ROOT,
            check=False,
            start_new_session=True,  # Ctrl-C is for us, not for it
        )
    except subprocess.TimeoutExpired:
        _closer("hung", paths, found, known)
        return
    err = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1) or "Traceback" in err or '"crashed"' in err:
        _closer("crashed", paths, found, known)
        return
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    told = {line["file"] for line in lines}
    for path in paths:
        found.files += 1
        if str(path) not in told:
            found.bad("silent", path)
    for line in lines:
        found.counts["read" if line["nik"] or "payload" in line["fields"] else line.get("error", "nothing on it")] += 1
        if line["nik"] is not None and line["nik"] not in known:
            found.bad("invented", Path(line["file"]))
    names = tuple(f"{path}: " for path in paths)
    for sentence in err.splitlines():
        if not sentence.startswith(names):
            found.counts["noise"] += 1
            found.worst.append(f"noise {sentence[:100]}")


def _closer(what: str, paths: list[Path], found: Found, known: set[str]) -> None:
    if len(paths) == 1:
        found.files += 1
        found.bad(what, paths[0])
        return
    for path in paths:
        read([path], found, known)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the files that did harm here")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    asked = parser.parse_args()
    found, began = Found(), time.monotonic()
    stopped: list[int] = []  # at Ctrl-C and when terminated the figures so far are given
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stopped.append(got))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = whole(folder, asked.seed)
        card = Recipe(asked.seed, "b").clip(0).expected
        listed = (SPECIMENS / "expected.csv").read_text(encoding="utf-8")
        known = {card, *(part for part in listed.replace(":", ",").replace("|", ",").split(",") if len(part) == 16)}
        starts = iter(range(0, asked.files, BATCH))
        while not stopped and (start := next(starts, None)) is not None:
            # a seed for each file: the same one whatever the size of the run
            paths = [
                damaged(random.Random(f"{asked.seed} {index}"), files, folder, index)
                for index in range(start, min(start + BATCH, asked.files))
            ]
            read(paths, found, known)
            for path in paths:
                if asked.keep and any(worst.endswith(path.name) for worst in found.worst):
                    asked.keep.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, asked.keep)
                path.unlink()
            if sys.stderr.isatty():
                print(f"\r{found.files} of {asked.files}", end="", file=sys.stderr)
    seconds = time.monotonic() - began
    harm = {what: found.counts.pop(what, 0) for what in ("crashed", "hung", "silent", "noise", "invented")}
    summary = {"files": found.files, "seed": asked.seed, "seconds": round(seconds, 1), **harm}
    summary["files_per_s"] = round(found.files / seconds, 1)
    if asked.json:
        print(json.dumps(summary | {"outcomes": dict(found.counts.most_common()), "worst": found.worst}))
    else:
        print("\n".join(f"{what:<12} {value}" for what, value in summary.items()))
        print("outcomes     " + ", ".join(f"{what} {count}" for what, count in found.counts.most_common()))
        print("\n".join(found.worst))
    return 1 if any(harm.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
