"""Parts of the screens that need no display."""

from kiosk.domain.reading import Reading
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.steady import Steady


def test_a_hint_shows_once_most_looks_gave_it_and_stays_to_be_read() -> None:
    steady = Steady()
    shown = [steady.offer("hint.closer", t / 10) for t in range(6)]
    assert shown == ["", "", "", "", "", "hint.closer"]
    late = [steady.offer("hint.glare", t / 10) for t in range(6, 15)]
    assert set(late) == {"hint.closer"}
    assert steady.offer("hint.glare", 1.55) == "hint.glare"


def test_a_hint_that_comes_and_goes_is_never_shown() -> None:
    steady = Steady()
    for t in range(6):
        steady.offer("hint.closer", t / 10)
    shown = {steady.offer(("hint.glare", "hint.closer", "hint.finger")[t % 3], t / 10) for t in range(6, 60)}
    assert shown == {"hint.closer"}


def test_a_hint_goes_when_nobody_looks_any_more() -> None:
    steady = Steady()
    for t in range(8):
        steady.offer("hint.closer", t / 10)
    assert steady.now(1.2) == "hint.closer"
    assert steady.now(1.6) == ""


def test_every_kind_of_button_can_be_read() -> None:
    for ground, pressed, ink, _ in theme.KINDS.values():
        assert theme.contrast(ground, ink) >= 7
        assert theme.contrast(pressed, ink) >= 7


def test_millimetres_are_true_on_the_glass() -> None:
    for width, height, inch in ((1080, 1920, 21.5), (1280, 800, 10.1), (1920, 1080, 15.6), (1080, 1920, 32)):
        dpi = (width**2 + height**2) ** 0.5 / inch
        theme.fit(width, height, dpi)
        assert theme.true_mm(theme.mm(theme.BUTTON)) >= 21.8
        assert theme.true_mm(theme.mm(theme.LEAST)) >= 14.8


class _Bridge:
    def to_frame(self, call, value) -> None:  # type: ignore[no-untyped-def]
        call(value)


def test_a_code_held_before_the_camera_counts_once() -> None:
    import pytest

    pytest.importorskip("kivy")
    import fakes

    from kiosk.ui.eyes import Eyes

    posted: list[ev.Event] = []
    now = [0.0]
    sight, scanner = fakes.FakeSight(), fakes.FakeScanner()
    eyes = Eyes(sight, scanner, _Bridge(), lambda _: None, lambda _: None, posted.append, lambda: now[0])
    eyes.look(frozenset({"camera", "scanner"}))
    for _ in range(5):
        sight.see(fakes.card())
    assert len(posted) == 1
    sight.see(Reading(hint="hint.glare"))
    assert len(posted) == 1
    now[0] = 3.0
    sight.see(fakes.card())
    assert len(posted) == 2
    late = sight.on_reading
    eyes.look(frozenset())
    assert not sight.looking
    assert not scanner.looking
    assert late is not None
    late(fakes.card())
    assert len(posted) == 2
