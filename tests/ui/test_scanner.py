""" "Reading …" while a code comes, and the keys of a scanner that reach nothing on the screen."""

import dataclasses

import pytest
import scenes
from fakes import NIK, TODAY, FakeScanner, FakeSight, context, shipped_settings

from kiosk import tables
from kiosk.devices.scanner import SCANNERS
from kiosk.journey import Visit
from kiosk.sight import CodeEars
from kiosk.ui.eyes import FRAME_S, HEARING_S, Eyes


class Desk:
    """Eyes on a clock that stands still between frames; what is sent to the frame arrives on the next one."""

    def __init__(self, **devices: str) -> None:
        self.now = 50.0
        self.shown: list[tuple[float, bool]] = []
        self.posted: list[object] = []
        self._calls: list[tuple] = []
        chosen = dataclasses.replace(shipped_settings(1080, 1920, 21.5).devices, **devices)
        ears = CodeEars(SCANNERS[chosen.scanner](chosen), tables.regions(), lambda: TODAY)
        self.eyes = Eyes(FakeSight(), ears, self, lambda _: None, self._heard, self.posted.append, lambda: self.now)
        self.eyes.look(frozenset({"scanner"}))

    def to_frame(self, call, value) -> None:  # type: ignore[no-untyped-def]
        self._calls.append((call, value))

    def _heard(self, on: bool) -> None:
        self.shown.append((round(self.now - 50.0, 3), on))

    def frame(self, lasts_s: float = 1 / 60) -> None:
        self.now += lasts_s
        calls, self._calls = self._calls, []
        for call, value in calls:
            call(value)
        self.eyes.tick()

    def key(self, sign: str, lasts_s: float) -> None:
        self.eyes.typed(None, sign)
        self.frame(lasts_s)


def test_reading_is_told_within_100_ms_of_the_first_character_and_goes_with_the_code() -> None:
    """At the slowest scanner and at 30 frames a second."""
    desk = Desk(scanner="wedge")
    for sign in NIK:
        desk.key(sign, 1 / 30)
    desk.eyes.ended("enter")
    desk.frame()
    (begun_at, begun), (_, over) = desk.shown
    assert (begun, over) == (True, False)
    assert begun_at <= 0.1
    assert len(desk.posted) == 1


def test_reading_goes_away_when_nothing_more_comes_but_not_while_a_long_code_does() -> None:
    desk = Desk(scanner="wedge")
    for sign in "A" * 90:
        desk.key(sign, 1 / 60)
    assert [on for _, on in desk.shown] == [True]  # after a second and a half
    stopped_at = desk.now - 50.0
    for _ in range(60):
        desk.frame()
    at, on = desk.shown[-1]
    assert not on
    assert HEARING_S - 0.25 <= at - stopped_at <= HEARING_S + 0.05
    assert not desk.posted


def test_a_slow_frame_is_no_pause_of_the_scanner() -> None:
    """Keys wait while a frame is drawn: 0.4 s of drawing in the middle of a code do not cut it."""
    desk = Desk(scanner="wedge")
    for place, sign in enumerate(NIK):
        desk.key(sign, 0.4 if place == 7 else 0.005)
    desk.eyes.ended("enter")
    desk.frame()
    assert FRAME_S < 0.05
    assert [event.reading.nik for event in desk.posted] == [NIK]


def test_leaving_the_step_takes_reading_away() -> None:
    desk = Desk(scanner="wedge")
    desk.key("3", 0.01)
    desk.key("3", 0.01)
    desk.key("7", 0.01)
    desk.eyes.close()
    desk.frame()
    assert [on for _, on in desk.shown] == [True, False]


def said(page) -> str:  # type: ignore[no-untyped-def]
    return "\n".join(str(getattr(widget, "text", "")) for widget in page.walk())


@pytest.mark.parametrize("step", ["attract", "scan"])
def test_the_pages_say_reading_at_once(stage, step: str) -> None:  # type: ignore[no-untyped-def]
    visit = next(visit for _, visit, _ in scenes.scenes(context()) if visit.step == step)
    page = stage.at(visit)
    word = stage.front.tr._("hint.reading")
    assert word not in said(page)
    scanner: FakeScanner = stage.scanner
    scanner.on_begin()
    stage.frames(2)
    assert word in said(page)
    stage.front.eyes._heard_until = 0.0  # long ago
    stage.frames(2)
    assert word not in said(page)


STEPS = sorted({visit.step for _, visit, _ in scenes.scenes(context())} - {"still_there", "stop"})


@pytest.mark.parametrize("step", STEPS)
def test_no_key_of_a_scanner_reaches_a_field_or_presses_a_button(stage, step: str) -> None:  # type: ignore[no-untyped-def]
    from kivy.core.window import Window

    visit = next(visit for _, visit, _ in scenes.scenes(context()) if visit.step == step)
    stage.keeper.closed = visit.reason if step == "closed" else ""
    page = stage.at(visit)
    before = (stage.front.visit, said(page), getattr(page, "draft", ""))
    for key, scancode, sign in [(ord(s), 30, s) for s in NIK] + [(13, 40, None), (9, 43, None), (271, 88, None)]:
        Window.dispatch("on_key_down", key, scancode, sign, [])
        if sign:
            Window.dispatch("on_textinput", sign)
        Window.dispatch("on_key_up", key, scancode)
    stage.frames(3)
    assert (stage.front.visit, said(page), getattr(page, "draft", "")) == before


def test_a_code_starts_a_visit(stage) -> None:  # type: ignore[no-untyped-def]
    from kivy.core.window import Window

    stage.at(Visit.begin(context()))
    stage.scanner.typing.clear()
    Window.dispatch("on_textinput", "3372")
    Window.dispatch("on_key_down", 271, 88, None, [])
    Window.dispatch("on_key_down", 9, 43, None, [])
    assert stage.scanner.typing == ["3372", "enter", "tab"]
