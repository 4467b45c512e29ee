"""Codes of member cards: straight, rolled, in a live look; and no code where there is none."""

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import DeviceError
from kiosk.vision import pictures
from kiosk.vision.codes import FORMATS, CodeReader
from kiosk.vision.locate import Image
from kiosk.vision.reader import Reader

from .conftest import Specimen, specimens

CODES = specimens("qr", "code128", "code39", "pdf417", "datamatrix", "ean13")


def gray(specimen: Specimen, roll: float = 0.0) -> Image:
    picture = np.asarray(cv2.cvtColor(pictures.load(specimen.path), cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), roll, 0.85)
    turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8) if roll else picture


def name(specimen: Specimen) -> str:
    return specimen.kind


@pytest.mark.parametrize("roll", [0.0, 20.0, -35.0])
@pytest.mark.parametrize("specimen", CODES, ids=name)
def test_every_symbology_is_read_at_any_roll(specimen: Specimen, roll: float) -> None:
    picture, reader = gray(specimen, roll), CodeReader(FORMATS)
    code = reader.look(picture) or reader.look_closer(picture)
    assert code is not None
    assert (code.source, code.payload) == (specimen.kind, specimen.expected)


@pytest.mark.parametrize("specimen", [s for s in CODES if s.kind in ("code128", "pdf417")], ids=name)
def test_a_live_look_spreads_its_tries_and_still_finds_it(specimen: Specimen) -> None:
    picture, reader = gray(specimen, 28.0), CodeReader(FORMATS)
    found = [reader.look_closer(picture, once=False) for _ in range(6)]
    assert specimen.expected in {code.payload for code in found if code}
    assert {code.payload for code in found if code} == {specimen.expected}


def test_only_what_the_settings_name_is_read() -> None:
    (qr,) = specimens("qr")
    reader = CodeReader(["code128"])
    assert reader.look(gray(qr)) is None
    assert reader.look_closer(gray(qr)) is None
    assert CodeReader([]).look_closer(gray(qr)) is None
    with pytest.raises(DeviceError, match=r"symbology\.unknown"):
        CodeReader(["barcode"])


@pytest.mark.parametrize("kind", ["neg-blank", "neg-bpjs", "neg-kk", "ktp"])
def test_no_code_is_seen_where_there_is_none(kind: str) -> None:
    for specimen in specimens(kind):
        reader = CodeReader(FORMATS)
        assert reader.look(gray(specimen)) is None
        assert reader.look_closer(gray(specimen)) is None


def test_goods_in_the_picture_do_not_hide_the_card(reader: Reader) -> None:
    """An EAN-13 beside a card: the card is read."""
    (card, *_), (goods,) = specimens("ktp"), specimens("ean13")
    frame = pictures.load(card.path)
    assert reader.read(frame).nik == card.expected
    label = pictures.load(goods.path)
    small = cv2.resize(label, (320, 180), interpolation=cv2.INTER_AREA)
    frame[-180:, -320:] = small
    assert reader.read(frame).nik == card.expected
