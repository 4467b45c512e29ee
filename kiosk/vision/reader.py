"""The front door: a picture, or the frames of a live camera, to a Reading. Cheap tests come first."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

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
from kiosk.vision.locate import Image, Line
from kiosk.vision.nets import threads
from kiosk.vision.photo import photograph
from kiosk.vision.scene import Scene
from kiosk.vision.text import Recogniser
from kiosk.vision.views import View, straightened, whole
from kiosk.vision.voting import Sighting, Votes

CANDIDATES = 4  # lines that the quick reader sees per direction
PATIENCE = 2  # looks that an accepted number waits for a name
DIRECTIONS = 3
SMALLEST_PX = 48
LARGEST_PX = 2600  # longer pictures are made smaller before they are searched
FEWEST_LETTERS = 12  # fewer pieces that look like letters cannot be a card
STILL_LEVEL = 3.0  # mean difference of two thumbnails under which a scene has not changed
SEARCHES, SEARCH_EVERY = 3, 3  # whole frames searched in vain before only every third is
TIRED_AFTER = 9  # looks at a scene that does not change before it is left alone
DIGITS, LETTERS = "ktp-digits.onnx", "ktp-letters.onnx"  # beside the recogniser's file
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
        cv2.setNumThreads(threads())
        self._regions = regions
        self._today = today
        self.readers = ktp.Readers(
            DigitReader(model.with_name(DIGITS)), LetterReader(model.with_name(LETTERS)), Recogniser(model)
        )
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
        if code is not None and code.source not in ON_GOODS:
            return self.code_reading(code, gray)
        best: Reading | None = None
        for view, angle in _tries(frame, gray):
            seen = self.number(view, angle)
            if seen is None:
                continue
            sighting, around = self.judge(seen)
            if sighting.enough_alone:
                return self.accepted(seen, around, frame, gray)
            if best is None or sighting.probability > best.confidence:
                best = self.unsure(seen, sighting, frame, gray)
            if view.whole:
                break
        code = code or self.codes.look_closer(gray)
        if code is not None:
            return self.code_reading(code, gray)
        return best or self.nothing(frame, gray)

    def number(self, view: View, angle: float) -> ktp.Seen | None:
        """The first well-formed NIK on the lines along `angle`."""
        lines = ktp.candidates(view, angle, CANDIDATES)
        for box, first in ktp.promising(self.readers, view.gray, lines)[:2]:
            seen = ktp.read_number(self.readers, view, box, first, self.well_formed)
            if seen is not None:
                return seen
        return None

    def judge(self, seen: ktp.Seen) -> tuple[Sighting, Around]:
        """What stands around a number, read as far as the answer can still change."""
        digits, probability = seen.number.digits, seen.number.probability
        gray = seen.view.gray
        around = Around(self.readers, gray, seen.box)
        checked = nik.check(digits, self._regions, self._today()).nik
        if checked is not None and nik.age_on(checked.born, self._today()) < nik.CARD_AGE:
            return Sighting(digits, probability, False, False, foreign=True), around  # a child's card looks the same
        top = around.header(self._regions.names(digits)[:2])
        if top.foreign or (top.legible and not top.header):
            return Sighting(digits, probability, False, False, top.foreign), around
        placed = ktp.has_label(self.readers, gray, seen.box)
        born = (placed or top.header) and same_day(around.birth_date(digits), digits)
        return Sighting(digits, probability, placed, born), around

    def well_formed(self, digits: str) -> bool:
        """Structure and regency are right. The district is not asked: codes are newer than any list."""
        outcome = nik.check(digits, self._regions, self._today()).outcome
        return outcome is not nik.Outcome.FAIL and self._regions.find(digits[:4]) is not None

    def code_reading(self, code: codes.Code, gray: Image) -> Reading:
        digits, fields = codes.understand(code.payload, self._regions, self._today())
        return Reading(digits, code.source, 1.0, fields, outline=_fractions(code.corners, gray))

    def accepted(self, seen: ktp.Seen, around: Around, frame: Image, gray: Image) -> Reading:
        number = seen.number
        outline, card = _fractions(seen.on_frame.corners, gray), hints.card_around(frame, gray, seen.on_frame)
        fields = dict(around.fields(self._regions.names(number.digits)[:2]))
        photo = photograph(frame, card)
        if photo is not None:
            fields["photo"] = photo
        return Reading(number.digits, KTP, number.probability, fields, outline=outline, card=card)

    def unsure(self, seen: ktp.Seen, sighting: Sighting, frame: Image, gray: Image) -> Reading:
        known = sighting.anchored and not sighting.foreign
        advice = hints.advise(frame, gray, seen.on_frame, known=known)
        outline = _fractions(seen.on_frame.corners, gray)
        return Reading(None, KTP, sighting.probability, {}, advice.hint, outline, advice.mark, advice.card)

    def nothing(self, frame: Image, gray: Image, digits_seen: int = 0) -> Reading:
        """A reading that only says what the person could change."""
        advice = hints.advise(frame, gray, digits_seen=digits_seen)
        return Reading(hint=advice.hint, mark=advice.mark)


class Look:
    """One person's turn at a live camera: votes over frames, spreads the dear tries over them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._votes = Votes()
        self._held: Reading | None = None
        self._patience = PATIENCE
        self._angle: float | None = None
        self._turn = self._searches = 0
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
        code = reader.codes.look(gray)
        if code is not None and code.source not in ON_GOODS:
            self._fruitless = 0
            return reader.code_reading(code, gray)
        seen = self._number(frame, gray)
        if seen is not None:
            self._fruitless, self._searches = 0, 0
            return self._weigh(seen, frame, gray)
        if self._held is not None:  # the card went while its name was waited for
            held, self._held = self._held, None
            return held
        if code is None and self._turn % 2 == 0:
            code = reader.codes.look_closer(gray, once=False)
        if code is not None:
            self._fruitless = 0
            return reader.code_reading(code, gray)
        return self._without(reader.nothing(frame, gray))

    def _number(self, frame: Image, gray: Image) -> ktp.Seen | None:
        """On a card that was found, else on the whole frame; that is dear, so it is spared where it is in vain."""
        card = card_view(frame, gray)
        seen = self._reader.number(card, 0.0) if card is not None else None
        if seen is not None:
            return seen
        self._searches += 1
        if self._searches > SEARCHES and self._turn % SEARCH_EVERY:
            return None
        view = whole(gray)
        if view.print.letters < FEWEST_LETTERS:
            return None
        angle = self._angle  # every second look tries the likeliest direction that is not level
        if angle is None:
            angle = 0.0 if self._searches % 2 else _tilted(view.print)
        seen = self._reader.number(view, angle)
        self._angle = None if seen is None else upright_angle(seen.box)
        return seen

    def _weigh(self, seen: ktp.Seen, frame: Image, gray: Image) -> Reading:
        sighting, around = self._reader.judge(seen)
        if not self._votes.add(sighting):
            return self._reader.unsure(seen, sighting, frame, gray)
        reading = self._reader.accepted(seen, around, frame, gray)
        if "name" in reading.fields or self._patience == 0:
            return reading
        self._patience -= 1
        self._held = reading
        return Reading(None, KTP, reading.confidence, {}, hints.HOLD_STILL, reading.outline, card=reading.card)

    def _still(self, gray: Image) -> bool:
        thumb = np.asarray(cv2.resize(gray, (64, 36), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        before, self._thumb = self._thumb, thumb
        if before is not None and float(cv2.absdiff(before, thumb).mean()) < STILL_LEVEL:
            return True
        self._fruitless = self._searches = 0
        return False

    def _without(self, reading: Reading) -> Reading:
        self._fruitless += 1
        self._last = reading
        return reading


def upright_angle(line: Line) -> float:
    """The line's direction in degrees, -90..90, whichever way up it is."""
    return float((np.degrees(np.arctan2(line.along[1], line.along[0])) + 90) % 180 - 90)


def card_view(frame: Image, gray: Image) -> View | None:
    scene = Scene(frame, gray)
    return straightened(gray, scene.card, scene.scale) if scene.card is not None else None


def _tries(frame: Image, gray: Image) -> Iterator[tuple[View, float]]:
    """Where a single picture is searched, and along which direction: the dear ones only when it comes to them."""
    card = card_view(frame, gray)
    if card is not None:
        yield card, 0.0
    view = whole(gray)
    if view.print.letters < FEWEST_LETTERS:
        return
    yield view, 0.0
    for angle in locate.directions(view.print, DIRECTIONS):
        if abs(angle) >= APART / 2:
            yield view, angle


def _tilted(found: locate.Print) -> float:
    return next((angle for angle in locate.directions(found, 2) if abs(angle) >= APART / 2), 0.0)


def gray_of(frame: npt.NDArray[np.uint8]) -> Image:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _fit(frame: npt.NDArray[np.uint8]) -> Image:
    longest = max(frame.shape[:2])
    if longest <= LARGEST_PX:
        return frame
    scale = LARGEST_PX / longest
    return np.asarray(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _fractions(corners: tuple[tuple[float, float], ...], gray: Image) -> tuple[tuple[float, float], ...]:
    height, width = gray.shape[:2]
    return tuple((x / width, y / height) for x, y in corners)
