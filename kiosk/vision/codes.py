"""Codes through zbar: QR, Code 128, Code 39, EAN-13. Never ITF: it reads parts of a number as a whole one.

zbar gets the grey picture (of three channels it would take blue alone) and looks along rows and columns only, so a
rolled one-dimensional code is straightened first.
"""

import contextlib
import ctypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import cv2
import numpy as np
import numpy.typing as npt
from pyzbar import pyzbar, wrapper
from pyzbar.wrapper import ZBarConfig

from kiosk.domain import nik
from kiosk.domain.errors import DeviceError
from kiosk.domain.reading import Field
from kiosk.domain.regions import Regions
from kiosk.vision.locate import Image, Line, crop, line_of

SYMBOLS = {
    "qr": pyzbar.ZBarSymbol.QRCODE,
    "code128": pyzbar.ZBarSymbol.CODE128,
    "code39": pyzbar.ZBarSymbol.CODE39,
    "ean13": pyzbar.ZBarSymbol.EAN13,
    "ean8": pyzbar.ZBarSymbol.EAN8,
    "upca": pyzbar.ZBarSymbol.UPCA,
    "code93": pyzbar.ZBarSymbol.CODE93,
    "codabar": pyzbar.ZBarSymbol.CODABAR,
}
SOURCES = {symbol.name: source for source, symbol in SYMBOLS.items()}
STRAIGHT_PX = 1100  # width of a straightened code
SEARCH_PX = 480
EVERY_PX = 3
GREY_800 = int.from_bytes(b"Y800", "little")
ONE_WAY = 0.75  # share of the gradients that run one way: bars have 0.8 and more, lines of print less
ASSOCIATION = re.compile(r"[A-Z]{2,5}:(\d{16})")  # KOP:<NIK>, as associations print on member cards
NAMED = re.compile(r"(\d{16})\|([^|]{2,80})\|(\d{2})-(\d{2})-(\d{4})")
LONGEST = 2000  # characters of a payload that are handed on


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """A decoded code: symbology, payload, and its corners in frame pixels."""

    source: str
    payload: str
    corners: tuple[tuple[float, float], ...]


class CodeReader:
    def __init__(self, symbologies: Iterable[str]) -> None:
        """Raises DeviceError `symbology.unknown` for a name that is not in SYMBOLS."""
        names = tuple(symbologies)
        for name in names:
            if name not in SYMBOLS:
                raise DeviceError("symbology.unknown", name=name)
        self._symbols = [SYMBOLS[name] for name in names]

    def look(self, gray: Image) -> Code | None:
        """gray: HxW uint8. One pass over the picture as it is."""
        if not self._symbols or min(gray.shape) < 16:
            return None
        best = None
        for found in _decoded(gray, self._symbols):
            if found.type not in SOURCES or not found.data:
                continue
            payload = _decode(found.data)
            if found.type == "CODE39" and len(payload) < 4:
                continue  # short ones come out of stripes and fabric
            corners = tuple((float(x), float(y)) for x, y in found.polygon)
            code = Code(SOURCES[found.type], payload[:LONGEST], corners)
            if best is None or len(code.payload) > len(best.payload):
                best = code
        return best

    def look_closer(self, gray: Image) -> Code | None:
        """Straightens the places that look like bars and reads them enlarged; dearer than `look`."""
        for box in barred(gray):
            height = int(np.clip(STRAIGHT_PX * box.height / max(box.width, 1.0), 60, 900))
            straight = crop(gray, box, STRAIGHT_PX, height)
            for picture in (straight, _sharpen(straight)):
                code = self.look(picture)
                if code is not None:
                    return Code(code.source, code.payload, box.corners)
        return None


def barred(gray: Image) -> list[Line]:
    """Up to three boxes of dense strokes in one direction, turned so that the strokes stand upright."""
    scale = min(1.0, SEARCH_PX / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    dx, dy = cv2.Scharr(small, cv2.CV_32F, 1, 0), cv2.Scharr(small, cv2.CV_32F, 0, 1)
    window = (13, 13)
    xx, yy, xy = (cv2.boxFilter(product, -1, window) for product in (dx * dx, dy * dy, dx * dy))
    one_way = np.hypot(xx - yy, 2 * xy)  # structure tensor: strong and in one direction
    level = max(float(np.percentile(one_way, 90)), 0.25 * float(one_way.max()))
    mask = cv2.morphologyEx((one_way > level).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    boxes = []
    for index in np.argsort(stats[1:, cv2.CC_STAT_AREA])[::-1][:3] + 1:
        if stats[index, cv2.CC_STAT_AREA] < 250:
            continue
        inside = labels == index
        if float(one_way[inside].sum()) < ONE_WAY * float((xx + yy)[inside].sum()):
            continue
        angle = 0.5 * np.arctan2(2 * float(xy[inside].sum()), float((xx - yy)[inside].sum()))
        boxes.append(_box(inside, angle, scale))
    return boxes


def _box(inside: npt.NDArray[np.bool_], angle: float, scale: float) -> Line:
    ys, xs = np.nonzero(inside)
    along, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    points = np.stack([xs, ys], axis=1).astype(np.float64)
    u, v = points @ along, points @ down
    (left, right), (top, bottom) = np.percentile(u, (0.5, 99.5)), np.percentile(v, (2, 98))
    margin = 0.12 * (right - left) + 6
    left, right, top, bottom = left - margin, right + margin, top - 4, bottom + 4
    start = (along * left + down * top) / scale
    width, height = along * (right - left) / scale, down * (bottom - top) / scale
    return line_of(start, width, height)


def _decoded(gray: Image, symbols: Iterable[pyzbar.ZBarSymbol]) -> list[pyzbar.Decoded]:
    """As pyzbar.decode, but with every EVERY_PX-th row and column only: as many codes, in a third of the time."""
    with pyzbar._image_scanner() as scanner, pyzbar._image() as image:
        for symbol, setting, value in (
            (0, ZBarConfig.CFG_ENABLE, 0),
            *((symbol, ZBarConfig.CFG_ENABLE, 1) for symbol in symbols),
            (0, ZBarConfig.CFG_X_DENSITY, EVERY_PX),
            (0, ZBarConfig.CFG_Y_DENSITY, EVERY_PX),
        ):
            wrapper.zbar_image_scanner_set_config(scanner, symbol, setting, value)
        height, width = gray.shape
        pixels = gray.tobytes()
        wrapper.zbar_image_set_format(image, GREY_800)
        wrapper.zbar_image_set_size(image, width, height)
        wrapper.zbar_image_set_data(image, ctypes.cast(ctypes.c_char_p(pixels), ctypes.c_void_p), len(pixels), None)
        if wrapper.zbar_scan_image(scanner, image) < 0:
            return []
        return list(pyzbar._decode_symbols(pyzbar._symbols_for_image(image)))


def _sharpen(gray: Image) -> Image:
    soft = cv2.GaussianBlur(gray, (0, 0), 3)
    return np.asarray(cv2.addWeighted(gray, 2.2, soft, -1.2, 0), dtype=np.uint8)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def understand(payload: str, regions: Regions, today: date) -> tuple[str | None, dict[str, Field]]:
    """The NIK in a payload (None when there is none) and its fields; `payload` is always among them.

    Accepted are exactly a NIK, an association's `KOP:<NIK>` and our slip's `<NIK>|<name>|<dd-mm-yyyy>`.
    """
    fields = {"payload": Field(payload, 1.0)}
    text = payload.strip()
    digits, named, association = text, NAMED.fullmatch(text), ASSOCIATION.fullmatch(text)
    if named is not None:
        digits = named[1]
        fields["name"] = Field(" ".join(named[2].split()), 1.0)
        with contextlib.suppress(ValueError):
            fields["birth_date"] = Field(date(int(named[5]), int(named[4]), int(named[3])).isoformat(), 1.0)
    elif association is not None:
        digits = association[1]
    if not re.fullmatch(r"[0-9]{16}", digits) or regions.find(digits[:4]) is None:
        return None, fields
    if nik.check(digits, regions, today).outcome is nik.Outcome.FAIL:
        return None, fields
    return digits, fields
