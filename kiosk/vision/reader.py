"""The front door: a picture, or the frames of a live camera, to a Reading. Cheap tests come first."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain import nik
from kiosk.domain.errors import DeviceError
from kiosk.domain.reading import KTP, Reading
from kiosk.domain.regions import Regions
from kiosk.vision import codes, hints, ktp, locate
from kiosk.vision.around import Around
from kiosk.vision.fields import same_day
from kiosk.vision.glyphs import DigitReader
from kiosk.vision.letters import LetterReader
from kiosk.vision.locate import Image
from kiosk.vision.nets import good_threads
from kiosk.vision.photo import photograph
from kiosk.vision.scene import Scene
from kiosk.vision.text import Recogniser
from kiosk.vision.views import SMALLEST_PX, View, card_view, fitted, gray_of, whole
from kiosk.vision.voting import Sighting

if TYPE_CHECKING:
    from kiosk.vision.look import Look

CANDIDATES = 4  # lines that the quick reader sees per direction
DIRECTIONS = 3
FEWEST_LETTERS = 12  # fewer pieces that look like letters cannot be a card
DIGITS, LETTERS = "ktp-digits.onnx", "ktp-letters.onnx"  # beside the recogniser's file
BY_HAND = (15.0, -15.0)  # degrees that a hand holds a card off level
BORN_AT = (6, 12)  # digits of a NIK that the printed birth date confirms
APART = 15.0  # degrees between two directions that are worth trying
ON_GOODS = frozenset({"ean13"})  # such codes lie about in every market: a card in the same frame comes first


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
        cv2.setNumThreads(good_threads())
        self._regions = regions
        self._today = today
        self.readers = ktp.Readers(
            DigitReader(model.with_name(DIGITS)), LetterReader(model.with_name(LETTERS)), Recogniser(model)
        )
        self.codes = codes.CodeReader(symbologies)

    def begin(self) -> "Look":
        """A new look at a live camera; its votes start empty."""
        from kiosk.vision.look import Look  # it builds on this module

        return Look(self)

    def read(self, frame: npt.NDArray[np.uint8]) -> Reading:
        """One picture on its own (H×W×3 uint8 BGR): `nik` only when the single-picture rule accepts it."""
        frame = fitted(frame)
        if min(frame.shape[:2]) < SMALLEST_PX:
            return Reading(hint=hints.UNREADABLE)
        gray = gray_of(frame)
        code = self.codes.look(gray)
        if code is not None and code.source not in ON_GOODS:
            return self.code_reading(code, gray)
        best: Reading | None = None
        scene = Scene(frame, gray)
        for view, angle in _tries(scene):
            seen = self.number(view, angle)
            if seen is None:
                continue
            sighting, around = self.judge(seen)
            if sighting.enough_alone:
                return self.accepted(seen, around, scene)
            if best is None or sighting.probability > best.confidence:
                best = self.unsure(seen, sighting, scene)
            if view.whole:
                break
        code = code or self.codes.look_closer(gray)
        if code is not None:
            return self.code_reading(code, gray)
        return best or self.nothing(scene)

    def number(self, view: View, angle: float) -> ktp.Seen | None:
        """The first well-formed NIK on the lines along `angle`."""
        return self.first_of(view, self.promising(view, angle))

    def promising(self, view: View, angle: float) -> list[ktp.Hit]:
        """Lines along `angle` on which the quick reader sees a number or most of one, best first."""
        lines = ktp.candidates(view, angle, CANDIDATES)
        hits = ktp.promising(self.readers, view.gray, lines)
        return hits if hits or view.whole else ktp.unusual(self.readers, view, lines)

    def first_of(self, view: View, hits: list[ktp.Hit]) -> ktp.Seen | None:
        for box, first in hits[:2]:
            seen = ktp.read_number(self.readers, view, box, first, self.well_formed)
            if seen is not None:
                return seen
        return None

    def judge(self, seen: ktp.Seen) -> tuple[Sighting, Around]:
        """What stands around a number, read as far as the answer can still change."""
        digits, probability = seen.number.digits, seen.number.probability
        gray = seen.view.gray
        around = Around(self.readers, seen.view, seen.box)
        checked = nik.check(digits, self._regions, self._today()).nik
        if checked is not None and nik.age_on(checked.born, self._today()) < nik.CARD_AGE:
            return Sighting(digits, probability, False, False, foreign=True), around  # a child's card looks the same
        top = around.header(self._regions.names(digits)[:2])
        if top.foreign or (top.legible and not top.header):
            return Sighting(digits, probability, False, False, top.foreign), around
        placed = ktp.has_label(self.readers, gray, seen.box)
        born = (placed or top.header) and same_day(around.birth_date(digits), digits)
        confirmed = {*range(top.agreed), *(range(*BORN_AT) if born else ())}
        if seen.washed - confirmed:
            probability = min(probability, ktp.WASHED_AT_MOST)
        return Sighting(digits, probability, placed, born, elsewhere=top.elsewhere), around

    def well_formed(self, digits: str) -> bool:
        """Structure and regency are right. The district is not asked: codes are newer than any list."""
        outcome = nik.check(digits, self._regions, self._today()).outcome
        return outcome is not nik.Outcome.FAIL and self._regions.find(digits[:4]) is not None

    def code_reading(self, code: codes.Code, gray: Image) -> Reading:
        digits, fields = codes.understand(code.payload, self._regions, self._today())
        return Reading(digits, code.source, 1.0, fields, outline=_fractions(code.corners, gray))

    def accepted(self, seen: ktp.Seen, around: Around, scene: Scene) -> Reading:
        number = seen.number
        outline, card = _fractions(seen.on_frame.corners, scene.gray), hints.card_around(scene, seen.on_frame)
        checked = nik.check(number.digits, self._regions, self._today()).nik
        said = checked.born if checked is not None else None
        fields = dict(around.fields(said, self._regions.names(number.digits)[:2]))
        photo = photograph(scene.frame, card)
        if photo is not None:
            fields["photo"] = photo
        return Reading(number.digits, KTP, number.probability, fields, outline=outline, card=card)

    def unsure(self, seen: ktp.Seen, sighting: Sighting, scene: Scene) -> Reading:
        known = sighting.anchored and not sighting.foreign
        advice = hints.advise(scene, seen.on_frame, known=known)
        outline = _fractions(seen.on_frame.corners, scene.gray)
        return Reading(None, KTP, sighting.probability, {}, advice.hint, outline, advice.mark, advice.card)

    def nothing(self, scene: Scene, digits_seen: int = 0) -> Reading:
        """A reading that only says what the person could change."""
        advice = hints.advise(scene, digits_seen=digits_seen)
        return Reading(hint=advice.hint, mark=advice.mark)


def _tries(scene: Scene) -> Iterator[tuple[View, float]]:
    """Where a single picture is searched, and along which direction: the dear ones only when it comes to them."""
    card = card_view(scene)
    if card is not None:
        yield card, 0.0
    view = whole(scene.gray)
    if view.print.letters < FEWEST_LETTERS:
        return
    yield view, 0.0
    for angle in (*tilted(view.print, DIRECTIONS), *BY_HAND):
        yield view, angle


def tilted(found: locate.Print, limit: int) -> list[float]:
    """The likeliest directions that are not level, at most `limit`."""
    return [angle for angle in locate.directions(found, limit) if abs(angle) >= APART / 2]


def _fractions(corners: tuple[tuple[float, float], ...], gray: Image) -> tuple[tuple[float, float], ...]:
    height, width = gray.shape[:2]
    return tuple((x / width, y / height) for x, y in corners)
