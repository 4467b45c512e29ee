"""Bad input: odd pictures are read or refused, odd codes shake nothing, and what is no NIK is never one."""

import contextlib
import random
import sys
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from PIL import Image as Pillow

from kiosk import tables
from kiosk.domain import payload
from kiosk.domain.errors import PictureError
from kiosk.vision import pictures
from kiosk.vision.locate import Image
from kiosk.vision.reader import Reader

from .conftest import SPECIMENS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from specimen_looks import LOOKS
from specimen_papers import KINDS
from specimen_sets import Recipe

CARD, EXPECTED = SPECIMENS / "ktp-easy-000.jpg", "6171022411929139"
NIK = "3372015708759001"
TODAY = date(2026, 11, 22)


def card() -> Image:
    return pictures.load(CARD)


def odd(path: Path, kind: str) -> Path:
    """The specimen card as a file of an odd kind."""
    frame = card()
    gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    match kind:
        case "20-megapixels.jpg":
            cv2.imwrite(str(path), cv2.resize(frame, (6000, 3375)))
        case "16-bit.png" | "16-bit.tiff":
            cv2.imwrite(str(path), frame.astype(np.uint16) * 257)
        case "12-in-16-bit.png":
            cv2.imwrite(str(path), gray.astype(np.uint16) * 16)
        case "grey.png" | "grey.jpg":
            cv2.imwrite(str(path), gray)
        case "alpha.png" | "alpha.webp":
            cv2.imwrite(str(path), np.dstack([frame, np.full_like(gray, 255)]))
        case "palette.png":
            Pillow.open(CARD).convert("P").save(path)
        case "ink.jpg":
            Pillow.open(CARD).convert("CMYK").save(path)
        case _:
            second = Pillow.open(SPECIMENS / "code-qr-000.jpg")
            Pillow.open(CARD).save(path, save_all=True, append_images=[second])
    return path


KINDS_OF_PICTURE = [
    "20-megapixels.jpg", "16-bit.png", "16-bit.tiff", "12-in-16-bit.png", "grey.png", "grey.jpg", "alpha.png",
    "alpha.webp", "palette.png", "ink.jpg", "animated.gif", "animated.png", "animated.webp", "pages.tiff",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS_OF_PICTURE)
def test_an_odd_picture_is_read_like_any_other(reader: Reader, tmp_path: Path, kind: str) -> None:
    """Of an animation and of several pages the first picture counts."""
    assert reader.read(pictures.load(odd(tmp_path / kind, kind))).nik == EXPECTED


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
@pytest.mark.parametrize(("orientation", "degrees"), [(3, 180), (6, 90), (8, -90)])
def test_a_turned_camera_is_set_right(tmp_path: Path, suffix: str, orientation: int, degrees: int) -> None:
    """The same picture as the one that was never turned, so it is read as that is."""
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{suffix}"
    Pillow.open(CARD).rotate(degrees, expand=True).save(path, exif=exif)
    right = pictures.load(path)
    assert right.shape == card().shape
    assert np.abs(right.astype(int) - card().astype(int)).mean() < 4


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (47, 47), (2, 2), (49, 3000)])
def test_a_picture_too_small_for_a_card_says_so(reader: Reader, tmp_path: Path, shape: tuple[int, int]) -> None:
    path = tmp_path / "dot.png"
    cv2.imwrite(str(path), np.full(shape, 128, np.uint8))
    reading = reader.read(pictures.load(path))
    assert reading.nik is None
    assert reading.hint.startswith("hint.")
    assert reader.begin().see(pictures.load(path), 0).nik is None


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "bmp", "tiff"])
def test_a_torn_picture_is_read_or_refused(reader: Reader, tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole.{suffix}"
    Pillow.open(CARD).save(whole)
    stored = whole.read_bytes()
    torn = tmp_path / f"torn.{suffix}"
    for share in (0.002, 0.3, 0.9):
        torn.write_bytes(stored[: int(len(stored) * share)])
        assert outcome(reader, torn) in ("picture.unreadable", None, EXPECTED)


def outcome(reader: Reader, path: Path) -> str | None:
    """The NIK, none, or the id of the error."""
    try:
        return reader.read(pictures.load(path)).nik
    except PictureError as error:
        return error.id


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.jpg", b"<html><body>not a picture</body></html>"),
        ("table.png", b"PK\x03\x04" + b"\0" * 3000),
        ("zeros.jpg", bytes(100_000)),
        ("empty.png", b""),
        ("script.gif", b"#!/bin/sh\nexit 0\n"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("paper.pdf", b"%PDF-1.7\n"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PictureError, match=r"picture\.unreadable"):
        pictures.load(tmp_path / name)


def test_folders_and_loops_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").symlink_to("two.jpg")
    (tmp_path / "two.jpg").symlink_to("one.jpg")
    (tmp_path / "gone.jpg").symlink_to("nowhere")
    assert not pictures.is_clip(tmp_path / "one.jpg")
    for name, id in (("", "picture.unreadable"), ("one.jpg", "picture.unreadable"), ("gone.jpg", "picture.missing")):
        with pytest.raises(PictureError) as caught:
            pictures.load(tmp_path / name)
        assert caught.value.id == id


def written(path: Path, frames: int, codec: str = "MJPG") -> bytes:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 15, (640, 360))
    for index in range(frames):
        writer.write(np.full((360, 640, 3), 90 + index, np.uint8))
    writer.release()
    return path.read_bytes()


def test_a_clip_without_a_frame_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "none.avi", 0)
    with pytest.raises(PictureError, match=r"clip\.(empty|unreadable)"):
        list(pictures.frames(tmp_path / "none.avi"))


@pytest.mark.parametrize("share", [0.05, 0.5, 0.8])
def test_a_torn_clip_gives_what_it_holds_and_then_says_so(tmp_path: Path, share: float) -> None:
    whole = written(tmp_path / "whole.avi", 60)
    torn = tmp_path / "torn.avi"
    torn.write_bytes(whole[: int(len(whole) * share)])
    given = []
    with pytest.raises(PictureError, match=r"clip\.(broken|unreadable|empty)"):
        given.extend(t_ms for t_ms, _ in pictures.frames(torn))
    assert given == sorted(given)


def test_a_hole_in_a_clip_stops_nothing(tmp_path: Path) -> None:
    whole = bytearray(written(tmp_path / "whole.avi", 60))
    middle = len(whole) // 2
    whole[middle : middle + 3000] = bytes(3000)
    (tmp_path / "hole.avi").write_bytes(whole)
    given = []
    with contextlib.suppress(PictureError):  # too many were lost: said after those that were not
        given.extend(frame.shape for _, frame in pictures.frames(tmp_path / "hole.avi"))
    assert set(given) == {(360, 640, 3)}
    assert len(given) > 20


ODD_TEXTS = {
    "nul": f"{NIK}\0",
    "nul first": f"\0{NIK}",
    "controls": f"\x1b[2J\x07{NIK}\x08\x7f",
    "4 kB": "9"
    * 2900,  # as much as one QR code holds beside its least correction is 7089 digits; 2900 still decodes here
    "right to left": f"\u202e{NIK}",
    "marks inside": f"{NIK[:8]}\u200f{NIK[8:]}",
    "emoji": "😀🪪" * 40,
    "arabic digits": "٣٣٧٢٠١٥٧٠٨٧٥٩٠٠١",
    "wide digits": "３３７２０１５７０８７５９００１",
    "zero width": "\u200b".join(NIK),
    "two lines": f"{NIK}\n{NIK}",
    "slip with controls": f"{NIK}\x1b[2J|SITI|17-08-1975",
}


def shown(text: str) -> Image:
    """A frame that shows `text` as a QR code."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    bars = np.array(zxingcpp.write_barcode_to_image(code, scale=4, add_quiet_zones=True))
    frame = np.full((max(720, bars.shape[0] + 60), max(1280, bars.shape[1] + 400), 3), 200, np.uint8)
    frame[30 : 30 + bars.shape[0], 200 : 200 + bars.shape[1]] = bars[..., None]
    return frame


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_an_odd_code_is_handed_on_whole_and_is_no_nik(reader: Reader, text: str) -> None:
    reading = reader.read(shown(text))
    assert reading.source == "qr"
    assert text.startswith(reading.fields["payload"].text)
    assert reading.nik is None


@pytest.mark.parametrize("text", [*ODD_TEXTS.values(), "9" * 4096, "\0" * 4096, "\ud800", f"{NIK}\u2028"])
def test_an_odd_payload_is_understood_as_nothing(text: str) -> None:
    """Also what a scanner sends, which no symbology limits."""
    found = payload.understand(text, tables.regions(), TODAY)
    assert found.nik is None or text.strip() == NIK


@pytest.mark.parametrize("look", sorted(LOOKS))
@pytest.mark.parametrize("kind", KINDS)
def test_another_paper_is_never_a_nik(reader: Reader, kind: str, look: str) -> None:
    """Alone and in a live look: bank and family cards, licences, receipts, phone numbers, newspapers, several seeds."""
    for seed in (9001, 9002):
        made = Recipe(seed, look, random.Random(seed).choice((0.0, 180.0))).not_card(seed, kind)
        frame = next(iter(made.frames))
        assert reader.read(frame).nik is None, seed
        view = reader.begin()
        assert [view.see(frame, t_ms).nik for t_ms in range(0, 400, 100)] == [None] * 4, seed


def test_a_covered_number_is_no_number(reader: Reader) -> None:
    for index in range(4):
        made = Recipe(9001, "b").picture("covered", index)
        assert reader.read(next(iter(made.frames))).nik is None
