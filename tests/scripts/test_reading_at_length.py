"""Small versions of what runs for long: the fuzz, the soak, the ten thousand frames, and the benchmark."""

import gc
import json
import subprocess
import sys
import tracemalloc
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))
sys.path.insert(0, str(SCRIPTS / "benchmarks"))

import read_live  # noqa: E402
import read_many  # noqa: E402
import read_peers  # noqa: E402
import soak_read  # noqa: E402
from read_sets import items  # noqa: E402
from specimen_sets import Recipe  # noqa: E402

from kiosk.resources import ASSETS  # noqa: E402
from kiosk.vision.reader import Reader  # noqa: E402


def told(script: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, str(SCRIPTS / script), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def reader() -> Reader:
    return soak_read.reader_of_all()


def test_damaged_files_shake_nothing() -> None:
    code, found = told("fuzz_read.py", "--files", "40", "--seed", "7")
    harm = {what: found[what] for what in ("crashed", "hung", "silent", "noise", "invented")}
    assert (code, set(harm.values())) == (0, {0}), found["worst"]
    assert found["files"] == 40


def test_many_made_frames_are_right_or_unread() -> None:
    code, found = told("read_many.py", "--frames", "12", "--processes", "1", "--seed", "3", "--look", "b")
    assert (code, found["wrong"], found["frames"]) == (0, 0, 12)
    assert found["grades"]["hard"]["right"] >= 6  # the first twelve are hard ones


def test_a_frame_of_the_many_can_be_made_again() -> None:
    recipe = Recipe(3, "b")
    for number in (0, 13, 19, 20, 33):
        grade, index, made = read_many.frame_of(recipe, number)
        again = recipe.not_card(index) if grade == "not-cards" else recipe.picture(grade, index)
        assert (next(iter(again.frames)) == next(iter(made.frames))).all()
    grades = [read_many.frame_of(recipe, number)[:2] for number in range(40)]
    assert len(set(grades)) == 40


def test_looking_for_long_keeps_no_memory(reader: Reader) -> None:
    """Two rounds over the same scenes after a first one: what the second leaves behind is not more than the first."""
    frames = list(islice(soak_read.scenes(ASSETS / "specimens"), 0, 240, 8))

    def round_of_looks() -> int:
        for start in range(0, len(frames), 10):
            look = reader.begin()
            for index, frame in enumerate(frames[start : start + 10]):
                look.see(frame, index * 67)
        del look
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first, *later = (round_of_looks() for _ in range(3))
    finally:
        tracemalloc.stop()
    a_frame = frames[0].nbytes
    assert max(later) - first < a_frame / 10


def test_the_benchmark_gives_its_figures(tmp_path: Path) -> None:
    listed = (ASSETS / "specimens" / "expected.csv").read_text(encoding="utf-8").splitlines()
    wanted = ("file,", "ktp-easy-000", "code-qr-000", "no-blank-000")
    (tmp_path / "expected.csv").write_text(
        "\n".join(line for line in listed if line.startswith(wanted)), encoding="utf-8"
    )
    for line in wanted[1:]:
        (tmp_path / f"{line}.jpg").write_bytes((ASSETS / "specimens" / f"{line}.jpg").read_bytes())
    command = [sys.executable, str(SCRIPTS / "benchmarks"), "read", "--set", str(tmp_path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    figures = json.loads(done.stdout)
    assert (figures["ktp_easy_exact"], figures["codes_exact"], figures["not_cards_accepted"]) == (1, 1, 0)
    assert figures["wrong_files"] == []
    for name in (
        "promising_p50_ms",
        "one_core_p50_ms",
        "empty_later_p50_ms",
        "load_s",
        "memory_mb",
        "zbar_codes_p50_ms",
    ):
        assert figures[name] > 0, name


def test_a_live_camera_shows_the_newest_frame() -> None:
    """A look of 250 ms at 10 frames a second sees every third or so, and 0 is the first held frame."""
    frame = np.zeros((2, 2, 3), np.uint8)
    clip = [(index * 100, frame) for index in range(20)]
    phases = ("empty",) * 5 + ("hold",) * 15
    seen: list[int] = []

    def see(_: Any, t_ms: int) -> tuple[str | None, float]:
        seen.append(t_ms)
        return ("yes" if t_ms >= 700 else None), 250.0

    accepted = read_live.play(clip, phases, see)
    assert seen == [0, 200, 500, 700]
    assert (accepted.text, accepted.after_ms) == ("yes", 500.0)
    assert read_live.play(clip, phases, lambda _f, _t: (None, 10.0)).text is None


def test_both_forms_of_a_set_are_read(tmp_path: Path) -> None:
    rows = (
        "file,kind,profile,expected,name,dob,nik_quad,phases",
        'a.jpg,ktp,hard,1,SITI,24-11-1992,"[[1, 2], [3, 4], [5, 6], [7, 8]]",',
        "b.avi,clip-ktp,hard,1,,,,empty hold",
    )
    (tmp_path / "expected.csv").write_text("\n".join(rows), encoding="utf-8")
    picture, clip = items(tmp_path)
    assert (picture.grade, picture.birth_date) == ("hard", "1992-11-24")
    assert picture.corners == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert clip.phases == ("empty", "hold")
    assert items(ASSETS / "specimens")[0].birth_date == "1992-11-24"


def test_a_peer_s_number_is_taken_as_the_public_readers_take_it() -> None:
    today = date(2026, 11, 22)
    assert read_peers.number_in(["NIK : 3372 0157 0875 9001"], today) == "3372015708759001"
    assert read_peers.number_in(["NIK", "337201S7O875900l"], today) == "3372015708759001"
    assert read_peers.number_in(["NIK : 9999999999999999", "Nama : BOBO"], today) is None
