"""`kiosk read` on pictures, clips, folders and rubbish."""

import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from kiosk import tables
from kiosk.commands.read import read
from kiosk.domain.reading import Field, Reading
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


def on_terminal(*arguments: str) -> tuple[int, str]:
    """Exit code and all that the real program writes to a terminal, as standard output and standard error."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(
        [sys.executable, "-m", "kiosk", "read", *arguments], stdout=theirs, stderr=theirs, env=environment
    ) as program:
        os.close(theirs)
        written = b""
        while True:
            try:
                written += os.read(ours, 65536)
            except OSError:  # the other end was closed
                break
        code = program.wait(60)
    os.close(ours)
    return code, written.decode()


def test_a_terminal_gets_a_bar_that_goes_away() -> None:
    code, written = on_terminal(str(SPECIMENS / "code-qr-000.jpg"), str(SPECIMENS / "no-blank-000.jpg"))
    assert code == 1
    assert "1/2" in written
    assert "1 terbaca, 0 belum" in written
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)
    assert "3507124811909905" in plain
    assert written.rstrip().endswith("\x1b[2K")  # the last thing written wipes the bar's line


def test_a_pipe_gets_no_bar() -> None:
    files = [SPECIMENS / "code-qr-000.jpg", SPECIMENS / "no-blank-000.jpg"]
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "read", *files], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert len(done.stdout.splitlines()) == 2
    assert "\x1b" not in done.stdout


class Interrupted(Reader):
    """Ctrl-C comes while the second picture is read."""

    def __init__(self) -> None:
        self.calls = 0

    def read(self, frame: Any) -> Reading:
        self.calls += 1
        if self.calls == 2:
            raise KeyboardInterrupt
        return Reading("3372015708759001", "qr", 1.0, {"payload": Field("3372015708759001", 1.0)})


def test_ctrl_c_keeps_what_was_read() -> None:
    out, err = io.StringIO(), io.StringIO()
    files = [SPECIMENS / "code-qr-000.jpg"] * 3
    with pytest.raises(KeyboardInterrupt):
        read(Interrupted(), files, as_json=True, out=out, err=err, sentence=spoken)
    assert len(out.getvalue().splitlines()) == 1
    assert err.getvalue() == "<read.stopped>\n"


class Wicked(Reader):
    """A code that would clear the screen and turn the writing round."""

    def __init__(self) -> None:
        pass

    def read(self, frame: Any) -> Reading:
        return Reading(None, "qr", 1.0, {"payload": Field("\x1b[2J\u202eEVIL\n" + "x" * 2000, 1.0)})


def test_a_payload_cannot_steer_the_terminal() -> None:
    out, err = io.StringIO(), io.StringIO()
    for as_json in (False, True):
        read(Wicked(), [SPECIMENS / "code-qr-000.jpg"], as_json=as_json, out=out, err=err, sentence=spoken)
    row, line = out.getvalue().splitlines()
    assert "EVIL" in row
    assert len(row) < 250
    assert row.isprintable()
    assert line.isascii()
    assert json.loads(line)["fields"]["payload"]["text"].startswith("\x1b[2J\u202eEVIL\n")


def test_a_name_that_is_no_text_is_told_all_the_same(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\x1b[2J.jpg"
    shutil.copy(SPECIMENS / "code-qr-000.jpg", name)
    for extra in ([], ["--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "kiosk", "read", *extra, name], capture_output=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\x1b" not in done.stdout


def test_exit_codes_are_in_the_help() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "read", "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert "0 everything was read" in done.stdout
    wrong = subprocess.run([sys.executable, "-m", "kiosk", "read"], capture_output=True, timeout=60, check=False)
    assert wrong.returncode == 2
