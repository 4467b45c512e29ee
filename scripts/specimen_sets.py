"""One thing of a made set from its seed, in memory: a picture, a sequence of five, or a clip with its phases.

The same seed, look and version give the same pixels, whatever else is made beside it.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

import cv2
import numpy as np
from specimen_cards import AGES, HEIGHT, WIDTH, Card, Image, ktp
from specimen_codes import SYMBOLOGIES, member
from specimen_frames import SIZE, Matrix, Spoil, counter, frame, jitter, spoil
from specimen_looks import LOOKS
from specimen_papers import KINDS, other

Corners = list[tuple[float, float]]
NOT_CARDS = ("blank", *KINDS)
PHASES_S = (("empty", 0.4), ("in", 0.6), ("hold", 1.6), ("out", 0.55), ("empty", 0.4))
CARD = [(0.0, 0.0), (float(WIDTH), 0.0), (float(WIDTH), float(HEIGHT)), (0.0, float(HEIGHT))]


@dataclass
class Made:
    """What was made: what it shows, what must be read, and where the card and its number lie on the first frame."""

    kind: str
    grade: str
    expected: str
    card: Card | None
    how: Spoil
    frames: Iterator[Image]
    phases: list[str] = field(default_factory=list)
    quad: Corners = field(default_factory=list)
    nik_quad: Corners = field(default_factory=list)


@dataclass(frozen=True)
class Recipe:
    """All that the pixels depend on, but for kind and index."""

    seed: int
    look: str = "a"
    roll: float = 0.0

    def picture(self, grade: str, index: int) -> Made:
        """An e-KTP of one of GRADES."""
        return self._stills(random.Random(f"{self.seed} {grade} {index}"), "ktp", grade, 1)

    def not_card(self, index: int, kind: str = "") -> Made:
        rng = random.Random(f"{self.seed} no {index}")
        return self._stills(rng, kind or NOT_CARDS[index % len(NOT_CARDS)], "typical", 1)

    def code(self, index: int) -> Made:
        rng = random.Random(f"{self.seed} code {index}")
        return self._stills(rng, list(SYMBOLOGIES)[index % len(SYMBOLOGIES)], "typical", 1)

    def sequence(self, index: int) -> Made:
        """Five jittered frames of one card."""
        rng = random.Random(f"{self.seed} seq {index}")
        return self._stills(rng, "ktp", ("typical", "hard")[index % 2], 5)

    def clip(self, index: int, fps: int = 15) -> Made:
        """A card comes, is held by a hand that trembles, and goes. Every fifth has a QR code, every other is hard."""
        rng = random.Random(f"{self.seed} clip {index}")
        kind = "qr" if index % 5 == 4 else "ktp"
        made, scene, start = self._begin(rng, kind, ("typical", "hard")[index % 2])
        made.phases = [word for word, seconds in PHASES_S for _ in range(round(seconds * fps))]
        made.kind = f"clip-{kind}"
        made.frames = _played(rng, made, scene, start, fps)
        return made

    def _stills(self, rng: random.Random, kind: str, grade: str, count: int) -> Made:
        made, scene, start = self._begin(rng, kind, grade)
        poses = [made.how, *(jitter(rng, made.how) for _ in range(count - 1))]
        first, matrix = frame(random.Random(start), made.card, poses[0], scene)
        # the same place each time, then what a moment changes
        later = (frame(random.Random(start), made.card, how, scene)[0] for how in poses[1:])
        made.frames = chain([first], later)
        if made.card is not None:
            made.quad, made.nik_quad = _seen(CARD, matrix), _seen(made.card.number, matrix)
        return made

    def _begin(self, rng: random.Random, kind: str, grade: str) -> tuple[Made, Image, int]:
        looks = LOOKS[self.look]
        card: Card | None = None
        shown, expected = f"neg-{kind}", ""
        if kind == "ktp":
            card = ktp(rng, looks, age=rng.choice(AGES) if grade == "old" else "")
            shown, expected = kind, card.nik
        elif kind in SYMBOLOGIES:
            card, expected = member(rng, looks, kind)
            shown = kind
        elif kind != "blank":
            card = other(rng, looks, kind)
        how = spoil(rng, grade)
        narrower = 0.8 if 30 < abs(self.roll) % 180 < 150 else 1.0  # a card on its side must fit in
        how = replace(how, roll=how.roll + self.roll, scale=how.scale * narrower)
        scene = counter(rng)
        return Made(shown, grade, expected, card, how, iter(())), scene, rng.getrandbits(32)


def _seen(corners: Corners, matrix: Matrix) -> Corners:
    if not corners:
        return []
    return [(float(x), float(y)) for x, y in cv2.perspectiveTransform(np.array([corners]), matrix)[0]]


def _played(rng: random.Random, made: Made, scene: Image, start: int, fps: int) -> Iterator[Image]:
    side = rng.choice(((-1, 0), (1, 0), (0, 1)))
    waves = [(rng.uniform(0.8, 2.2), rng.uniform(0, math.tau)) for _ in range(3)]  # a tremor, Hz and phase
    lengths = {word: made.phases.count(word) for word in ("in", "hold", "out")}
    seen: dict[str, int] = {}
    for index, phase in enumerate(made.phases):
        done = seen[phase] = seen.get(phase, 0) + 1
        x, y, turn = (math.sin(math.tau * hertz * index / fps + at) for hertz, at in waves)
        away = {"in": 1 - done / lengths["in"], "out": done / lengths["out"]}.get(phase, 0.0) ** 1.5
        how = replace(
            made.how,
            shift=(side[0] * away * SIZE[0] + 3 * x, side[1] * away * SIZE[1] + 3 * y),
            roll=made.how.roll + 0.7 * turn + 12 * away,
            motion=max(made.how.motion * rng.uniform(0.3, 1.0), 26 * away if away else 0.0),
            blur=made.how.blur * rng.uniform(0.85, 1.15),
        )
        yield frame(random.Random(start), made.card if phase != "empty" else None, how, scene)[0]
