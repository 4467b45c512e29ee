"""`kiosk doctor`: every part looked at, a sentence for each, and an answer that a script can use."""

import json
from pathlib import Path

import pytest

from kiosk import settings
from kiosk.checkup import trials
from kiosk.commands import doctor
from kiosk.resources import ASSETS

CLIP = str(ASSETS / "specimens" / "ktp.avi")
FITTED = {"devices.camera": "clip", "devices.camera_source": CLIP, "devices.scanner": "none"}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "CAMERA_S", 1.0)
    monkeypatch.setattr(trials, "SLOWEST_MS", 10_000)  # how fast this machine is just now is not the question


def test_a_machine_that_is_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = settings.load(overrides=FITTED)
    assert doctor.run(tmp_path, chosen, as_json=True, plug=None) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["fit"] is True
    parts = {test["part"]: test for test in told["tests"]}
    assert {"camera", "scanner", "printer", "disk", "database", "storage", "reader", "memory"} <= parts.keys()
    assert parts["reader"]["facts"]["right"] >= 5
    assert parts["printer"]["state"] == "off"
    assert all(test["sentence"] and "{" not in test["sentence"] for test in told["tests"])


def test_what_is_missing_is_said_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = settings.load(
        overrides=FITTED
        | {
            "devices.camera_source": str(tmp_path / "none.avi"),
            "devices.printer": "escpos",
            "devices.printer_source": "/dev/none",
        }
    )
    assert doctor.run(tmp_path, chosen, as_json=False, plug=None) == 1
    told = capsys.readouterr().out
    assert "! Kamera" in told
    assert "! Printer       Printer tidak ditemukan. Periksa kabel" in told
    assert told.splitlines()[-1] == "Mesin ini BELUM layak: Kamera, Printer."


def test_a_plug_that_showed_a_lie_makes_it_unfit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "kiosk-plug.notes").write_bytes((7).to_bytes(8, "big"))
    chosen = settings.load(overrides=FITTED)
    assert doctor.run(tmp_path / "home", chosen, as_json=True, plug=stick) == 1
    assert json.loads(capsys.readouterr().out)["unfit_by"] == ["plug"]
