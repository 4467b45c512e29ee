"""The printed number of an e-KTP: candidates among the lines, and their digits by two readers that fail differently."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from kiosk.domain.nik import LENGTH
from kiosk.vision import glyphs
from kiosk.vision.digits import LABEL, Number, Odds, find_number, is_label, joined, number_of, said
from kiosk.vision.glyphs import DigitReader
from kiosk.vision.letters import LetterReader
from kiosk.vision.locate import Image, Line, Standing, crop, standing
from kiosk.vision.text import HEIGHT_PX, Recogniser
from kiosk.vision.views import View

USUAL_ASPECT = 12.5  # width by height of the sixteen digits, colon included
ASPECTS = (8.5, 26.0)
GAP = 0.024  # of a card, bridged between two digits
FEWEST_ROWS = 2  # below or above a number, where no card was seen
LIKELIEST = 12  # lines whose rhythm is measured
RHYTHM_PX = 256
EVEN_ENOUGH = 0.17  # the number had 0.21 or more on every specimen frame, four of five other lines have less
FAINT_LEVEL = 2.5
LEAN_GAIN = 1.5  # how much more even a leaning box must be to be preferred
LEANS = (-0.13, 0.13, -0.26, 0.26)  # sideways by height
FIRST_LOOK = (-0.06, 1.05, -0.35, 1.35)  # of a line, as box of the quick reader
CLOSER_LOOKS = ((-0.06, 1.05, -0.45, 1.45), (-0.1, 1.03, -0.3, 1.3), (-0.03, 1.09, -0.6, 1.6))  # of the digits' box
SLOW_LOOK, SLOW_PX = (-0.06, 1.05, -0.45, 1.45), (240, 272)
WIDE_LOOK, WIDE_PX = (-0.5, 1.05, -0.45, 1.45), (240, 400)
LABEL_LOOK = (-0.9, -0.06, -0.5, 1.5)
LABEL_ENDS = 0.83  # of that piece: an e-KTP's label stands apart from its number, on other cards it is next to it
FIRST_LINES = 2  # that the quick reader sees before the others
WORTH_A_LOOK = 11  # digits in a line that is no number yet
UNUSUAL = 2  # lines on a card that the slow reader sees when the quick one saw no number
CELL_PX = 16  # of one digit, straightened
BURNT, BURNT_GAIN, BURNT_SHARE = 250, 1.3, 0.3  # grey level, or over the ground; share of one digit's place
WASHED_AT_MOST = 0.79  # other frames must say it, too
CLEAR = 0.9  # odds of a first look after which one closer look is enough
SURE = 0.97  # joint odds from which no further look is taken
AGREED, DISPUTED, QUICK_ALONE = 0.4, 1.5, 2.0  # powers of the joint odds: how far they are trusted
# Of 320 made frames, most of them hard, no wrong number had joint odds over 0.52, and none was read by both readers.
QUICK_AT_MOST = 0.94  # without the slow reader it wants label and birth date, whatever its odds


@dataclass(frozen=True, slots=True)
class Readers:
    """Quick ones for digits and for letters; a slow one that was trained by others, on print of all kinds."""

    digits: DigitReader
    letters: LetterReader
    text: Recogniser


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """A number that was read, and the box of its digits on the view. washed: places of digits that light has burnt."""

    number: Number
    box: Line
    view: View
    washed: frozenset[int] = frozenset()

    @property
    def on_frame(self) -> Line:
        return self.view.on_frame(self.box)


Hit = tuple[Line, Number | None]


def candidates(view: View, angle: float, limit: int) -> list[Line]:
    """The lines along `angle` that may be the number, the way up that they may stand: tall, of a number's shape, in
    the even steps of digits, among rows; `limit` lines, each once.
    """
    gray = view.gray

    def likeness(one: Standing) -> float:
        line = one.line
        return line.height * float(np.exp(-((np.log(line.width / line.height / USUAL_ASPECT) / 0.45) ** 2)))

    if view.whole:
        lines = standing(view.print, angle, USUAL_ASPECT, FEWEST_ROWS)
    else:  # the size of the card is known, and with it the gaps of its number
        reach = max(9, round(GAP * gray.shape[1] * view.print.scale))
        lines = standing(view.print, angle, USUAL_ASPECT, 0, (reach,))
    fit = [one for one in lines if ASPECTS[0] <= one.line.width / one.line.height <= ASPECTS[1]]
    chosen: list[Line] = []
    ways: list[Line] = []
    for one in sorted(fit, key=likeness, reverse=True)[:LIKELIEST]:
        if len(chosen) == limit:
            break
        line = one.line
        if any(_same(line, other) for other in chosen):
            continue
        square = evenness(gray, line)
        leaning = [(evenness(gray, line.leaning(lean)), line.leaning(lean)) for lean in LEANS]
        even, upright = max(leaning, key=lambda pair: pair[0])
        if max(even, square) >= EVEN_ENOUGH:
            chosen.append(line)
            ways += replace(one, line=upright if even > LEAN_GAIN * square else line).ways
    return ways


def evenness(gray: Image, line: Line) -> float:
    """Share of the ink's rhythm along `line` that is at one pitch of 13 to 26 letters a line; 0 for faint print."""
    profile = crop(gray, line, RHYTHM_PX, 16).mean(axis=0, dtype=np.float32)
    profile -= cv2.blur(profile[None], (33, 1))[0]
    if float(profile.std()) < FAINT_LEVEL:
        return 0.0
    power = np.abs(np.fft.rfft(profile * np.sqrt(np.hanning(RHYTHM_PX)))) ** 2
    peak = 13 + int(power[13:27].argmax())
    return float(power[peak - 1 : peak + 2].sum() / (power[3:90].sum() + 1e-6))


def promising(readers: Readers, gray: Image, lines: Sequence[Line]) -> list[Hit]:
    """Those of `lines` on which the quick reader sees a number or most of one, best first.

    With each, the box of its digits where the number is whole, else of the line.
    """
    found: list[tuple[float, Line, Number | None]] = []
    for some in (lines[:FIRST_LINES], lines[FIRST_LINES:]):
        if any(number is not None and number.probability >= CLEAR for _, _, number in found):
            break
        strips = [line.part(*FIRST_LOOK) for line in some]
        for line, strip, scores in zip(some, strips, readers.digits.scores(gray, strips), strict=True):
            number = number_of(scores)
            if number is not None:
                found.append((1 + number.probability, strip.part(number.left, number.right, 0.18, 0.82), number))
            else:
                count = len(glyphs.digits(scores))
                if WORTH_A_LOOK <= count <= 20:
                    found.append((1 - abs(count - 16) / 16, line, None))
    return [(box, number) for _, box, number in sorted(found, key=lambda one: -one[0])]


def read_number(
    readers: Readers, view: View, box: Line, first: Number | None, well_formed: Callable[[str], bool]
) -> Seen | None:
    """The number in `box` by both readers; a box that is not read surely is read again, sharpened and wider.

    The slow reader is not asked when the quick one sees none, or surely one that cannot be a NIK.
    """
    gray = view.gray
    clear = first is not None and first.probability >= CLEAR
    looks = [box.part(*part) for part in (CLOSER_LOOKS[:1] if clear else CLOSER_LOOKS)]
    quick = [number_of(scores) for scores in readers.digits.scores(gray, looks)]
    if first is None:
        for look, number in zip(looks, quick, strict=True):
            if number is not None:
                box = look.part(number.left, number.right, 0.2, 0.8)
                break
    if first is None and not any(quick):  # another print than the quick reader knows: the reader of letters knows more
        quick = [find_number(text, readers.letters.digit_classes) for text in readers.letters.read(gray, looks[:1])]
    own = _mean([number for number in (first, *quick) if number is not None])
    if own is None or (_least(own) >= CLEAR and not well_formed(said(own))):
        return None
    slow: list[Number] = []
    odds, theirs = own, None
    for part, px, sharp in ((SLOW_LOOK, SLOW_PX, False), (SLOW_LOOK, SLOW_PX, True), (WIDE_LOOK, WIDE_PX, True)):
        strip = box.part(*part)
        picture = crop(gray, strip, _width(strip, px), HEIGHT_PX)
        number = find_number(readers.text.read(sharpened(picture) if sharp else picture), readers.text.digit_classes)
        if number is not None:
            slow.append(number)
            theirs = _mean(slow)
            odds = own if theirs is None else joined(own, theirs)
            if _least(odds) >= SURE:
                break
    if theirs is None:
        probability = min(_least(odds) ** QUICK_ALONE, QUICK_AT_MOST)
    else:
        probability = _least(odds) ** (AGREED if said(own) == said(theirs) else DISPUTED)
    digits = said(odds)
    return (
        Seen(Number(digits, probability, 0.0, 1.0, False, odds), box, view, _washed(gray, box))
        if well_formed(digits)
        else None
    )


def _washed(gray: Image, box: Line) -> frozenset[int]:
    """Places of digits of which light has burnt out a part, so that the rest may look like another digit."""
    cells = crop(gray, box, CELL_PX * LENGTH, CELL_PX).reshape(CELL_PX, LENGTH, CELL_PX).swapaxes(0, 1)
    burnt = (cells >= min(BURNT, BURNT_GAIN * float(np.percentile(cells, 60)))).mean(axis=(1, 2))
    level = max(BURNT_SHARE, 2 * float(np.median(burnt)))
    return frozenset(np.flatnonzero(burnt > level).tolist())


def unusual(readers: Readers, view: View, lines: Sequence[Line]) -> list[Hit]:
    """The likeliest of `lines` on which only the slow reader sees a number: digits of another print."""
    for line in lines[:UNUSUAL]:
        strip = line.part(*SLOW_LOOK)
        picture = crop(view.gray, strip, _width(strip, SLOW_PX), HEIGHT_PX)
        number = find_number(readers.text.read(picture), readers.text.digit_classes)
        if number is not None:
            return [(strip.part(number.left, number.right, 0.24, 0.76), None)]
    return []


def _least(odds: Odds) -> float:
    return float(odds.max(axis=1).min())


def has_label(readers: Readers, gray: Image, box: Line) -> bool:
    """Whether NIK stands before the digits in `box`, as far before them as on an e-KTP."""
    (text,) = readers.letters.read(gray, [box.part(*LABEL_LOOK)])
    letters = [letter for letter in text.letters if letter.character.isalnum()]
    return is_label(text.plain) and len(letters) <= len(LABEL) + 2 and letters[-1].at < LABEL_ENDS


def sharpened(strip: Image) -> Image:
    soft = cv2.GaussianBlur(strip, (0, 0), 3)
    return np.asarray(cv2.addWeighted(strip, 1.8, soft, -0.8, 0), dtype=np.uint8)


def _mean(numbers: Sequence[Number]) -> Odds | None:
    if not numbers:
        return None
    return np.asarray(np.mean([number.odds for number in numbers], axis=0), dtype=np.float64)


def _width(strip: Line, limits: tuple[int, int]) -> int:
    return int(np.clip(round(HEIGHT_PX * strip.width / strip.height / 8) * 8, *limits))


def _same(line: Line, other: Line) -> bool:
    (x0, y0), (x1, y1) = line.centre, other.centre
    return float(np.hypot(x0 - x1, y0 - y1)) < 0.6 * other.height and 0.85 < line.width / other.width < 1.18
