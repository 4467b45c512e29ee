"""Scanners: only what comes fast, prints and ends as set is a code; a script plays itself."""

import dataclasses
import itertools
import threading
from pathlib import Path

import pytest

from kiosk import settings
from kiosk.devices.keystrokes import AGAIN_S, GAP_S, LIMIT
from kiosk.devices.scanner import SCANNERS
from kiosk.devices.scanner_script import ScriptScanner
from kiosk.devices.scanner_wedge import WedgeScanner
from kiosk.domain.errors import DeviceError

NIK = "3372015708759001"


def typed(text: str, gap_s: float, *, then_s: float = 0.001, chunks: int = 1, key: str = "enter") -> list[str]:
    heard: list[str] = []
    scanner = WedgeScanner()
    scanner.start(heard.append)
    now = 100.0
    for start in range(0, len(text), chunks):
        scanner.typed(text[start : start + chunks], now)
        now += gap_s
    scanner.ended(key, now - gap_s + then_s)
    return heard


@pytest.mark.parametrize("chunks", [1, 5, 16])
def test_a_scanner_that_types(chunks: int) -> None:
    assert typed(NIK, 0.003, chunks=chunks) == [NIK]


def test_a_person_who_types_is_not_a_scanner() -> None:
    assert typed(NIK, 0.15) == []


def test_without_enter_or_with_a_late_one_nothing_is_heard() -> None:
    assert typed(NIK, 0.003, then_s=0.5) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3372\x00015708759001", NIK),  # NUL
        ("\x1b[33\x0072\n015708759001", "[" + NIK),  # an escape sequence
        ("\x1d]C1" + NIK + "\x04", "]C1" + NIK),  # group separator, end of transmission
        ("\u202e" + NIK + "\u202c\u200f", NIK),  # right to left and back
        ("KOP\U0001f600-210\u200d\ufe0f189", "KOP-210189"),  # an emoji, a joiner, a variation selector
        ("KOP\ud800210189", "KOP210189"),  # half of a pair
        ("\U0001f600" * 12, None),  # nothing is left
        ("\x00" * 200, None),
        ("Ñandú 12", "Ñandú 12"),
        ("12", None),  # too short
        ("9" * LIMIT, "9" * LIMIT),
        ("9" * (LIMIT + 1), None),
        ("\x00" * LIMIT + NIK, None),  # as long, though little of it prints
        ("A" * 4096, None),
    ],
)
@pytest.mark.parametrize("chunks", [1, 64])
def test_what_does_not_print_is_taken_out_and_what_is_too_long_is_dropped(
    text: str, code: str | None, chunks: int
) -> None:
    assert typed(text, 0.001, chunks=chunks) == ([code] if code else [])


def test_after_an_endless_code_the_next_one_is_heard() -> None:
    heard: list[str] = []
    scanner = WedgeScanner()
    scanner.start(heard.append)
    scanner.typed("A" * 4096, 1.0)
    scanner.ended("enter", 1.0)
    scanner.typed(NIK, 1.01)
    scanner.ended("enter", 1.01)
    assert heard == [NIK]


@pytest.mark.parametrize(("set_to", "other"), [("enter", "tab"), ("tab", "enter")])
def test_only_the_set_terminator_ends_a_code_and_two_of_them_once(set_to: str, other: str) -> None:
    devices = dataclasses.replace(settings.load().devices, scanner_terminator=set_to)
    heard: list[str] = []
    scanner = SCANNERS["wedge"](devices)
    scanner.start(heard.append)
    scanner.typed(NIK[:8], 1.0)
    scanner.ended(other, 1.0)
    scanner.typed(NIK[8:], 1.0)
    assert heard == []
    scanner.ended(set_to, 1.001)
    scanner.ended(set_to, 1.002)
    assert heard == [NIK]


def test_what_was_typed_before_does_not_stick() -> None:
    heard: list[str] = []
    scanner = WedgeScanner()
    scanner.start(heard.append)
    scanner.typed("halo", 1.0)
    for place, letter in enumerate(NIK):
        scanner.typed(letter, 2.0 + place / 1000)
    scanner.ended("enter", 2.02)
    assert heard == [NIK]


def test_the_beginning_is_told_at_the_second_character_and_again_while_a_code_goes_on() -> None:
    """At the slowest pace of a scanner that is 50 ms after the first one: half of what a person may wait."""
    begun: list[float] = []
    at = 5.0
    scanner = WedgeScanner()
    scanner.start(lambda _: None, lambda: begun.append(at))
    for _ in range(20):
        scanner.typed("9", at)
        at += 0.04
    assert begun[0] - 5.0 <= GAP_S
    assert len(begun) == 4
    assert all(AGAIN_S <= later - before < 2 * AGAIN_S for before, later in itertools.pairwise(begun))


def test_a_key_by_chance_is_no_beginning_and_a_burst_of_one_frame_is() -> None:
    begun: list[int] = []
    scanner = WedgeScanner()
    scanner.start(lambda _: None, lambda: begun.append(1))
    for at in (1.0, 2.0, 3.0):
        scanner.typed("9", at)
    assert not begun
    scanner.typed("337", 4.0)
    assert begun == [1]


def test_a_stopped_scanner_is_silent() -> None:
    heard: list[str] = []
    scanner = WedgeScanner()
    scanner.start(heard.append)
    scanner.typed(NIK, 1.0)
    scanner.stop()
    scanner.ended("enter", 1.001)
    assert heard == []


def test_a_script_plays(tmp_path: Path) -> None:
    path = tmp_path / "codes"
    path.write_text(f"0.01 {NIK}\n\nKOP210189\n", encoding="utf-8")
    heard: list[str] = []
    both = threading.Event()

    def hear(code: str) -> None:
        heard.append(code)
        if len(heard) == 4:
            both.set()

    scanner = ScriptScanner(str(path))
    scanner.start(hear, lambda: heard.append("begun"))
    assert both.wait(10)
    scanner.stop()
    assert heard == ["begun", NIK, "begun", "KOP210189"]


def test_a_missing_script_is_said(tmp_path: Path) -> None:
    devices = dataclasses.replace(settings.load().devices, scanner="script", scanner_source=str(tmp_path / "none"))
    scanner = SCANNERS["script"](devices)
    assert not scanner.present
    with pytest.raises(DeviceError, match=r"scanner\.script"):
        scanner.start(lambda _: None)
