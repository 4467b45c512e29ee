"""Codes in a frame: zxing-cpp first, zbar second; the pair finds more than either.

Both look along rows and columns (of one-dimensional codes), so a rolled one is straightened first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp
from zxingcpp import BarcodeFormat

from kiosk.domain import payload as payloads
from kiosk.domain.errors import DeviceError
from kiosk.domain.reading import Field
from kiosk.domain.regions import Regions
from kiosk.vision.locate import Image, Line, crop, line_of
from kiosk.vision.zbar import ZbarReader

FORMATS = {
    "qr": BarcodeFormat.QRCode,
    "code128": BarcodeFormat.Code128,
    "code39": BarcodeFormat.Code39,
    "pdf417": BarcodeFormat.PDF417,
    "datamatrix": BarcodeFormat.DataMatrix,
    "ean13": BarcodeFormat.EAN13,
    "itf": BarcodeFormat.ITF,
}
STRAIGHT_PX = 1100  # width of a straightened code
SEARCH_PX = 480
ZBAR_EVERY = 5  # closer looks; it costs ten times a fast one of zxing-cpp
SMALLEST_AREA = 250  # pixels of the search picture
BUSY = 0.45  # share of the busiest places' gradients above which a place belongs to a code
ONE_WAY = 0.75  # share of the gradients that run one way: bars have 0.8 and more, lines of print less
SHORTEST = {"code39": 4, "itf": 16}  # short ones come out of stripes, fabric, and parts of a longer number
LONGEST = 2000  # characters of a payload that are handed on


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """A decoded code: symbology, payload, and its corners in frame pixels."""

    source: str
    payload: str
    corners: tuple[tuple[float, float], ...]


class CodeReader:
    def __init__(self, symbologies: Iterable[str]) -> None:
        """Raises DeviceError `symbology.unknown` for a name that is not in FORMATS."""
        names = tuple(symbologies)
        for name in names:
            if name not in FORMATS:
                raise DeviceError("symbology.unknown", name=name)
        self._sources = {str(FORMATS[name]): name for name in names}
        self._formats = zxingcpp.BarcodeFormats([FORMATS[name] for name in names])
        self._zbar = ZbarReader(names)
        self._closer_looks = 0

    def look(self, gray: Image) -> Code | None:
        """gray: H×W uint8. One quick pass over the picture as it is."""
        return self._zxing(gray, thorough=False)

    def look_closer(self, gray: Image, *, once: bool = True) -> Code | None:
        """Straightens the places that look like codes and reads them enlarged, then asks zbar; dearer than `look`.

        For a live camera (`once` False) a call takes one place and spreads the others over the next calls.
        """
        if not self._sources:
            return None
        self._closer_looks += 1
        for box, sharpened in self._places(gray, once):
            height = int(np.clip(STRAIGHT_PX * box.height / max(box.width, 1.0), 60, 900))
            straight = crop(gray, box, STRAIGHT_PX, height)
            code = self._zxing(_sharpen(straight) if sharpened else straight, thorough=True)
            if code is not None:
                return Code(code.source, code.payload, box.corners)
        if once or self._closer_looks % ZBAR_EVERY == 0:
            return _best(Code(*found) for found in self._zbar.decode(gray))
        return None

    def _places(self, gray: Image, once: bool) -> list[tuple[Line, bool]]:
        """Boxes to straighten, and whether sharpened, likeliest first."""
        striped, dense = barred(gray), busy(gray)
        places = [(box, False) for box in (*striped[:1], *dense[:1], *striped[1:], *dense[1:])]
        places += [(box, True) for box in (*striped, *dense)]
        return places if once else places[(self._closer_looks - 1) % max(len(places), 1) :][:1]

    def _zxing(self, gray: Image, *, thorough: bool) -> Code | None:
        if not self._sources or min(gray.shape) < 16:
            return None
        found = zxingcpp.read_barcodes(
            np.ascontiguousarray(gray),
            formats=self._formats,
            try_rotate=thorough,
            try_downscale=thorough,
            try_invert=thorough,
            text_mode=zxingcpp.TextMode.Plain,  # the default puts brackets and <GS> into the payload
        )
        return _best(
            Code(self._sources.get(str(code.format), str(code.format).lower()), code.text, _corners(code.position))
            for code in found
        )


def _best(codes: Iterable[Code]) -> Code | None:
    """The one that says most: a card may carry a short code beside the one that matters."""
    fit = [code for code in codes if len(code.payload) >= SHORTEST.get(code.source, 1)]
    if not fit:
        return None
    best = max(fit, key=lambda code: len(code.payload))
    return Code(best.source, best.payload[:LONGEST], best.corners)


def _corners(at: zxingcpp.Position) -> tuple[tuple[float, float], ...]:
    return tuple((float(p.x), float(p.y)) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))


def understand(text: str, regions: Regions, today: date) -> tuple[str | None, dict[str, Field]]:
    """The NIK in a payload (None when there is none) and the fields of a reading; `payload` is always among them."""
    found = payloads.understand(text, regions, today)
    given = {"payload": text, "name": found.name, "birth_date": found.birth_date}
    return found.nik, {name: Field(value, 1.0) for name, value in given.items() if value or name == "payload"}


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
        if stats[index, cv2.CC_STAT_AREA] < SMALLEST_AREA:
            continue
        inside = labels == index
        if float(one_way[inside].sum()) < ONE_WAY * float((xx + yy)[inside].sum()):
            continue
        angle = 0.5 * np.arctan2(2 * float(xy[inside].sum()), float((xx - yy)[inside].sum()))
        boxes.append(_box(inside, angle, scale))
    return boxes


def busy(gray: Image) -> list[Line]:
    """Up to two boxes of dense strokes in any direction, lying along their longer side: PDF417, bars in a clutter."""
    scale = min(1.0, SEARCH_PX / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (3, 3), 0)
    energy = np.abs(cv2.Scharr(small, cv2.CV_32F, 1, 0)) + np.abs(cv2.Scharr(small, cv2.CV_32F, 0, 1))
    energy = cv2.boxFilter(energy, -1, (9, 9))
    mask = (energy > BUSY * float(np.percentile(energy, 99.7))).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    )
    boxes = []
    for index in np.argsort(stats[1:, cv2.CC_STAT_AREA])[::-1][:2] + 1:
        if stats[index, cv2.CC_STAT_AREA] < SMALLEST_AREA:
            continue
        inside = labels == index
        ys, xs = np.nonzero(inside)
        _, (width, height), degrees = cv2.minAreaRect(np.stack([xs, ys], axis=1).astype(np.float32))
        boxes.append(_box(inside, np.deg2rad(degrees if width >= height else degrees + 90), scale))
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


def _sharpen(gray: Image) -> Image:
    soft = cv2.GaussianBlur(gray, (0, 0), 3)
    return np.asarray(cv2.addWeighted(gray, 2.2, soft, -1.2, 0), dtype=np.uint8)
