"""The specimen maker: the same seed gives the same bytes, looks share nothing, and what it says is on the card."""

import csv
import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from kiosk.vision import pictures

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

import random  # noqa: E402

from specimen_cards import AGES, ktp  # noqa: E402
from specimen_codes import SYMBOLOGIES, member  # noqa: E402
from specimen_looks import LOOKS  # noqa: E402
from specimen_sets import Made, Recipe  # noqa: E402

MIXED = ["--easy", "1", "--hard", "1", "--old", "2", "--poor", "1", "--not-cards", "2", "--codes", "2", "--clips", "1"]


def made(out: Path, *arguments: str) -> Path:
    subprocess.run([sys.executable, SCRIPTS / "specimen.py", out, *arguments], check=True, timeout=120)
    return out


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    first, again = (made(tmp_path / name, "--seed", "5", "--look", "c", *MIXED) for name in ("first", "again"))
    files = sorted(path.name for path in first.iterdir())
    assert files == sorted(path.name for path in again.iterdir())
    assert len(files) == 11
    for name in files:
        assert (first / name).read_bytes() == (again / name).read_bytes(), name


def test_one_can_be_made_again_without_the_others(tmp_path: Path) -> None:
    several = made(tmp_path / "several", "--seed", "5", "--easy", "3")
    alone = made(tmp_path / "alone", "--seed", "5", "--easy", "1", "--first", "2")
    assert rows(alone) == rows(several)[2:]
    name = rows(alone)[0]["file"]
    assert (alone / name).read_bytes() == (several / name).read_bytes()


def test_a_clip_has_a_phase_for_each_frame(tmp_path: Path) -> None:
    (row,) = rows(made(tmp_path, "--seed", "6", "--clips", "1", "--fps", "15"))
    phases = row["phases"].split()
    frames = [frame for _, frame in pictures.frames(tmp_path / row["file"])]
    assert len(frames) == len(phases)
    assert [phase for phase, before in zip(phases, ["", *phases], strict=False) if phase != before] == [
        "empty",
        "in",
        "hold",
        "out",
        "empty",
    ]
    empty, held = frames[0], frames[len(frames) // 2]
    assert cv2.absdiff(empty, frames[-1]).mean() < cv2.absdiff(empty, held).mean() / 2


def test_looks_share_no_font_ground_or_name() -> None:
    for one, other in combinations(LOOKS.values(), 2):
        for what in ("sans", "bold", "names", "grounds", "inks", "given", "family"):
            assert not set(getattr(one, what)) & set(getattr(other, what)), what
        assert set(one.sans).isdisjoint(other.names)


@pytest.mark.parametrize("look", sorted(LOOKS))
@pytest.mark.parametrize("age", ["", *AGES])
def test_every_card_is_fictional_and_says_so(look: str, age: str) -> None:
    for seed in range(8):
        card = ktp(random.Random(seed), LOOKS[look], age=age)
        assert len(card.nik) == 16
        assert int(card.nik[12:]) >= 9000
        foot = card.image[600:630, 20:160]
        assert int(foot.max()) - int(foot.min()) > 40  # SPESIMEN stands there


@pytest.mark.parametrize("roll", [0.0, 180.0, 45.0])
def test_the_corners_enclose_the_number(roll: float) -> None:
    """Cut out along them, the number is dark on light, and at a roll of 180 it runs from right to left."""
    thing = Recipe(7, "a", roll).picture("easy", 0)
    (picture,) = thing.frames
    corners = np.array(thing.nik_quad, np.float32)
    flat = np.array([[0, 0], [480, 0], [480, 32], [0, 32]], np.float32)
    strip = cv2.warpPerspective(picture, cv2.getPerspectiveTransform(corners, flat), (480, 32))
    gray = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    dark = gray < (float(gray.min()) + float(gray.max())) / 2
    assert 0.1 < dark.mean() < 0.5
    assert dark.any(axis=0).mean() > 0.6
    if roll == 180:
        assert corners[0, 0] > corners[1, 0]


@pytest.mark.parametrize("symbology", sorted(SYMBOLOGIES))
def test_every_code_says_what_is_expected(symbology: str) -> None:
    card, text = member(random.Random(4), LOOKS["b"], symbology)
    found = zxingcpp.read_barcodes(card.image, formats=SYMBOLOGIES[symbology], text_mode=zxingcpp.TextMode.Plain)
    assert [code.text for code in found] == [text]


def test_grades_spoil_as_they_say() -> None:
    def first(thing: Made) -> np.ndarray:
        return next(iter(thing.frames))

    recipe = Recipe(3, "b")
    assert first(recipe.picture("poor", 0)).shape == (480, 640, 3)
    assert recipe.picture("covered", 0).how.covered
    assert [json.dumps(recipe.not_card(index).expected) for index in range(10)] == ['""'] * 10
    kinds = {recipe.not_card(index).kind for index in range(10)}
    assert len(kinds) == 10
    easy, poor = (
        np.mean([first(recipe.picture(grade, index)).mean() for index in range(3)]) for grade in ("easy", "poor")
    )
    assert poor < easy
