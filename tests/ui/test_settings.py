"""The settings under a finger: chosen, kept, taken back; what counts at once does; service and restart."""

from typing import Any

import pytest
import settings_scenes
from fakes import OFFICER
from test_door import scanned

from kiosk.journey import events as ev
from kiosk.journey.officer.events import DeskFailed, Told
from kiosk.journey.officer.service import Close, ServiceView
from kiosk.journey.officer.settings import (
    BeginAnew,
    Changed,
    Ending,
    JoinCentre,
    SeeSettings,
    Set,
    SetClock,
)
from kiosk.ui.ports import RESTART


def test_a_value_is_chosen_and_another_taken_back(stage: Any) -> None:
    stage.scene("setup", "id")
    stage.tap("setting.devices.volume")
    assert stage.front.visit.step == "setting"
    stage.tap("value.40")
    stage.until(lambda: Set("devices.volume", "40", "s") in stage.desk.asked)
    stage.scene("setting-market", "id")
    stage.tap("setting.back")
    stage.until(lambda: Set("site.market", "", "s") in stage.desk.asked)


def test_louder_and_darker_count_at_once(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[float] = []
    monkeypatch.setattr(stage.front.voice, "turn", turned.append)
    stage.desk.answers[Set] = Changed(settings_scenes.view(), volume=0.4, brightness=0.6)
    stage.scene("setting-volume", "id")
    try:
        stage.tap("value.40")
        stage.until(lambda: turned == [0.4])
        assert stage.front.light.brightness == 0.6
        assert stage.front.light._veil.a == pytest.approx(0.4)
    finally:
        stage.front.light.change(1.0)


def test_what_was_refused_stands_on_the_page(stage: Any) -> None:
    stage.desk.answers[Set] = DeskFailed("settings.elsewhere", {})
    page = stage.scene("setting-volume", "id")
    stage.tap("value.40")
    stage.until(lambda: bool(page.failure))
    assert page.failure.startswith(stage.front.tr._("error.settings.elsewhere"))


def test_a_number_is_typed(stage: Any) -> None:
    stage.scene("digits-phone", "id")
    stage.tap("digits.keep")
    stage.until(lambda: Set("site.helper_phone", "081200000000", "s") in stage.desk.asked)


def test_the_clock_is_typed_digit_by_digit(stage: Any) -> None:
    page = stage.scene("clock", "id")
    assert not page.ready
    stage.tap("key.0")
    stage.tap("clock.keep")
    stage.until(lambda: SetClock("221120260910") in stage.desk.asked)
    assert stage.front.visit.step == "machine"


def test_a_centres_code_is_taken_and_another_one_is_not(stage: Any) -> None:
    page = stage.scene("join", "id")
    scanned(stage, "BUKAN-KODE")
    stage.until(lambda: bool(page.failure))
    scanned(stage, "KIOSK https://pusat.example.id AB12-CD34")
    stage.until(lambda: JoinCentre("https://pusat.example.id", "AB12-CD34") in stage.desk.asked)
    assert stage.front.visit.step == "machine"
    assert "AB12" not in repr(stage.desk.asked)


def test_out_of_service_in_one_tap_and_back(stage: Any) -> None:
    page = stage.scene("service", "id")
    stage.desk.answers[Close] = Told(ServiceView("paper", 0))
    stage.tap("service.paper")
    stage.until(lambda: page.message == "paper")
    stage.desk.answers[Close] = Told(ServiceView("", 0))
    stage.tap("service.open")
    stage.until(lambda: page.message == "")
    assert stage.desk.asked.count(Close("paper")) == 1


@pytest.mark.parametrize("message", ["maintenance", "paper", "holiday", "moved"])
def test_traders_are_told_why(stage: Any, message: str) -> None:
    stage.front.post(ev.Closed(f"service.{message}"))
    stage.frames(3)
    assert stage.front.page.why == stage.front.tr._(f"closed.service.{message}")


def test_a_restart_ends_the_program_with_its_own_code(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[bool] = []
    monkeypatch.setattr(stage.front, "stop", lambda: stopped.append(True))
    stage.desk.answers[BeginAnew] = Ending()
    stage.scene("machine", "id")
    stage.tap("machine.restart")
    stage.until(lambda: bool(stopped))
    assert stage.front.exit_code == RESTART
    stage.front.exit_code = 0


def test_a_page_that_looks_again_shows_what_another_officer_set(stage: Any) -> None:
    page = stage.scene("setup", "id")
    stage.desk.answers[SeeSettings] = Told(settings_scenes.view(lines=settings_scenes.LINES[:1], stamp="t"))
    stage.until(lambda: len(page.ids.rows.lines) == 2)
    assert page.who == OFFICER.name


class Panel:
    """A panel's light that does what it is told."""

    def __init__(self) -> None:
        self.set_to: list[float] = []

    def __call__(self, brightness: float) -> bool:
        self.set_to.append(brightness)
        return True


def test_nobody_comes_and_it_goes_dark_and_the_first_touch_only_wakes(stage: Any) -> None:
    from kiosk.ui.light import DIMMED, Light  # late: Kivy must not be loaded before its window

    panel = Panel()
    light = Light(0.8, 0.01, panel)
    light.rest(True)
    stage.until(lambda: light.dimmed)
    assert panel.set_to[-1] == pytest.approx(0.8 * DIMMED)
    assert light.wake()
    assert panel.set_to[-1] == pytest.approx(0.8)
    assert not light.wake()
    light.rest(False)
    stage.frames(5)
    assert not light.dimmed


def test_a_touch_on_a_dark_screen_starts_no_visit(stage: Any) -> None:
    stage.ready()
    stage.front.light._dim(True)
    target = next(name for name in stage.targets() if name.startswith(("language", "start")))
    x, y, width, height = stage.targets()[target]
    from kivy.core.window import Window

    stage.touch(x + width / 2, Window.height - y - height / 2)
    assert stage.front.visit.step == "attract"
    assert not stage.front.light.dimmed
    stage.tap(target)
    assert stage.front.visit.step != "attract"
