"""The front door on the shipped specimens: right or nothing, never wrong."""

from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk import tables
from kiosk.domain.errors import DeviceError
from kiosk.vision import pictures
from kiosk.vision.look import SURE
from kiosk.vision.reader import Reader

from .conftest import Specimen, specimens

KTP = specimens("ktp")
NOT_CARDS = specimens("neg-blank", "neg-bpjs", "neg-kk")
CODES = specimens("qr", "code128", "code39", "ean13")


def name(specimen: Specimen) -> str:
    return specimen.path.stem


@pytest.mark.parametrize("specimen", KTP, ids=name)
def test_a_card_gives_its_number_and_prefills_what_stands_below(reader: Reader, specimen: Specimen) -> None:
    reading = reader.read(pictures.load(specimen.path))
    assert (reading.nik, reading.source) == (specimen.expected, "ktp")
    assert reading.confidence >= 0.8
    assert len(reading.outline) == 4
    if specimen.grade != "hard":
        assert reading.fields["birth_date"].text == specimen.birth_date
        assert reading.fields["name"].text == specimen.name
        assert reading.fields["birth_place"].text == specimen.birth_place


@pytest.mark.parametrize("specimen", NOT_CARDS, ids=name)
def test_another_card_gives_no_number_and_a_hint(reader: Reader, specimen: Specimen) -> None:
    reading = reader.read(pictures.load(specimen.path))
    assert reading.nik is None
    assert reading.hint.startswith("hint.")


@pytest.mark.parametrize("specimen", CODES, ids=name)
def test_a_code_gives_its_payload(reader: Reader, specimen: Specimen) -> None:
    reading = reader.read(pictures.load(specimen.path))
    assert (reading.source, reading.fields["payload"].text) == (specimen.kind, specimen.expected)
    assert reading.nik == (specimen.expected if len(specimen.expected) == 16 else None)


def test_a_card_tells_sex_regions_and_the_ground_of_its_photograph(reader: Reader) -> None:
    fields = reader.read(pictures.load(KTP[1].path)).fields
    assert fields["sex"].text in ("male", "female")
    province, regency, _ = tables.regions().names(KTP[1].expected)
    assert (fields["province"].text, fields["regency"].text) == (province, regency)
    assert len(fields["rt_rw"].text) == 7
    assert {"address", "village", "district"} <= fields.keys()
    assert all(0 < field.confidence <= 1 for field in fields.values())


@pytest.mark.parametrize("degrees", [180, 20, -25, 45, -45, 90, 135])
def test_a_turned_card_is_read_all_the_same(reader: Reader, degrees: int) -> None:
    frame = pictures.load(KTP[2].path)
    height, width = frame.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0 if degrees == 180 else 0.85)
    turned = np.asarray(cv2.warpAffine(frame, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), dtype=np.uint8)
    assert reader.read(turned).nik == KTP[2].expected


@pytest.mark.parametrize("clip", specimens("clip-ktp", "clip-qr"), ids=name)
def test_a_clip_is_accepted_once_the_card_is_there(reader: Reader, clip: Specimen) -> None:
    look = reader.begin()
    for t_ms, frame in pictures.frames(clip.path):
        reading = look.see(frame, t_ms)
        if reading.nik is not None:
            assert clip.expected.endswith(reading.nik)
            assert t_ms <= 2000
            if clip.kind == "clip-ktp":  # its first readable frame is still moving; the name is waited for
                assert (reading.fields["name"].text, reading.fields["name"].confidence >= SURE) == (clip.name, True)
            return
    pytest.fail("nothing accepted")


def test_an_empty_frame_says_what_is_missing(reader: Reader) -> None:
    look = reader.begin()
    empty = np.full((720, 1280, 3), 140, dtype=np.uint8)
    assert {look.see(empty, t_ms).hint for t_ms in range(0, 500, 33)} == {"hint.no_card"}
    assert reader.read(np.zeros((720, 1280, 3), dtype=np.uint8)).hint == "hint.too_dark"
    assert reader.read(np.zeros((1, 1, 3), dtype=np.uint8)).hint == "hint.unreadable"


def test_a_missing_model_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"recogniser\.missing"):
        Reader(tables.regions(), lambda: date(2026, 11, 22), model=tmp_path / "none.onnx")


def test_a_reading_never_shows_itself(reader: Reader) -> None:
    reading = reader.read(pictures.load(CODES[0].path))
    assert reading.nik is not None
    assert reading.nik not in repr(reading)
