"""Black, frozen and upside down pictures; a dark room, a still life and a clip are none of these."""

import logging
import queue
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from kiosk.devices.camera import Frame
from kiosk.devices.health import BLACK_MS, FROZEN_MS, UPSIDE_DOWN_AFTER, Hanging, Health, Picture
from kiosk.devices.worker import CameraWorker
from kiosk.words import load

Image = np.ndarray
SCENE = cv2.GaussianBlur(np.random.default_rng(7).integers(20, 235, (720, 1280, 3), dtype=np.uint8), (0, 0), 25)
SCENE = cv2.normalize(SCENE, None, 30, 220, cv2.NORM_MINMAX)
UPRIGHT = ((0.3, 0.4), (0.7, 0.42), (0.7, 0.46), (0.3, 0.44))
TURNED = tuple((1 - x, 1 - y) for x, y in UPRIGHT)
ON_ITS_SIDE = ((0.4, 0.2), (0.41, 0.8), (0.38, 0.8), (0.37, 0.2))


def noisy(level: float, image: Image = SCENE, seed: int = 1) -> Iterator[Image]:
    rng = np.random.default_rng(seed)
    while True:
        noise = rng.normal(0, level, image.shape).astype(np.float32)
        yield np.clip(image + noise, 0, 255).round().astype(np.uint8)


def judged(frames: Iterator[Image], count: int, *, live: bool = True, every_ms: int = 500) -> list[str]:
    picture = Picture(live=live)
    return [picture.see(next(frames), place * every_ms) for place in range(count)]


def forever(image: Image) -> Iterator[Image]:
    while True:
        yield image


def test_a_covered_lens_is_black_after_a_while_and_not_at_once() -> None:
    states = judged(noisy(3.0, np.full((480, 640, 3), 8, np.uint8)), 40, every_ms=100)
    assert states.index("black") == BLACK_MS // 100
    assert set(states[BLACK_MS // 100 :]) == {"black"}


def test_a_dark_room_with_a_lamp_is_not_black_and_light_ends_black() -> None:
    room = np.full((480, 640, 3), 6, np.uint8)
    room[40:100, 500:560] = 180
    assert set(judged(noisy(2.0, room), 30)) == {"ok"}
    picture = Picture(live=True)
    for place in range(30):
        last = picture.see(np.zeros((480, 640, 3), np.uint8), place * 500)
    assert last == "black"
    assert picture.see(SCENE, 15_500) == "ok"


def test_the_same_frame_again_and_again_is_frozen_after_ten_seconds() -> None:
    states = judged(forever(SCENE), 40)
    assert states.index("frozen") == FROZEN_MS // 500


def test_nearly_the_same_is_the_same() -> None:
    def nearly() -> Iterator[Image]:
        for place in range(10_000):
            image = SCENE.copy()
            image[4, place % 1280] += 1
            yield image

    assert judged(nearly(), 30)[-1] == "frozen"


@pytest.mark.parametrize("level", [0.4, 1.0, 4.0])
def test_the_noise_of_a_sensor_is_life(level: float) -> None:
    assert set(judged(noisy(level), 40)) == {"ok"}


def test_a_webcam_that_packs_its_pictures_still_shows_life() -> None:
    def packed() -> Iterator[Image]:
        for image in noisy(1.5):
            yield cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_COLOR)

    assert set(judged(packed(), 30)) == {"ok"}


def test_a_picture_that_moves_again_is_well() -> None:
    picture = Picture(live=True)
    for place in range(30):
        last = picture.see(SCENE, place * 500)
    assert last == "frozen"
    assert picture.see(SCENE[:, ::-1], 15_500) == "ok"


def test_what_is_burnt_out_has_no_noise_and_is_not_called_frozen() -> None:
    assert set(judged(forever(np.full((480, 640, 3), 255, np.uint8)), 40)) == {"ok"}


def test_a_clip_may_stand_still() -> None:
    assert set(judged(forever(SCENE), 40, live=False)) == {"ok"}


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 3, 3), (4000, 5000, 3)])
def test_every_size_is_judged(shape: tuple[int, int, int]) -> None:
    assert judged(forever(np.full(shape, 100, np.uint8)), 30)[0] == "ok"


def test_the_size_may_change() -> None:
    picture = Picture(live=True)
    assert [picture.see(image, 0) for image in (SCENE, SCENE[:480, :640], SCENE)] == ["ok"] * 3


def test_the_camera_hangs_upside_down_when_card_after_card_does() -> None:
    hanging = Hanging()
    for _ in range(UPSIDE_DOWN_AFTER - 1):
        hanging.accepted(TURNED)
    hanging.accepted(ON_ITS_SIDE)  # says nothing
    hanging.accepted(())
    assert not hanging.upside_down
    hanging.accepted(TURNED)
    assert hanging.upside_down
    hanging.accepted(UPRIGHT)
    assert not hanging.upside_down


class Playing:
    """A camera that plays what it is given at the times that it is given."""

    def __init__(self, frames: list[tuple[Image, int]], *, live: bool = True) -> None:
        self.frames, self.live = frames, live

    def open(self) -> None:
        pass

    def read(self) -> Frame | None:
        if len(self.frames) > 1:
            image, t_ms = self.frames.pop(0)
        else:
            image, t_ms = self.frames[0]
        return Frame(image, t_ms, 0)

    def close(self) -> None:
        pass


def test_the_worker_tells_reason_and_time_and_logs_each_change(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    told: queue.Queue[Health] = queue.Queue()
    black = [(np.zeros((90, 160, 3), np.uint8), place * 400) for place in range(12)]
    worker = CameraWorker(Playing([(SCENE, 0), *black, (SCENE, 9_000)]), on_health=told.put)
    worker.start()
    try:
        well, dark, again = (told.get(timeout=20) for _ in range(3))
        for _ in range(UPSIDE_DOWN_AFTER):
            worker.accepted(TURNED)
        turned = told.get(timeout=20)
    finally:
        worker.stop()
    assert [health.state for health in (well, dark, again, turned)] == ["ok", "black", "ok", "upside_down"]
    assert [health.reason for health in (well, dark, turned)] == ["", "camera.black", "camera.upside_down"]
    assert well.since_ms <= (dark.last_good_ms or 0) <= dark.since_ms <= again.since_ms <= turned.since_ms
    logged = [record.__dict__["facts"]["health"] for record in caplog.records if record.msg == "camera.health"]
    assert logged == ["ok", "black", "ok", "upside_down"]


@pytest.mark.parametrize("language", ["id", "jv", "en"])
@pytest.mark.parametrize("state", ["lost", "absent", "black", "frozen", "upside_down"])
def test_every_state_has_its_two_sentences(language: str, state: str) -> None:
    words, health = load(language), Health(state, 0)  # type: ignore[arg-type]
    assert words(f"error.{health.reason}")
    assert words(f"cure.{health.reason}")
