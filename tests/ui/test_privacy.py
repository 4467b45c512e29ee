"""After the end of a visit, whichever way it ended, nothing of the trader can be found in this process."""

import gc
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

import pytest
from fakes import card

from kiosk.journey import events as ev

# As they never stand in a source file: kept backwards here, so that a search does not find the test itself.
BACKWARDS = {"nik": "2009171075102733", "name": "ISAIPOC ITNARAWK", "phone": "1543210998180"}


def secret(what: str) -> str:
    return BACKWARDS[what][::-1]


def begin(stage: Any, *ticks: str) -> None:
    for target in ("go", "tick.registration", *ticks, "go"):
        stage.tap(target)
    stage.sight.see(card(secret("nik"), secret("name")))
    stage.until(lambda: stage.front.visit.known is not None)
    stage.tap("yes")


def to_the_phone(stage: Any, *ticks: str) -> None:
    """Through whatever is asked, with the shown answers, until the phone page; there a number is typed."""
    begin(stage, *ticks)
    ways = {
        "name": ["go"],
        "occupation": ["tile.pedagang-sayur", "go"],
        "employer": ["no"],
        "understand": ["go"],
        "income": ["go"],
        "programme": ["go"],
    }
    while stage.front.visit.step != "phone":
        for target in ways[stage.front.visit.step]:
            stage.tap(target)
    for digit in secret("phone").removeprefix("62")[:12]:
        stage.tap(f"key.{digit}")


def save(stage: Any, then: str) -> None:
    to_the_phone(stage)
    stage.tap("go")
    if stage.front.visit.step == "association":
        stage.tap("skip")
    stage.tap("go")
    stage.until(lambda: stage.front.visit.step == then)
    stage.keeper.kept.clear()


def done(stage: Any) -> None:
    save(stage, "receipt")
    stage.tap("done")


def stopped(stage: Any) -> None:
    to_the_phone(stage)
    stage.tap("stop")
    stage.tap("yes")


def idle(stage: Any) -> None:
    to_the_phone(stage)
    stage.front.post(ev.IdleElapsed())
    stage.front.post(ev.IdleElapsed())


def crashed(stage: Any) -> None:
    to_the_phone(stage)
    stage.front.failsafe._times.clear()
    stage.front._crash(ValueError("a screen failed"))
    stage.until(lambda: stage.front.visit.step == "sorry")


def unsaved(stage: Any) -> None:
    stage.keeper.fails = "store.full"
    save(stage, "sorry")
    stage.tap("done")


def known(stage: Any) -> None:
    stage.keeper.earlier[secret("nik")] = "7K3M-9QTX-R"
    begin(stage)
    stage.until(lambda: stage.front.visit.step == "enrolled")
    stage.keeper.earlier.clear()
    stage.front.post(ev.IdleElapsed())  # left alone on the result


def stopped_while_looking(stage: Any) -> None:
    begin(stage)
    stage.tap("back")  # to confirm, with the card on it
    stage.tap("no")
    stage.frames(4)
    stage.tap("stop")
    stage.tap("yes")


def stopped_while_typing(stage: Any) -> None:
    for target in ("go", "tick.registration", "go", "type"):
        stage.tap(target)
    for digit in secret("nik"):
        stage.tap(f"key.{digit}")
    stage.tap("back")  # what was typed waits on its page
    stage.tap("stop")
    stage.tap("yes")


@pytest.mark.parametrize(
    "end",
    [done, stopped, idle, crashed, unsaved, known, stopped_while_looking, stopped_while_typing],
    ids=lambda end: end.__name__,
)
def test_nothing_of_the_trader_is_left(stage: Any, end: Callable[[Any], None]) -> None:
    end(stage)
    stage.until(lambda: not any(page.visit and page.step not in ("attract", "sorry") for page in pages(stage)))
    stage.frames(12)
    assert stage.front.visit.step in ("attract", "sorry")
    gc.collect()
    wanted = [
        secret("nik"),
        secret("name"),
        f"{secret('nik')[:4]} •••• •••• {secret('nik')[-4:]}",
        secret("phone")[2:9],
    ]
    assert where(wanted) == []
    picture = stage.front.pages["scan"].ids.preview.texture
    assert picture is None or not any(picture.pixels[:: 4 * 97])
    assert all(getattr(page, "draft", "") == "" for page in pages(stage))
    assert stage.front.eyes._last[0] == ""


def pages(stage: Any) -> list[Any]:
    return list(stage.front.pages.values())


def test_the_search_finds_what_is_there(stage: Any) -> None:
    to_the_phone(stage)
    assert where([secret("name")]) != []


def test_refusing_keeps_nothing(stage: Any) -> None:
    """Nothing was asked yet, nothing goes to the store, and the ticks are gone."""
    for target in ("go", "tick.association", "tick.reminders", "no"):
        stage.tap(target)
    assert stage.front.visit.step == "sorry"
    assert stage.front.visit.answers.consents == ()
    assert stage.keeper.kept == []
    assert not any(stage.front.pages["consent"].ids[purpose].ticked for purpose in ("association", "reminders"))
    stage.tap("done")
    assert stage.front.visit.step == "attract"


def test_the_ticks_of_one_trader_are_not_those_of_the_next(stage: Any) -> None:
    for target in ("go", "tick.registration", "tick.reminders", "stop", "yes", "go"):
        stage.tap(target)
    assert stage.front.visit.step == "consent"
    assert not any(stage.front.page.ids[purpose].ticked for purpose in ("registration", "association", "reminders"))


def test_no_page_takes_the_keyboard_or_the_clipboard(stage: Any) -> None:
    from kivy.core.clipboard import Clipboard
    from kivy.core.window import Window
    from kivy.uix.textinput import TextInput

    to_the_phone(stage)
    assert not any(isinstance(widget, TextInput) for page in pages(stage) for widget in page.walk())
    assert not Window._keyboards or all(board.callback is None for board in Window._keyboards.values())
    assert secret("phone")[2:9] not in str(getattr(Clipboard, "_data", ""))


def where(wanted: list[str]) -> list[str]:
    """Kinds of the objects that hold one of these texts, as far as the collector can see."""
    gc.unfreeze()  # the screens too, which `memory.settle` took out of its sight
    return sorted({kind for kind, text in texts(wanted) if any(part in text for part in wanted)})


def texts(but: list[str]) -> Iterator[tuple[str, str]]:
    for holder in gc.get_objects():
        if holder is but or isinstance(holder, FrameType | ModuleType):
            continue
        for part in gc.get_referents(holder):
            if isinstance(part, str):
                yield type(holder).__name__, part
            elif isinstance(part, bytes | bytearray) and len(part) < 100_000:
                yield type(holder).__name__, bytes(part).decode("latin-1")
