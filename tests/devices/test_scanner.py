"""Scanners: only what comes fast, prints and ends with Enter is a code; a script plays itself."""

import threading
from pathlib import Path

import pytest

from kiosk.devices.scanner import SCANNERS
from kiosk.devices.scanner_script import ScriptScanner
from kiosk.devices.scanner_wedge import WedgeScanner
from kiosk.domain.errors import DeviceError

NIK = "3372015708759001"


def typed(text: str, gap_s: float, *, then_s: float = 0.001, chunks: int = 1) -> list[str]:
    heard: list[str] = []
    scanner = WedgeScanner()
    scanner.start(heard.append)
    now = 100.0
    for start in range(0, len(text), chunks):
        scanner.typed(text[start : start + chunks], now)
        now += gap_s
    scanner.ended(now - gap_s + then_s)
    return heard


@pytest.mark.parametrize("chunks", [1, 5, 16])
def test_a_scanner_that_types(chunks: int) -> None:
    assert typed(NIK, 0.003, chunks=chunks) == [NIK]


def test_a_person_who_types_is_not_a_scanner() -> None:
    assert typed(NIK, 0.15) == []


def test_without_enter_or_with_a_late_one_nothing_is_heard() -> None:
    assert typed(NIK, 0.003, then_s=0.5) == []


def test_control_characters_and_endless_codes_are_dropped() -> None:
    assert typed("\x1b[33\x0072\n015708759001\u202e", 0.001) == ["[3372015708759001"]
    assert typed("9" * 5000, 0.0001) == []
    assert typed("12", 0.001) == []


def test_what_was_typed_before_does_not_stick() -> None:
    heard: list[str] = []
    scanner = WedgeScanner()
    scanner.start(heard.append)
    scanner.typed("halo", 1.0)
    for place, letter in enumerate(NIK):
        scanner.typed(letter, 2.0 + place / 1000)
    scanner.ended(2.02)
    assert heard == [NIK]


def test_a_stopped_scanner_is_silent() -> None:
    heard: list[str] = []
    scanner = WedgeScanner()
    scanner.start(heard.append)
    scanner.typed(NIK, 1.0)
    scanner.stop()
    scanner.ended(1.001)
    assert heard == []


def test_a_script_plays(tmp_path: Path) -> None:
    path = tmp_path / "codes"
    path.write_text(f"0.01 {NIK}\n\nKOP210189\n", encoding="utf-8")
    heard: list[str] = []
    both = threading.Event()

    def hear(code: str) -> None:
        heard.append(code)
        if len(heard) == 2:
            both.set()

    scanner = ScriptScanner(str(path))
    scanner.start(hear)
    assert both.wait(10)
    scanner.stop()
    assert heard == [NIK, "KOP210189"]


def test_a_missing_script_is_said(tmp_path: Path) -> None:
    scanner = SCANNERS["script"](str(tmp_path / "none"))
    assert not scanner.present
    with pytest.raises(DeviceError, match=r"scanner\.script"):
        scanner.start(lambda _: None)
