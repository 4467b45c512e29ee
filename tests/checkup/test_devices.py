"""How each device does, as far as anybody can tell without taking it from whoever uses it."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk import settings, words
from kiosk.checkup import devices
from kiosk.devices.health import Health
from kiosk.devices.printer import Paper
from kiosk.domain.health import State


def chosen(**changes: Any) -> settings.Devices:
    return dataclasses.replace(settings.load().devices, **changes)


def eye(state: Any, *, present: bool = True) -> Any:
    return SimpleNamespace(present=present, health=Health(state, 0))


def test_what_is_not_fitted_is_grey() -> None:
    none = chosen(camera="none", scanner="none", printer="none", speaker="none")
    found = [
        devices.camera(none, None),
        devices.scanner(none, None),
        devices.printer(none, None),
        devices.speaker(none, "off"),
    ]
    assert {(one.state, one.said) for one in found} == {(State.OFF, "health.off")}


@pytest.mark.parametrize("state", ["lost", "black", "frozen", "upside_down"])
def test_a_camera_that_looks_tells_what_it_sees(state: str) -> None:
    found = devices.camera(chosen(camera_source="http://example"), eye(state, present=state != "lost"))
    assert (found.state, found.said) == (State.WARN, f"camera.{state}")


def test_a_camera_that_nobody_has_looked_through_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    assert devices.camera(chosen(camera_source=str(tmp_path / "video0")), eye("absent")).state is State.GOOD
    assert devices.camera(chosen(camera_source=str(tmp_path / "video9")), eye("absent")).said == "camera.absent"
    assert devices.camera(chosen(camera="clip", camera_source=str(tmp_path / "no.avi")), None).state is State.WARN


def test_a_scanner_that_types_cannot_be_seen_and_one_that_is_held_can() -> None:
    assert devices.scanner(chosen(scanner="wedge"), SimpleNamespace(present=True)).state is State.OFF
    assert devices.scanner(chosen(scanner="evdev"), SimpleNamespace(present=True)).state is State.GOOD
    assert devices.scanner(chosen(scanner="evdev"), SimpleNamespace(present=False)).said == "scanner.absent"


@pytest.mark.parametrize(
    ("paper", "state"),
    [
        (Paper.PRINTED, State.GOOD),
        (Paper.UNKNOWN, State.OFF),
        (Paper.PAPER_OUT, State.WARN),
        (Paper.ABSENT, State.WARN),
        (Paper.LOST, State.WARN),
        (None, State.OFF),
    ],
)
def test_a_printer_by_what_it_answers(paper: Paper | None, state: State) -> None:
    found = devices.printer(chosen(printer="escpos"), paper)
    assert found.state is state
    if state is State.WARN:
        assert all(f"{kind}.{found.said}" in words.load("id") for kind in ("error", "cure"))
