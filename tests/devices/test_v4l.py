"""Which device a name means, and what the driver asks of it."""

import dataclasses
import logging
from pathlib import Path

import cv2
import pytest

from kiosk import settings
from kiosk.devices import CAMERAS, camera_opencv, v4l
from kiosk.domain.errors import DeviceError, SettingsError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, name, index in [
        (0, "Integrated Camera: Integrated C", 0),
        (4, "HD Pro Webcam C920", 1),  # the one for metadata
        (12, "HD Pro Webcam C920", 0),
        (3, "HD Pro Webcam C920", 0),
    ]:
        device = tmp_path / "sys" / "class" / "video4linux" / f"video{number}"
        device.mkdir(parents=True)
        (device / "name").write_text(f"{name}\n")
        (device / "index").write_text(f"{index}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "node"),
    [("0", "/dev/video0"), (" 7 ", "/dev/video7"), ("c920", "/dev/video3"), ("Integrated", "/dev/video0")],
)
def test_a_source_names_a_device(root: Path, source: str, node: str) -> None:
    assert v4l.node(source, root) == node


def test_a_link_by_id_is_followed(tmp_path: Path) -> None:
    device, link = tmp_path / "video5", tmp_path / "usb-046d_HD_Pro_Webcam_C920-video-index0"
    device.touch()
    link.symlink_to(device)
    assert v4l.node(str(link)) == str(device)


@pytest.mark.parametrize("source", ["Logitech Brio", "", "   "])
def test_a_name_that_nothing_has_is_absent(root: Path, source: str) -> None:
    with pytest.raises(DeviceError, match=r"camera\.absent"):
        v4l.node(source, root)


def test_without_any_camera_it_is_absent(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"camera\.absent"):
        v4l.node("C920", tmp_path)


class Capture:
    """Stands for cv2.VideoCapture: keeps what was asked, refuses what is on its list."""

    def __init__(self, refuses: set[int]) -> None:
        self.refuses = refuses
        self.asked: list[tuple[int, float]] = []
        self.opened: tuple[object, ...] = ()

    def __call__(self, *opened: object) -> "Capture":
        self.opened = opened
        return self

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def set(self, setting: int, value: float) -> bool:
        self.asked.append((setting, value))
        return setting not in self.refuses

    def release(self) -> None:
        pass


def opened(monkeypatch: pytest.MonkeyPatch, *refuses: int, **chosen: object) -> Capture:
    capture = Capture(set(refuses))
    monkeypatch.setattr(camera_opencv.cv2, "VideoCapture", capture)
    camera = CAMERAS["opencv"](dataclasses.replace(settings.load().devices, **chosen))
    camera.open()
    camera.close()
    return capture


def test_it_asks_for_motion_jpeg_of_720_lines_at_30_and_leaves_the_rest_to_the_driver(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    capture = opened(monkeypatch, cv2.CAP_PROP_FOURCC, cv2.CAP_PROP_AUTOFOCUS)
    assert capture.opened == ("/dev/video0", cv2.CAP_V4L2)
    asked = dict(capture.asked)
    assert capture.asked[0] == (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT], asked[cv2.CAP_PROP_FPS]) == (
        1280,
        720,
        30,
    )
    assert (asked[cv2.CAP_PROP_AUTO_EXPOSURE], asked[cv2.CAP_PROP_AUTOFOCUS]) == (3, True)
    assert cv2.CAP_PROP_EXPOSURE not in asked
    assert cv2.CAP_PROP_FOCUS not in asked
    assert not caplog.records


def test_numbers_are_set_and_a_refusal_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    capture = opened(monkeypatch, cv2.CAP_PROP_FOCUS, exposure=250.0, focus=30.0)
    asked = dict(capture.asked)
    assert (asked[cv2.CAP_PROP_AUTO_EXPOSURE], asked[cv2.CAP_PROP_EXPOSURE]) == (1, 250.0)
    assert (asked[cv2.CAP_PROP_AUTOFOCUS], asked[cv2.CAP_PROP_FOCUS]) == (False, 30.0)
    assert [record.__dict__["facts"] for record in caplog.records] == [{"reason": "focus"}]


def test_a_url_is_opened_with_limits_and_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = opened(monkeypatch, camera_source="rtsp://camera.local/stream")
    source, backend, limits = capture.opened
    assert (source, backend) == ("rtsp://camera.local/stream", cv2.CAP_FFMPEG)
    assert limits == [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 4000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 3000]
    assert not capture.asked


def test_exposure_and_focus_in_a_site_file(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[devices]\nexposure = 250\nfocus = "auto"\n')
    devices = settings.load(site).devices
    assert (devices.exposure, devices.focus) == (250.0, "auto")
    for wrong in ('"much"', "true", "-1", "[1]"):
        site.write_text(f"[devices]\nexposure = {wrong}\n")
        with pytest.raises(SettingsError, match=r"devices\.exposure"):
            settings.load(site)
