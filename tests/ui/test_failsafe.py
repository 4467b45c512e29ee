"""Crashes: one is *sorry* and a return by itself, a page that cannot forget is thrown away, three end the process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.journey import events as ev

CHILD = """
import sys, threading
sys.path.insert(0, {here!r})
import fakes
from kiosk import logs
logs.start("kiosk")
from kiosk.ui import app
from kiosk.ui.window import open_window
class Breaking(fakes.FakeKeeper):
    calls = 0
    def status(self):
        self.calls += 1
        if self.calls > 1:
            raise RuntimeError("3372015708759001")
        return super().status()
settings = fakes.shipped_settings(1280, 800, 10.1)
open_window(settings.panel)  # before anything of Kivy
from kiosk.ui import front
front.STATUS_S = 0.1
sys.exit(app.run(settings, fakes.context(), fakes.languages(), Breaking(), fakes.FakeSight(), fakes.FakeScanner()))
"""


def test_three_crashes_in_a_minute_end_the_process_with_a_failure() -> None:
    """A real process, so that the service manager's view is tested: it restarts what ends with a failure."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD.format(here=str(Path(__file__).parent))],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert child.returncode == 1, child.stderr[-2000:]
    assert "3372015708759001" not in child.stdout + child.stderr


def test_a_crash_is_sorry_and_comes_back_by_itself(stage) -> None:  # type: ignore[no-untyped-def]
    stage.tap("go")
    stage.front._crash(ValueError("a screen failed"))
    stage.until(lambda: stage.front.visit.step == "sorry")
    assert stage.front._idle.is_triggered
    stage.front.post(ev.IdleElapsed())
    assert stage.front.visit.step == "attract"


def test_a_page_that_cannot_forget_is_built_anew(stage) -> None:  # type: ignore[no-untyped-def]
    stage.tap("go")
    broken = stage.front.pages["consent"]

    def fails() -> None:
        raise ValueError("cannot forget")

    broken.hide = fails
    stage.front.failsafe._times.clear()
    stage.front.post(ev.Crashed())
    stage.frames(3)
    assert stage.front.pages.get("consent") is not broken
    assert stage.front.visit.step == "sorry"


@pytest.mark.parametrize("gaps", [(0.0, 30.0, 59.0), (0.0, 1.0, 2.0)])
def test_the_third_within_a_minute_gives_up(gaps: tuple[float, ...]) -> None:
    now, sorry, ended = [0.0], [], []
    safe = failsafe(now, sorry, ended)
    for at in gaps:
        now[0] = at
        safe.caught(ValueError())
    assert (len(sorry), len(ended)) == (2, 1)


def test_three_over_more_than_a_minute_go_on() -> None:
    now, sorry, ended = [0.0], [], []
    safe = failsafe(now, sorry, ended)
    for at in (0.0, 30.0, 60.5, 91.0):
        now[0] = at
        safe.caught(ValueError())
    assert (len(sorry), len(ended)) == (4, 0)


def failsafe(now: list[float], sorry: list[int], ended: list[int]):  # type: ignore[no-untyped-def]
    from kiosk.ui.failsafe import Failsafe

    return Failsafe(lambda: sorry.append(1), lambda: ended.append(1), lambda _: None, lambda: now[0])
