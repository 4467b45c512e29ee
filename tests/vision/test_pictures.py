"""Every kind of picture and clip becomes frames, or one clear error."""

import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import PictureError
from kiosk.vision import pictures
from kiosk.vision.preview import rgba

from .conftest import SPECIMENS

GREY = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
COLOUR = np.dstack([GREY, GREY, GREY])


@pytest.mark.parametrize(
    "image",
    [
        GREY,
        COLOUR,
        GREY.astype(np.uint16) * 257,
        COLOUR.astype(np.uint16) * 257,
        np.dstack([COLOUR, np.full_like(GREY, 255)]),
        COLOUR[:1, :1],
    ],
    ids=["grey", "colour", "grey-16", "colour-16", "alpha", "one-pixel"],
)
def test_all_depths_come_as_eight_bit_colour(tmp_path: Path, image: np.ndarray) -> None:
    path = tmp_path / "picture.png"
    cv2.imwrite(str(path), image)
    frame = pictures.load(path)
    assert frame.dtype == np.uint8
    assert frame.shape == (*image.shape[:2], 3)
    expected = COLOUR[: image.shape[0], : image.shape[1]]
    assert np.abs(frame.astype(int) - expected.astype(int)).max() <= 1


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    cv2.imwrite(str(path), np.zeros((8, 8, 4), dtype=np.uint8))
    assert (pictures.load(path) == 255).all()


def test_a_picture_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    stored = cv2.imencode(".jpg", COLOUR)[1].tobytes()
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
    exif = b"Exif\x00\x00" + tiff
    path = tmp_path / "turned.jpg"
    path.write_bytes(stored[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + stored[2:])
    assert pictures.load(path).shape == (64, 48, 3)


@pytest.mark.parametrize("content", [b"", b"no picture", (SPECIMENS / "code-qr-000.jpg").read_bytes()[:200]])
def test_what_is_no_picture_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=r"picture\.unreadable"):
        pictures.load(path)


def test_a_folder_and_a_missing_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"picture\.unreadable"):
        pictures.load(tmp_path)
    with pytest.raises(PictureError, match=r"picture\.missing"):
        pictures.load(tmp_path / "none.png")
    with pytest.raises(PictureError, match=r"picture\.missing"):
        next(pictures.frames(tmp_path / "none.avi"))


def test_a_clip_gives_frames_with_their_times() -> None:
    times = [t_ms for t_ms, frame in pictures.frames(SPECIMENS / "qr.avi") if frame.shape == (720, 1280, 3)]
    assert len(times) > 40
    assert times[:3] == [0, 67, 133]


@pytest.mark.parametrize(
    ("content", "error"), [(b"", "clip.empty"), (b"no clip", "clip.unreadable"), (None, "clip.broken")]
)
def test_a_clip_that_cannot_be_played_is_said(tmp_path: Path, content: bytes | None, error: str) -> None:
    path = tmp_path / "clip.avi"
    path.write_bytes((SPECIMENS / "qr.avi").read_bytes()[:1_000_000] if content is None else content)
    with pytest.raises(PictureError) as caught:
        list(pictures.frames(path))
    assert caught.value.id == error


@pytest.mark.parametrize(("name", "content"), [("card.avi", "ktp-easy-000.jpg"), ("card.jpg", "qr.avi")])
def test_what_a_file_is_stands_in_it_and_not_in_its_name(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_bytes((SPECIMENS / content).read_bytes())
    assert pictures.is_clip(path) == content.endswith(".avi")
    assert pictures.is_clip(SPECIMENS / content) == content.endswith(".avi")


def test_by_its_name_when_it_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "odd.mp4").write_bytes(b"????")
    assert pictures.is_clip(tmp_path / "odd.mp4")
    assert pictures.is_clip(tmp_path / "none.mkv")
    assert not pictures.is_clip(tmp_path / "none.jpg")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(kind: str) -> bytes:
    """A small file that asks for 30000×30000 pixels."""
    if kind == "png":
        header = struct.pack(">IIBBBBB", 30000, 30000, 8, 0, 0, 0, 0)
        pixels = zlib.compress(bytes(1 << 20))
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    if kind == "bmp":
        return b"BM" + bytes(16) + struct.pack("<ii", 30000, -30000) + bytes(100)
    if kind == "gif":
        return b"GIF89a" + struct.pack("<HH", 30000, 30000) + bytes(100)
    stored = bytearray(cv2.imencode(".jpg", COLOUR)[1].tobytes())
    at = stored.index(b"\xff\xc0")
    stored[at + 5 : at + 9] = struct.pack(">HH", 30000, 30000)
    return bytes(stored)


@pytest.mark.parametrize("kind", ["png", "bmp", "gif", "jpg"])
def test_a_small_file_cannot_ask_for_gigabytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"bomb.{kind}"
    path.write_bytes(bomb(kind))
    with pytest.raises(PictureError, match=r"picture\.too_large"):
        pictures.load(path)


def test_a_pipe_is_no_picture_and_no_clip(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PictureError, match=r"picture\.unreadable"):
        pictures.load(tmp_path / "pipe.jpg")
    with pytest.raises(PictureError, match=r"clip\.unreadable"):
        next(pictures.frames(tmp_path / "pipe.jpg"))


def test_the_preview_uses_its_buffer_again() -> None:
    first = rgba(COLOUR, (32, 24))
    assert first.shape == (24, 32, 4)
    assert rgba(COLOUR, (32, 24), first) is first
    assert rgba(COLOUR, (64, 48), first).shape == (48, 64, 4)
