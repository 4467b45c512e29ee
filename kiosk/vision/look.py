"""A live look: votes over frames, and the dear tries spread over them while there is nothing to read."""

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.reading import KTP, Reading
from kiosk.vision import hints, ktp
from kiosk.vision.locate import Image, Line
from kiosk.vision.reader import BY_HAND, FEWEST_LETTERS, ON_GOODS, Reader, tilted
from kiosk.vision.scene import Scene
from kiosk.vision.views import SMALLEST_PX, View, card_view, fitted, gray_of, whole
from kiosk.vision.voting import Votes

PATIENCE = 3  # looks that an accepted number waits for a name that is sure
SURE = 0.9  # of a name: from here on nobody is asked to spell it
THUMB = (64, 36)
STILL_LEVEL = 3.0  # mean difference of two thumbnails under which nothing moves
CHANGED_LEVEL, CHANGED_SHARE = 24, 0.06  # of a thumbnail's pixels: something came or went
IDLE_AFTER, IDLE_AFTER_CARD = 3, 6  # frames without a number, from which the tasks take turns; more where a card lies
SAME_PX = 4  # of the small picture on which cards are found
REST, REST_CARD = 4, 2  # of idle frames in which nothing moves, one in so many is looked at; more where a card lies

CODE, CARD, SEARCH, CLOSER, ADVISE = "code", "card", "search", "closer", "advise"
ALL = frozenset({CODE, CARD, SEARCH, CLOSER, ADVISE})
# Of eight idle frames in a row three have a dear task, so that most cost little.
TURNS = tuple(map(frozenset, ({CODE, SEARCH}, {CARD}, {CODE}, {CARD}, {CODE, CLOSER}, {CARD}, {CODE, ADVISE}, {CARD})))


class Look:
    """One person's turn at a live camera. One per turn: what was seen in it ends with it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._votes = Votes()
        self._held: Reading | None = None
        self._patience = PATIENCE
        self._angle: float | None = None
        self._turn = self._beat = self._searches = 0
        self._idle_after = IDLE_AFTER
        self._fruitless = 0  # frames since something was read or the scene changed
        self._thumb: Image | None = None
        self._idle_thumb: Image | None = None
        self._corners: npt.NDArray[np.float32] | None = None
        self._last = Reading(hint=hints.NO_CARD)

    def see(self, frame: npt.NDArray[np.uint8], t_ms: int) -> Reading:
        """The newest frame (H×W×3 uint8 BGR) in; `nik` is set only at the moment of acceptance.

        `t_ms` is the frame's time. A scene that does not change and holds nothing to read costs a millisecond.
        """
        frame = fitted(frame)
        if min(frame.shape[:2]) < SMALLEST_PX:
            return Reading(hint=hints.UNREADABLE)
        gray = gray_of(frame)
        idle = self._fruitless >= self._idle_after
        self._turn += 1
        if self._still(gray) and idle and self._turn % (REST_CARD if self._idle_after == IDLE_AFTER_CARD else REST):
            return self._last
        self._beat += idle
        tasks = TURNS[self._beat % len(TURNS)] if self._fruitless >= self._idle_after else ALL
        scene = Scene(frame, gray)
        found = self._look(scene, tasks)
        if tasks is ALL:
            self._idle_after = IDLE_AFTER if scene.card is None else IDLE_AFTER_CARD
        if found is not None:
            self._fruitless = self._searches = 0
            self._idle_thumb = None
            return found
        self._fruitless += 1
        if ADVISE in tasks and (self._turn % 2 or self._fruitless == 1 or tasks is not ALL):
            self._last = self._reader.nothing(scene)
        return self._last

    def _look(self, scene: Scene, tasks: frozenset[str]) -> Reading | None:
        reader, gray = self._reader, scene.gray
        code = reader.codes.look(gray) if CODE in tasks else None
        if code is not None and code.source not in ON_GOODS:
            return reader.code_reading(code, gray)
        seen = self._number(scene, tasks)
        if seen is not None:
            return self._weigh(seen, scene)
        if self._held is not None:  # the card went while its name was waited for
            held, self._held = self._held, None
            return held
        if code is None and CLOSER in tasks and (self._turn % 2 == 0):
            code = reader.codes.look_closer(gray, once=False)
        return reader.code_reading(code, gray) if code is not None else None

    def _number(self, scene: Scene, tasks: frozenset[str]) -> ktp.Seen | None:
        """On a card that was found, else on the whole frame."""
        card = card_view(scene) if CARD in tasks and not (tasks is not ALL and self._same_card(scene)) else None
        seen = self._first(card, 0.0) if card is not None else None
        if seen is not None or SEARCH not in tasks:
            return seen
        view = whole(scene.gray)
        if view.print.letters < FEWEST_LETTERS:
            return None
        self._searches += 1
        if self._angle is not None:
            angles: tuple[float, ...] = (self._angle,)
        else:  # level, and the others by turns
            others = (*BY_HAND, *tilted(view.print, 1)) if self._searches % 3 == 0 else BY_HAND
            angles = (0.0, others[self._searches % len(others)])
        for angle in angles:
            seen = self._first(view, angle)
            if seen is not None:
                break
        self._angle = None if seen is None else upright_angle(seen.box)
        return seen

    def _first(self, view: View, angle: float) -> ktp.Seen | None:
        hits = self._reader.promising(view, angle)
        if any(number is not None for _, number in hits):  # worth all tasks for a while
            self._fruitless = 0
        return self._reader.first_of(view, hits)

    def _same_card(self, scene: Scene) -> bool:
        """Whether what looks like a card lies where one lay on which nothing was read; every eighth frame asks anew."""
        corners = scene.card.corners if scene.card is not None else None
        before, self._corners = self._corners, corners
        if corners is None or before is None or self._beat % len(TURNS) == 1:
            return False
        return float(np.abs(corners - before).max()) < SAME_PX

    def _weigh(self, seen: ktp.Seen, scene: Scene) -> Reading:
        sighting, around = self._reader.judge(seen)
        if not self._votes.add(sighting):
            return self._reader.unsure(seen, sighting, scene)
        reading = self._reader.accepted(seen, around, scene)
        if self._held is None or (reading.nik == self._held.nik and _name_sure(reading) > _name_sure(self._held)):
            self._held = reading
        if self._patience == 0 or _name_sure(self._held) >= SURE:
            held, self._held = self._held, None
            return held
        self._patience -= 1
        return Reading(None, KTP, reading.confidence, {}, hints.HOLD_STILL, reading.outline, card=reading.card)

    def _still(self, gray: Image) -> bool:
        """Whether nothing moves since the last frame; what came or went since the idle time began ends it."""
        thumb = np.asarray(cv2.resize(gray, THUMB, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        before, self._thumb = self._thumb, thumb
        if self._fruitless >= self._idle_after:
            if self._idle_thumb is None:
                self._idle_thumb = thumb
            changed = cv2.absdiff(self._idle_thumb, thumb) > CHANGED_LEVEL
            if float(np.mean(changed)) > CHANGED_SHARE:
                self._fruitless, self._idle_thumb = 0, None
        return before is not None and float(np.mean(cv2.absdiff(before, thumb))) < STILL_LEVEL


def _name_sure(reading: Reading) -> float:
    """0..1; 0 without a name."""
    name = reading.fields.get("name")
    return name.confidence if name is not None else 0.0


def upright_angle(line: Line) -> float:
    """The line's direction in degrees, -90..90, whichever way up it is."""
    return float((np.degrees(np.arctan2(line.along[1], line.along[0])) + 90) % 180 - 90)
