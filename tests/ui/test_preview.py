"""The card frame on the camera's picture: it turns to the card, and goes back when the card is lost."""

from typing import Any

import pytest

CARD = ((0.3, 0.3), (0.6, 0.4), (0.55, 0.7), (0.25, 0.6))


@pytest.fixture
def picture() -> Any:
    import fakes

    from kiosk.ui.window import open_window

    open_window(fakes.shipped_settings(1080, 1920, 21.5).panel)
    from kiosk.ui.widgets.preview import Preview
    from kiosk.ui.widgets.text import Icon  # noqa: F401 (kv name)

    return Preview(pos=(0, 0), size=(800, 600))


def test_the_frame_turns_to_the_card_and_back_when_it_is_lost(picture: Any) -> None:
    still = list(picture.corners)
    picture.look(CARD, found=True, now=10.0)
    picture._turn(10.09)
    halfway = list(picture.corners)
    picture._turn(10.2)
    there = list(picture.corners)
    assert still != halfway != there
    assert {round(x) for x in there[::2]} == {240, 480, 440, 200}
    assert picture.found
    picture._turn(10.6)
    assert picture.corners == there
    picture._turn(10.75)
    picture._turn(11.0)
    assert picture.corners == still
    assert not picture.found


def test_an_upside_down_card_does_not_spin_the_frame(picture: Any) -> None:
    picture.look(CARD, found=False, now=10.0)
    picture._turn(10.3)
    upright = list(picture.corners)
    picture.look((*CARD[2:], *CARD[:2]), found=False, now=10.4)
    picture._turn(10.7)
    assert picture.corners == pytest.approx(upright)


def test_a_place_is_marked_and_forgotten_with_the_picture(picture: Any) -> None:
    picture.mark = (0.5, 0.25, 0.1)
    assert picture.ring[:2] == [400, 450]
    assert picture.arrow
    picture.stop()
    assert picture.mark is None
    assert not picture.card
