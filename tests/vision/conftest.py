"""One recogniser for all vision tests, and the shipped specimen cards: fictional people, every card marked."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from kiosk import tables
from kiosk.resources import ASSETS
from kiosk.vision.reader import Reader

SPECIMENS = ASSETS / "specimens"


@dataclass(frozen=True)
class Specimen:
    path: Path
    kind: str
    grade: str
    expected: str
    name: str
    birth_place: str
    birth_date: str


def specimens(*kinds: str) -> list[Specimen]:
    with (SPECIMENS / "expected.csv").open(encoding="utf-8", newline="") as file:
        rows = [dict(row) for row in csv.DictReader(file)]
    found = [Specimen(SPECIMENS / row.pop("file"), **row) for row in rows]
    return [specimen for specimen in found if specimen.kind in kinds]


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(tables.regions(), lambda: date(2026, 11, 22), model=ASSETS / "models" / "ktp-text.onnx")
