"""How often a single picture gives its NIK, how often a wrong one, and what it costs; beside a raw zbar loop.

`--set DIR` names a folder with expected.csv (see scripts/specimen) or a folder of such; without it the shipped
specimens are read. Only codes can be compared with zbar: it reads no print. Five pictures …-0 to …-4 are also seen as
one live look.
"""

import argparse
import csv
import resource
import time
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
from pyzbar import pyzbar

from kiosk import tables
from kiosk.resources import ASSETS
from kiosk.vision import pictures
from kiosk.vision.reader import Reader

TODAY = date(2026, 11, 22)
CODES = ("qr", "code128", "code39", "pdf417", "datamatrix", "ean13", "itf")


def measure(arguments: list[str]) -> dict[str, float | int]:
    parser = argparse.ArgumentParser("bench read", description=__doc__)
    parser.add_argument("--set", type=Path, default=ASSETS / "specimens")
    asked = parser.parse_args(arguments)
    rows = [row for listing in sorted(asked.set.rglob("expected.csv")) for row in _pictures(listing)]
    if not rows:
        parser.error(f"no expected.csv with pictures in {asked.set} or the folders in it")
    model = ASSETS / "models" / "ktp-text.onnx"
    reader = Reader(tables.regions(), lambda: TODAY, model=model, symbologies=CODES)
    reader.read(pictures.load(Path(rows[0]["path"])))  # what is loaded late is loaded now
    counts: dict[str, int] = defaultdict(int)
    walls: dict[str, list[float]] = defaultdict(list)
    cpus: dict[str, list[float]] = defaultdict(list)
    looks: dict[str, list[tuple[Path, str]]] = defaultdict(list)
    for row in rows:
        path, kind, grade = Path(row["path"]), row["kind"], row.get("grade") or row["profile"]
        group = grade if kind == "ktp" else "codes" if kind in CODES else "not_cards"
        if row["file"].startswith("seq-"):
            looks[row["file"].rsplit("-", 1)[0]].append((path, row["expected"]))
            continue
        if kind != "ktp" and kind not in CODES and not kind.startswith("neg-"):
            continue
        frame = pictures.load(path)
        cpu, wall = time.process_time(), time.perf_counter()
        reading = reader.read(frame)
        walls[group].append((time.perf_counter() - wall) * 1000)
        cpus[group].append((time.process_time() - cpu) * 1000)
        counts[f"{group}_n"] += 1
        if group == "not_cards":
            counts["not_cards_accepted"] += reading.nik is not None
        elif group == "codes":
            payload = reading.fields.get("payload")
            counts["codes_right"] += payload is not None and payload.text == row["expected"]
            wall = time.perf_counter()
            found = pyzbar.decode(frame)
            walls["codes_raw_zbar"].append((time.perf_counter() - wall) * 1000)
            counts["codes_raw_zbar_right"] += any(one.data.decode("latin-1") == row["expected"] for one in found)
        else:
            counts[f"{group}_right"] += reading.nik == row["expected"]
            counts["wrong_accepted"] += reading.nik not in (None, row["expected"])
            if reading.nik == row["expected"] and "birth_date" in row:
                counts[f"{group}_name"] += _is(reading.fields, "name", row["name"])
                counts[f"{group}_birth_date"] += _is(reading.fields, "birth_date", row["birth_date"])
    _see(reader, looks, counts, walls)
    figures: dict[str, float | int] = {}
    for group in sorted({key.rsplit("_", 1)[0] for key in counts if key.endswith("_n")}):
        number, right = counts[f"{group}_n"], counts[f"{group}_right"]
        figures[f"{group}_n"] = number
        if group != "not_cards":
            figures[f"{group}_exact"] = right / number
        for what in ("name", "birth_date"):
            if f"{group}_{what}" in counts:
                figures[f"{group}_{what}"] = counts[f"{group}_{what}"] / max(right, 1)
        figures[f"{group}_p50_ms"], figures[f"{group}_p95_ms"] = np.percentile(walls[group], (50, 95)).tolist()
        if group in cpus:
            figures[f"{group}_cpu_ms"] = float(np.median(cpus[group]))
    for key in ("wrong_accepted", "not_cards_accepted"):
        figures[key] = counts[key]
    if walls["codes_raw_zbar"]:
        figures["codes_raw_zbar_exact"] = counts["codes_raw_zbar_right"] / counts["codes_n"]
        figures["codes_raw_zbar_p50_ms"] = float(np.median(walls["codes_raw_zbar"]))
    figures["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def _pictures(listing: Path) -> list[dict[str, str]]:
    with listing.open(encoding="utf-8", newline="") as file:
        return [
            row | {"path": str(listing.parent / row["file"])}
            for row in csv.DictReader(file)
            if not pictures.is_clip(Path(row["file"]))
        ]


def _is(fields: object, name: str, expected: str) -> bool:
    read = fields.get(name) if hasattr(fields, "get") else None
    return read is not None and read.text == expected


def _see(
    reader: Reader,
    looks: dict[str, list[tuple[Path, str]]],
    counts: dict[str, int],
    walls: dict[str, list[float]],
) -> None:
    """Five frames of one card, as a live look has them."""
    for name, frames in looks.items():
        group, look = f"live_{name.split('-')[1]}", reader.begin()
        counts[f"{group}_n"] += 1
        for index, (path, expected) in enumerate(frames):
            frame = pictures.load(path)
            wall = time.perf_counter()
            reading = look.see(frame, index * 67)
            walls[group].append((time.perf_counter() - wall) * 1000)
            if reading.nik is not None:
                counts[f"{group}_right"] += reading.nik == expected
                counts["wrong_accepted"] += reading.nik != expected
                break
