"""The front door: a picture, or the frames of a live camera, to a Reading. Cheap tests come first."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain import nik
from kiosk.domain.errors import DeviceError
from kiosk.domain.reading import KTP, Field, Reading
from kiosk.domain.regions import Regions
from kiosk.vision import codes, hints, ktp, locate
from kiosk.vision.fields import Surroundings, same_day
from kiosk.vision.locate import Image, Line
from kiosk.vision.text import Recogniser
from kiosk.vision.voting import STRONG, Sighting, Votes

CANDIDATES = 4  # lines that are read per direction on a picture
LIVE_CANDIDATES = 3
DIRECTIONS = 3
SMALLEST_PX = 48
LARGEST_PX = 2600  # longer pictures are made smaller before they are searched
FEWEST_LETTERS = 12  # fewer pieces that look like letters cannot be a card
STILL_LEVEL = 3.0  # mean difference of two thumbnails under which a scene has not changed
TIRED_AFTER = 9  # looks at a scene that does not change before it is left alone


class Reader:
    """Reads e-KTPs and codes. One per thread: the recogniser inside is not thread-safe."""

    def __init__(
        self,
        regions: Regions,
        today: Callable[[], date],
        *,
        model: Path,
        symbologies: tuple[str, ...] = ("qr", "code128", "code39", "ean13"),
    ) -> None:
        """Raises DeviceError: `recogniser.missing`, `symbology.unknown`."""
        if not model.is_file():
            raise DeviceError("recogniser.missing", file=model.name)
        cv2.setNumThreads(max(1, min(4, os.cpu_count() or 1)))
        self._regions = regions
        self._today = today
        self.recogniser = Recogniser(model)
        self.codes = codes.CodeReader(symbologies)

    def begin(self) -> "Look":
        """A new look at a live camera; its votes start empty."""
        return Look(self)

    def read(self, frame: npt.NDArray[np.uint8]) -> Reading:
        """One picture on its own (H×W×3 uint8 BGR): `nik` only when the single-picture rule accepts it."""
        frame = _fit(frame)
        if min(frame.shape[:2]) < SMALLEST_PX:
            return Reading(hint=hints.UNREADABLE)
        gray = gray_of(frame)
        code = self.codes.look(gray)
        if code is not None:
            return self.code_reading(code, gray)
        found = locate.find_print(gray)
        best: tuple[float, Reading] | None = None
        directions = locate.directions(found, DIRECTIONS) if found.letters >= FEWEST_LETTERS else []
        tries = [(angle, False) for angle in directions[:1]]
        later = [(angle, False) for angle in directions[1:]] + [(angle, True) for angle in directions]
        lines: dict[float, list[Line]] = {}
        for step, (angle, flipped) in enumerate([*tries, *later]):
            if angle not in lines:
                lines[angle] = ktp.candidates(gray, locate.lines_along(found, angle), CANDIDATES)
            seen = self.number(frame, lines[angle], flipped)
            if seen is not None:
                around = ktp.look_around(self.recogniser, frame, seen.box)
                sighting = sighting_of(seen, around)
                reading = self.ktp_reading(seen, around, gray, accepted=sighting.enough_alone)
                if reading.nik is not None:
                    return reading
                if best is None or sighting.probability > best[0]:
                    best = (sighting.probability, reading)
                if sighting.probability >= STRONG:
                    break
            if step == 0:
                code = self.codes.look_closer(gray)
                if code is not None:
                    return self.code_reading(code, gray)
        if not directions:
            code = self.codes.look_closer(gray)
            if code is not None:
                return self.code_reading(code, gray)
        if best is not None:
            return best[1]
        return self.nothing(frame, gray, found.letters, [line for some in lines.values() for line in some])

    def number(self, frame: Image, lines: list[Line], flipped: bool) -> ktp.Seen | None:
        """The first well-formed NIK on `lines`."""
        if flipped:
            lines = [line.turned() for line in lines]
        for line in lines:
            seen = ktp.read_number(self.recogniser, frame, line)
            if seen is not None and self.well_formed(seen.number.digits):
                return seen
        return None

    def well_formed(self, digits: str) -> bool:
        """Structure and regency are right. The district is not asked: codes are newer than any list."""
        outcome = nik.check(digits, self._regions, self._today()).outcome
        return outcome is not nik.Outcome.FAIL and self._regions.find(digits[:4]) is not None

    def code_reading(self, code: codes.Code, gray: Image) -> Reading:
        digits, fields = codes.understand(code.payload, self._regions, self._today())
        return Reading(digits, code.source, 1.0, fields, outline=_fractions(code.corners, gray))

    def ktp_reading(self, seen: ktp.Seen, around: Surroundings, gray: Image, *, accepted: bool) -> Reading:
        outline = _fractions(seen.box.corners, gray)
        if accepted:
            return Reading(seen.number.digits, KTP, seen.number.probability, dict(around.fields), outline=outline)
        if around.foreign or not (seen.number.label or around.ktp):
            return Reading(source=KTP, confidence=seen.number.probability, hint=hints.NOT_KTP, outline=outline)
        hint = hints.for_line(gray, seen.box, locate.crop(_as_bgr(gray), seen.box, 480, 48))
        return Reading(source=KTP, confidence=seen.number.probability, hint=hint, outline=outline)

    def nothing(self, frame: Image, gray: Image, letters: int, lines: list[Line]) -> Reading:
        """A reading that only says what the person could change."""
        if hints.too_dark(gray) or not lines:
            return Reading(hint=hints.without_line(gray, letters))
        tallest = lines[0]
        hint = hints.for_line(gray, tallest, locate.crop(frame, tallest, 480, 48))
        return Reading(hint=hint)


class Look:
    """One person's turn at a live camera: votes over frames, spreads the dear tries over them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._votes = Votes()
        self._fields: dict[str, dict[str, Field]] = {}
        self._angle: float | None = None
        self._flipped = False
        self._turn = 0
        self._fruitless = 0
        self._thumb: npt.NDArray[np.uint8] | None = None
        self._last = Reading(hint=hints.NO_CARD)

    def see(self, frame: npt.NDArray[np.uint8], t_ms: int) -> Reading:
        """The newest frame (H×W×3 uint8 BGR) in; `nik` is set only at the moment of acceptance.

        `t_ms` is the frame's time. A scene that does not change and holds nothing to read costs a millisecond.
        """
        reader = self._reader
        frame = _fit(frame)
        if min(frame.shape[:2]) < SMALLEST_PX:
            return Reading(hint=hints.UNREADABLE)
        gray = gray_of(frame)
        if self._still(gray) and self._fruitless >= TIRED_AFTER:
            return self._last
        self._turn += 1
        code = reader.codes.look(gray) or (reader.codes.look_closer(gray) if self._turn % 3 == 2 else None)
        if code is not None:
            self._fruitless = 0
            return reader.code_reading(code, gray)
        found = locate.find_print(gray)
        if found.letters < FEWEST_LETTERS:
            return self._without(Reading(hint=hints.without_line(gray, found.letters)))
        angles = [self._angle] if self._angle is not None else locate.directions(found, DIRECTIONS)
        flipped = self._flipped if self._angle is not None else self._turn % 2 == 0
        placed = [line for angle in angles for line in locate.lines_along(found, angle)]
        lines = ktp.candidates(gray, placed, LIVE_CANDIDATES)
        seen = reader.number(frame, lines, flipped)
        if seen is None:
            self._angle = None
            return self._without(reader.nothing(frame, gray, found.letters, lines))
        self._fruitless, self._angle, self._flipped = 0, upright_angle(seen.box), flipped
        return self._weigh(seen, frame, gray)

    def _weigh(self, seen: ktp.Seen, frame: Image, gray: Image) -> Reading:
        digits = seen.number.digits
        if self._votes.anchored(digits):
            sighting = Sighting(digits, seen.number.probability, False, False)
            around = None
        else:
            around = ktp.look_around(self._reader.recogniser, frame, seen.box)
            sighting = sighting_of(seen, around)
            self._fields.setdefault(digits, {}).update(around.fields)
        if self._votes.add(sighting):
            return Reading(
                digits,
                KTP,
                seen.number.probability,
                dict(self._fields[digits]),
                outline=_fractions(seen.box.corners, gray),
            )
        if around is None:
            return Reading(
                source=KTP,
                confidence=seen.number.probability,
                hint=hints.HOLD_STILL,
                outline=_fractions(seen.box.corners, gray),
            )
        return self._reader.ktp_reading(seen, around, gray, accepted=False)

    def _still(self, gray: Image) -> bool:
        thumb = np.asarray(cv2.resize(gray, (64, 36), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        before, self._thumb = self._thumb, thumb
        if before is not None and float(cv2.absdiff(before, thumb).mean()) < STILL_LEVEL:
            return True
        self._fruitless = 0
        return False

    def _without(self, reading: Reading) -> Reading:
        self._fruitless += 1
        self._last = reading
        return reading


def upright_angle(line: Line) -> float:
    """The line's direction in degrees, -90..90, whichever way up it is."""
    return float((np.degrees(np.arctan2(line.along[1], line.along[0])) + 90) % 180 - 90)


def sighting_of(seen: ktp.Seen, around: Surroundings) -> Sighting:
    number = seen.number
    return Sighting(
        number.digits,
        number.probability,
        label=number.label and around.ktp,
        birth_date=same_day(around.birth_date, number.digits),
        foreign=around.foreign,
    )


def gray_of(frame: npt.NDArray[np.uint8]) -> Image:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _as_bgr(gray: Image) -> Image:
    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def _fit(frame: npt.NDArray[np.uint8]) -> Image:
    longest = max(frame.shape[:2])
    if longest <= LARGEST_PX:
        return frame
    scale = LARGEST_PX / longest
    return np.asarray(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _fractions(corners: tuple[tuple[float, float], ...], gray: Image) -> tuple[tuple[float, float], ...]:
    height, width = gray.shape[:2]
    return tuple((x / width, y / height) for x, y in corners)
