"""`kiosk read` on pictures, clips, folders and rubbish."""

import io
import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from kiosk import tables
from kiosk.commands.read import read
from kiosk.resources import ASSETS
from kiosk.vision.reader import Reader

SPECIMENS = ASSETS / "specimens"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(tables.regions(), lambda: date(2026, 11, 22), model=ASSETS / "models" / "ktp-text.onnx")


def spoken(id: str, facts: Mapping[str, str | int]) -> str:
    return f"<{id}>"


def run(reader: Reader, *paths: Path) -> tuple[int, list[dict[str, Any]], str]:
    out, err = io.StringIO(), io.StringIO()
    code = read(reader, list(paths), as_json=True, out=out, err=err, sentence=spoken)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_a_picture_is_one_line(reader: Reader) -> None:
    code, lines, err = run(reader, SPECIMENS / "ktp-easy-000.jpg")
    assert (code, err, len(lines)) == (0, "", 1)
    assert set(lines[0]) == {"file", "nik", "source", "confidence", "fields", "hint", "ms"}
    assert (lines[0]["nik"], lines[0]["source"]) == ("6171022411929139", "ktp")
    assert lines[0]["fields"]["name"]["text"] == "BUDI NUR PURBALINGTA"


def test_the_same_card_held_is_one_reading_of_a_clip(reader: Reader) -> None:
    code, lines, _ = run(reader, SPECIMENS / "qr.avi")
    assert code == 0
    assert [line["fields"]["payload"]["text"] for line in lines] == ["KOP:3404176609559592"]
    assert 0 < lines[0]["t_ms"] <= 2000


def test_a_folder_is_read_in_the_order_of_names(reader: Reader, tmp_path: Path) -> None:
    for name in ("code-qr-000.jpg", "code-code39-002.jpg"):
        shutil.copy(SPECIMENS / name, tmp_path)
    (tmp_path / "notes.txt").write_text("not a picture")
    code, lines, _ = run(reader, tmp_path)
    assert code == 0  # a code that holds no NIK was read all the same
    assert [line["source"] for line in lines] == ["code39", "qr"]


def test_what_cannot_be_read_gives_a_line_and_a_sentence_and_the_rest_goes_on(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    (tmp_path / "empty.avi").write_bytes(b"")
    cv2.imwrite(str(tmp_path / "dot.png"), np.zeros((1, 1), np.uint8))
    missing, empty_folder = tmp_path / "none.jpg", tmp_path / "folder.jpg"
    empty_folder.mkdir()
    bad = [tmp_path / "torn.jpg", tmp_path / "empty.avi", missing, empty_folder]
    code, lines, err = run(reader, *bad, tmp_path / "dot.png", SPECIMENS / "code-qr-000.jpg")
    assert code == 1
    errors = [line.get("error") for line in lines]
    assert errors == ["picture.unreadable", "clip.empty", "picture.missing", "picture.unreadable", None, None]
    assert all(line["nik"] is None and line["hint"] == "" for line in lines[:4])
    assert len(err.splitlines()) == 4
    assert lines[5]["source"] == "qr"


def test_people_get_a_table(reader: Reader) -> None:
    out, err = io.StringIO(), io.StringIO()
    paths = [SPECIMENS / "code-qr-000.jpg", SPECIMENS / "no-blank-000.jpg"]
    assert read(reader, paths, as_json=False, out=out, err=err, sentence=spoken) == 1
    first, second = out.getvalue().splitlines()
    assert "3507124811909905" in first
    assert "<hint." in second
