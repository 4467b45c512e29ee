"""The pictures and clips of a set, from the expected.csv files in its folders, for `bench read`."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CODES = ("qr", "code128", "code39", "pdf417", "datamatrix", "ean13", "itf")
Corners = list[list[float]]


@dataclass(frozen=True)
class Item:
    path: Path
    kind: str  # ktp, neg-…, one of CODES, clip-…
    grade: str
    expected: str
    name: str = ""
    birth_date: str = ""  # ISO 8601
    corners: Corners | None = None  # of the number
    phases: tuple[str, ...] = ()

    @property
    def sequence(self) -> str:
        """The name that the five pictures of a sequence share, or nothing."""
        return self.path.stem.rsplit("-", 1)[0] if self.path.stem.startswith("seq-") else ""


def items(folder: Path) -> list[Item]:
    return [item for listing in sorted(folder.rglob("expected.csv")) for item in _rows(listing)]


def _rows(listing: Path) -> Iterator[Item]:
    with listing.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            born = row.get("birth_date") or "-".join(reversed((row.get("dob") or "").split("-")))
            yield Item(
                listing.parent / row["file"],
                row["kind"],
                row.get("grade") or row.get("profile") or "",
                row["expected"],
                row.get("name") or "",
                born,
                json.loads(row["nik_quad"]) if row.get("nik_quad") else None,
                tuple((row.get("phases") or "").split()),
            )
