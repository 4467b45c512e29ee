"""The officers' door as a finger, a scanner and a clock meet it, with the real desk behind it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import argon2
import pytest
from fakes import OFFICER
from test_privacy import pages, secret, to_the_phone, where

from kiosk import pin, settings, tables
from kiosk.clock import StillClock
from kiosk.desk import Desk
from kiosk.desk.door import Door
from kiosk.desk.home import Home
from kiosk.domain.officer import badge_mark
from kiosk.domain.reading import WEDGE, Field, Reading
from kiosk.journey import events as ev
from kiosk.journey.officer.door import Admit, Admitted, SignOff
from kiosk.store import Store
from kiosk.ui.corner import Corner

PIN, BADGE = "483920", "BADGE:WENING-CONTOH"
CHEAP = argon2.Parameters(argon2.Type.ID, 19, 16, 32, time_cost=1, memory_cost=8, parallelism=1)
CORNER = (30, 1890)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def desk(stage: Any, tmp_path: Path, clock: StillClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The real one, with Bu Wening on its list."""
    folder = tmp_path / "master"
    folder.mkdir()
    (folder / "officers.csv").write_text(
        "number,name,places,badge,pin,valid_from,valid_until,revoked\n"
        f'0417,{OFFICER.name},,{badge_mark(BADGE)},"{pin.hashed(PIN, CHEAP)}",2026-01-01,,\n',
        encoding="utf-8",
    )
    tables.prefer(folder)
    with Store.open(tmp_path, settings.load().store, clock) as store:
        real = Desk([Door(store, None, "", lambda: date(2026, 11, 22)), Home([])])
        monkeypatch.setattr(stage.desk, "do", real.do)
        yield real
        stage.front.bridge._desk.submit(lambda: None).result()  # nobody asks a store that is closed
    tables.prefer(None)


def scanned(stage: Any, text: str) -> None:
    stage.scanner.on_reading(Reading(source=WEDGE, confidence=1.0, fields={"payload": Field(text, 1.0)}))
    stage.frames(3)


def by_the_corner(stage: Any) -> None:
    stage.ready()
    stage.front.corner._now_s = lambda: 0.0  # however slow this machine draws
    for _ in range(5):
        stage.touch(*CORNER)
    stage.until(lambda: stage.front.visit.step == "door")


def typed(stage: Any, digits: str) -> None:
    for digit in digits:
        stage.tap(f"key.{digit}")


def test_five_taps_in_the_corner_and_number_and_pin(stage: Any, desk: Desk) -> None:
    by_the_corner(stage)
    typed(stage, "0417" + PIN)
    stage.until(lambda: stage.front.visit.step == "officer")
    assert stage.front.page.who == OFFICER.name
    assert PIN not in "".join(str(getattr(page, "draft", "")) for page in pages(stage))
    stage.tap("leave")
    assert stage.front.visit.step == "attract"


@pytest.mark.parametrize("at", ["consent", "scan", "phone", "check"])
def test_in_a_visit_the_corner_is_nothing(stage: Any, at: str) -> None:
    stage.scene(at, "id")
    for _ in range(9):
        stage.touch(*CORNER)
    assert stage.front.visit.step == at


@pytest.mark.parametrize(
    ("taps", "opens"),
    [
        ([(5, 5, t) for t in (0, 0.5, 1, 1.5, 2.9)], 1),
        ([(5, 5, t) for t in (0, 0.5, 1, 1.5, 3.1)], 0),
        ([(5, 5, t) for t in (0, 0.8, 1.6, 2.4, 3.2, 4.0)], 0),
        ([(5, 5, 0), (5, 5, 0.1), (500, 5, 0.2), (5, 5, 0.3), (5, 5, 0.4), (5, 5, 0.5)], 0),
        ([(5, 5, t / 10) for t in range(9)], 1),
        ([(5, 5, t / 10) for t in range(10)], 2),
    ],
)
def test_five_within_three_seconds_and_none_beside(taps: list[tuple[float, float, float]], opens: int) -> None:
    opened: list[int] = []
    now = [0.0]
    corner = Corner(lambda: 100, lambda: opened.append(1), lambda: now[0])
    for x, y, now[0] in taps:
        corner.tapped(x, y)
    assert len(opened) == opens


def test_a_badge_and_its_pin(stage: Any, desk: Desk) -> None:
    stage.ready()
    scanned(stage, BADGE)
    assert stage.front.visit.step == "door"
    assert stage.front.page.badge
    typed(stage, PIN)
    stage.until(lambda: stage.front.visit.step == "officer")


def test_ten_wrong_pins_on_the_screen(stage: Any, desk: Desk, clock: StillClock) -> None:
    by_the_corner(stage)
    door, waits = stage.front.page, []
    for _ in range(10):
        typed(stage, "0417"[len(door.number) :] + "000000")
        stage.until(lambda: not door.checking)
        assert (door.pin, door.number) == ("", "0417")  # only the PIN is typed anew
        waits.append(int(door.wait_s))
        if waits[-1]:
            assert "0417" in door.wait_text
            keys = {key.value: key.disabled for key in door.ids.pad.children}
            assert all(keys[digit] for digit in "0123456789")
            assert not keys["clear"]
            stage.touch(*middle(stage, "1"))
            assert door.draft == "0417"
            clock.advance(waits[-1])
            stage.front.attendant._look()
            stage.until(lambda: door.wait_s == 0)
            assert not any(key.disabled for key in door.ids.pad.children)
        else:
            assert door.trouble == stage.front.tr._("door.notice.wrong")
    assert waits == [0, 0, 0, 30, 60, 300, 900, 3600, 3600, 3600]
    typed(stage, PIN)
    stage.until(lambda: stage.front.visit.step == "officer")


def middle(stage: Any, digit: str) -> tuple[float, float]:
    key = next(key for key in stage.front.page.ids.pad.children if key.value == digit)
    return tuple(key.to_window(*key.center))


def test_the_countdown_runs_and_another_number_is_free(stage: Any, desk: Desk, clock: StillClock) -> None:
    by_the_corner(stage)
    door = stage.front.page
    for _ in range(4):
        typed(stage, "0999"[len(door.number) :] + "000000")
        stage.until(lambda: not door.checking)
    assert door.wait_s == 30
    clock.advance(12)
    stage.front.attendant._look()
    stage.until(lambda: door.wait_s == 18)
    stage.tap("key.clear")
    assert door.wait_s == 0
    typed(stage, "0417" + PIN)
    stage.until(lambda: stage.front.visit.step == "officer")


def test_without_a_list_it_is_said_at_once(stage: Any, desk: Desk) -> None:
    tables.prefer(None)
    by_the_corner(stage)
    stage.until(lambda: bool(stage.front.page.trouble))
    assert stage.front.page.trouble == stage.front.tr._("door.notice.no_list")
    assert all(key.disabled for key in stage.front.page.ids.pad.children if key.value.isdigit())


@pytest.mark.parametrize("garbage", ["\x1b[2J\x00\x07", "9" * 256, "BADGE:" + "Z" * 250, "https://x.invalid/", "   "])
def test_garbage_at_the_door_is_answered_kindly(stage: Any, desk: Desk, garbage: str) -> None:
    by_the_corner(stage)
    door = stage.front.page
    typed(stage, "0417")
    scanned(stage, garbage)
    assert (stage.front.visit.step, door.badge) == ("door", False)
    assert door.trouble == stage.front.tr._("door.notice.no_badge")
    typed(stage, PIN)  # the number stands there still
    stage.until(lambda: stage.front.visit.step == "officer")


def test_an_error_of_the_desk_stands_on_the_page_and_the_pin_can_be_typed_again(stage: Any, desk: Desk) -> None:
    from kiosk.journey.officer.events import DeskFailed

    by_the_corner(stage)
    door = stage.front.page
    typed(stage, "0417" + "48392")
    stage.front.post(DeskFailed("store.full", {"file": "kiosk.sqlite3"}))
    stage.frames(2)
    assert stage.front.tr._("cure.store.full") in door.trouble
    assert (door.number, door.pin) == ("0417", "")


@pytest.mark.parametrize("at", ["scan", "nik", "association"])
def test_a_badge_in_the_middle_of_a_visit_leaves_nothing_of_it(stage: Any, desk: Desk, at: str) -> None:
    to_the_phone(stage, "tick.association")
    if at == "association":
        stage.tap("go")
    else:
        while stage.front.visit.step != "confirm":
            stage.tap("back")
        stage.tap("no")
    if at == "nik":
        stage.tap("type")
        typed(stage, secret("nik")[:9])
    stage.frames(4)
    assert stage.front.visit.step == at
    scanned(stage, BADGE)
    stage.until(lambda: not any(page.visit and page.step != "door" for page in pages(stage)))
    stage.frames(12)
    assert stage.front.visit.step == "door"
    import gc

    gc.collect()
    nik = secret("nik")
    wanted = [nik, secret("name"), f"{nik[:4]} •••• •••• {nik[-4:]}", secret("phone")[2:9]]
    assert where(wanted) == []
    assert all(getattr(page, "draft", "") == "" for page in pages(stage))
    picture = stage.front.pages["scan"].ids.preview.texture
    assert picture is None or not any(picture.pixels[:: 4 * 97])


def test_it_closes_by_itself_after_five_minutes(stage: Any) -> None:
    stage.desk.answers[Admit] = Admitted(OFFICER)
    by_the_corner(stage)
    front = stage.front
    assert front._idle.timeout == front.settings.journey.idle_s
    typed(stage, "0417" + PIN)
    stage.until(lambda: front.visit.step == "officer")
    assert (front._idle.timeout, bool(front._idle.is_triggered)) == (300, True)
    stage.tap("room.record")
    assert front._idle.timeout == 300
    front._idle.cancel()
    front.post(ev.IdleElapsed())
    stage.until(lambda: SignOff("idle") in stage.desk.asked)
    assert (front.visit.step, front.visit.duty) == ("attract", None)


def test_a_page_that_looks_again_is_no_touch(stage: Any) -> None:
    from kiosk.journey.officer.door import DoorView
    from kiosk.journey.officer.events import Told

    by_the_corner(stage)
    stage.front._idle.cancel()
    stage.front.post(Told(DoorView((("kiosk", 29),))))
    assert not stage.front._idle.is_triggered
