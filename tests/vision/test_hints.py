"""Each cause of an unread frame gets its own hint on most frames, and a lamp beside the card is no glare on it."""

from collections import Counter

import cv2
import numpy as np
import pytest

from kiosk.vision import hints
from kiosk.vision.locate import Image, Line
from kiosk.vision.scene import Scene

from .causes import made

FRAMES = 6
OWN = {
    "near": hints.FURTHER,
    "far": hints.CLOSER,
    "tilt": hints.STRAIGHTEN,
    "motion": hints.HOLD_STILL,
    "motion-lamp": hints.HOLD_STILL,
    "dark": hints.TOO_DARK,
    "glare": hints.GLARE,
    "finger": hints.FINGER,
    "back": hints.WRONG_SIDE,
    "back-lamp": hints.WRONG_SIDE,
    "bpjs": hints.NOT_KTP,
    "empty": hints.NO_CARD,
}


def advice(picture: Image, **more: object) -> hints.Advice:
    gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    return hints.advise(Scene(picture, gray), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("cause", OWN)
def test_each_cause_has_its_hint(cause: str) -> None:
    given = Counter(advice(made(cause, seed).picture).hint for seed in range(FRAMES))
    assert given.most_common(1)[0][0] == OWN[cause], given
    assert given[OWN[cause]] > FRAMES / 2, given


def test_the_mark_lies_in_the_spot() -> None:
    marks = [(advice(frame.picture).mark, frame.spot) for frame in (made("glare", seed) for seed in range(FRAMES))]
    found = [(mark, spot) for mark, spot in marks if mark is not None and spot is not None]
    assert len(found) >= FRAMES - 1
    for (x, y, radius), (spot_x, spot_y, spot_radius) in found:
        assert np.hypot(x * 1280 - spot_x, y * 720 - spot_y) < spot_radius
        assert 0 < radius < 0.2


def test_only_glare_has_a_place() -> None:
    assert all(advice(made(cause, 1).picture).mark is None for cause in ("motion", "back", "far", "dark"))


def test_a_number_that_is_read_but_not_accepted_asks_for_rest() -> None:
    made_frame = made("plain", 0).picture
    number = Line((500.0, 250.0), (280.0, 0.0), (0.0, 22.0))
    assert advice(made_frame, number=number).hint == hints.HOLD_STILL
    assert advice(made_frame, number=number, known=False).hint == hints.NOT_KTP
    assert advice(made_frame, number=Line((500.0, 250.0), (120.0, 0.0), (0.0, 9.0))).hint == hints.CLOSER
    assert advice(made_frame, number=Line((10.0, 250.0), (700.0, 0.0), (0.0, 56.0))).hint == hints.FURTHER


@pytest.mark.parametrize("turn", [0.0, 35.0, 180.0])
def test_the_card_lies_around_its_number(turn: float) -> None:
    """On an empty ground the number alone tells where the card is, whichever way it is turned."""
    empty = np.full((720, 1280, 3), 128, np.uint8)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    number = Line((640.0, 360.0), (200.0 * c, 200.0 * s), (-16.0 * s, 16.0 * c))
    gray = np.asarray(cv2.cvtColor(empty, cv2.COLOR_BGR2GRAY), np.uint8)
    corners = np.array(hints.card_around(Scene(empty, gray), number)) * (1280, 720)
    assert np.hypot(*(corners[1] - corners[0])) == pytest.approx(200 * hints.CARD_WIDTH, rel=0.01)
    assert np.hypot(*(corners[2] - corners[1])) == pytest.approx(200 * hints.CARD_WIDTH / 1.586, rel=0.01)
    first, middle = np.array([640.0, 360.0]), np.array(number.centre)
    across = (corners[1] - corners[0]) / np.hypot(*(corners[1] - corners[0]))
    assert (first - corners[0]) @ across > 0
    assert cv2.pointPolygonTest(corners.astype(np.float32), (float(middle[0]), float(middle[1])), False) > 0


def test_tiny_and_grey_pictures_get_a_hint_too() -> None:
    for shape in ((48, 48, 3), (60, 900, 3), (720, 1280, 3)):
        assert advice(np.full(shape, 140, np.uint8)).hint == hints.NO_CARD
