"""A whole visit by touches into the window, and what goes wrong on the way."""

import logging
from typing import Any

import pytest
from fakes import CODE, NAME, NIK, card

from kiosk.journey import events as ev
from kiosk.journey.flow import TRADER


def texts(front) -> str:  # type: ignore[no-untyped-def]
    """All text that any widget of any page holds."""
    found = []
    for page in front.pages.values():
        for widget in page.walk():
            found += [str(getattr(widget, name, "")) for name in ("text", "value", "sub", "draft", "number", "person")]
    return "\n".join(found)


def fill_in(stage) -> None:  # type: ignore[no-untyped-def]
    """From the card to the check page."""
    front = stage.front
    stage.tap("go")
    stage.tap("tick.registration")
    stage.tap("go")
    assert front.visit.step == "scan"
    assert stage.sight.looking
    stage.sight.see(card())
    stage.until(lambda: front.visit.step == "confirm")
    assert not stage.sight.looking
    stage.until(lambda: front.visit.known is not None)
    stage.tap("yes")
    assert front.visit.step == "occupation"  # the name was read well and said yes to
    stage.tap("tile.pedagang-sayur")
    stage.tap("go")
    stage.tap("no")
    stage.tap("go")  # past the pictures
    assert front.visit.step == "income"
    stage.tap("band.more")
    stage.tap("band.less")
    stage.tap("go")
    stage.tap("months.3")
    stage.tap("go")
    assert front.visit.step == "phone"
    for digit in "081234567890":
        stage.tap(f"key.{digit}")
    stage.tap("go")
    assert front.visit.step == "check"


def test_a_whole_visit_by_touch(stage) -> None:  # type: ignore[no-untyped-def]
    fill_in(stage)
    stage.tap("go")
    stage.until(lambda: stage.front.visit.step == "receipt")
    (kept,) = stage.keeper.kept
    assert (kept.nik, kept.name, kept.phone, kept.months, kept.total) == (NIK, NAME, "+6281234567890", 3, 33_600)
    assert CODE in texts(stage.front)
    stage.tap("done")
    assert stage.front.visit.step == "attract"
    seen = texts(stage.front)
    assert NIK not in seen
    assert NAME not in seen
    assert NIK[:4] + " ••••" not in seen
    assert "0812" not in seen


def test_idle_wipes_the_widgets(stage) -> None:  # type: ignore[no-untyped-def]
    fill_in(stage)
    stage.front.post(ev.IdleElapsed())
    assert stage.front.visit.step == "still_there"
    stage.tap("still_here")
    assert stage.front.visit.step == "check"
    assert NAME in texts(stage.front)
    stage.front.post(ev.IdleElapsed())
    stage.front.post(ev.IdleElapsed())
    assert stage.front.visit.step == "attract"
    assert NAME not in texts(stage.front)
    assert "9001" not in texts(stage.front)


def test_typing_survives_still_there_and_a_change_of_language(stage) -> None:  # type: ignore[no-untyped-def]
    for target in ("go", "tick.registration", "go", "type"):
        stage.tap(target)
    for digit in NIK[:7]:
        stage.tap(f"key.{digit}")
    stage.front.post(ev.IdleElapsed())
    stage.tap("still_here")
    stage.tap("lang")
    stage.tap("lang.en")
    assert stage.front.page.draft == NIK[:7]
    assert stage.front.tr.lang == "en"
    for digit in NIK[7:]:
        stage.tap(f"key.{digit}")
    stage.tap("go")
    assert stage.front.visit.step == "confirm"


def test_a_double_tap_counts_once(stage) -> None:  # type: ignore[no-untyped-def]
    stage.tap("go")
    stage.touch(540, 400)  # at once, wherever the next page has a card
    assert stage.front.visit.step == "consent"


def test_a_touch_beside_the_buttons_asks_for_the_language(stage) -> None:  # type: ignore[no-untyped-def]
    stage.ready()
    stage.touch(20, 1900)
    assert stage.front.visit.step == "language"


def test_each_start_button_begins_in_its_language(stage) -> None:  # type: ignore[no-untyped-def]
    stage.tap("start.en")
    assert (stage.front.visit.step, stage.front.tr.lang) == ("consent", "en")


def test_without_the_needed_tick_the_page_says_so(stage) -> None:  # type: ignore[no-untyped-def]
    stage.tap("go")
    stage.tap("go")
    assert stage.front.visit.step == "consent"
    assert stage.front.page.notice == "consent.notice.needed"
    stage.tap("no")
    assert stage.front.visit.step == "sorry"


def test_the_known_card_shows_its_code(stage) -> None:  # type: ignore[no-untyped-def]
    stage.keeper.earlier[NIK] = CODE
    for target in ("go", "tick.registration", "go"):
        stage.tap(target)
    stage.sight.see(card())
    stage.until(lambda: stage.front.visit.step == "confirm")
    stage.tap("yes")
    stage.until(lambda: stage.front.visit.step == "enrolled")
    assert CODE in texts(stage.front)


def test_a_store_that_fails_ends_kindly(stage) -> None:  # type: ignore[no-untyped-def]
    stage.keeper.fails = "store.full"
    fill_in(stage)
    stage.tap("go")
    stage.until(lambda: stage.front.visit.step == "sorry")
    assert stage.front.page.title == stage.front.tr._("sorry.store.full.title")
    assert NAME not in texts(stage.front)


def test_closed_and_open_again(stage) -> None:  # type: ignore[no-untyped-def]
    stage.keeper.closed = "identity.missing"
    stage.front._ask_status()
    stage.until(lambda: stage.front.visit.step == "closed")
    stage.keeper.closed = ""
    stage.front._ask_status()
    stage.until(lambda: stage.front.visit.step == "attract")


def test_a_crash_in_a_thread_is_sorry_and_its_text_is_not_logged(stage, caplog) -> None:  # type: ignore[no-untyped-def]
    caplog.set_level(logging.INFO)
    stage.keeper.breaks = True
    stage.front._ask_status()
    stage.until(lambda: stage.front.visit.step == "sorry")
    stage.keeper.breaks = False
    assert NIK not in "".join(str(record.__dict__.get("facts", "")) + record.getMessage() for record in caplog.records)


def test_three_crashes_within_a_minute_give_up() -> None:
    from kiosk.ui.failsafe import Failsafe

    now, sorry, ended = [0.0], [], []
    failsafe = Failsafe(lambda: sorry.append(1), lambda: ended.append(1), lambda _: None, lambda: now[0])
    for at in (0.0, 50.0, 100.0, 109.0):
        now[0] = at
        failsafe.caught(ValueError("secret"))
    assert (len(sorry), len(ended)) == (4 - 1, 1) or (len(sorry), len(ended)) == (4, 0)
    now[0] = 109.5
    failsafe.caught(ValueError("secret"))
    assert ended


@pytest.mark.parametrize("step", sorted(TRADER))
def test_every_step_can_switch_its_language(stage, step: str) -> None:  # type: ignore[no-untyped-def]
    import scenes
    from fakes import context

    visit = next(visit for _, visit, _ in scenes.scenes(context()) if visit.step == step)
    stage.keeper.closed = visit.reason if step == "closed" else ""
    stage.at(visit)
    stage.front.post(ev.LanguageChosen("en"))
    stage.frames(2)
    assert stage.front.visit.step == ("consent" if step in ("language", "attract") else step)
    assert stage.front.tr.lang == "en"
    missing = [w.text for w in stage.front.page.walk() if getattr(w, "text", "") and w.text in stage.front.tr._]
    assert not missing


@pytest.mark.parametrize(
    ("waiting", "silent_days", "answered", "told"),
    [
        (3, 0, True, ("cloud_upload", "3")),
        (0, 0, True, ("cloud_done", "")),
        (0, 0, False, ("", "")),  # nobody has answered yet: nothing says that anything arrived
        (0, 4, True, ("error", "4 hari")),
    ],
)
def test_the_first_screen_tells_how_far_the_carriage_is(
    stage: Any, waiting: int, silent_days: int, answered: bool, told: tuple[str, str]
) -> None:
    keeper = stage.keeper
    keeper.waiting, keeper.silent_days, keeper.answered = waiting, silent_days, answered
    stage.front._ask_status()
    page = stage.front.page
    stage.until(lambda: (page.carriage_icon, page.carriage) == told)
