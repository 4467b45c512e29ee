"""What stands around the number of a card: header above, rows below; as anchors (is it an e-KTP?) and as prefill."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.domain.reading import Field
from kiosk.vision.text import Text

HEADER = ("PROVINSI", "KABUPATEN", "KOTA")
ROWS = ("NAMA", "TEMPAT", "LAHIR", "JENIS", "KELAMIN", "DARAH", "ALAMAT", "LAKI", "PEREMPUAN")
FOREIGN = ("KARTU", "KELUARGA", "KEPALA", "PESERTA", "BANK", "ANGGOTA", "NOMOR", "BPJS", "JAMINAN", "KESEHATAN",
           "KETENAGAKERJAAN", "NPWP", "MENGEMUDI", "FAKTUR", "DEBIT", "FASKES")  # fmt: skip
FOREIGN_ALIKE = 0.86  # stricter: KARTU is not JA-KARTA, KESEHATAN not SELATAN
ALIKE = 0.74  # difflib ratio from which two words are the same
NAMED_ALIKE = 0.8  # a word beside one of a region's name
LEGIBLE = (6, 0.8)  # letters and mean probability of a line that was read surely
CENTRED = -0.38  # a header is centred: it begins right of where the labels of the rows begin
DATE = re.compile(r"(\d{2})\s*[-–.~/]?\s*(\d{2})\s*[-–.~/]?\s*((?:19|20)\d{2})(?!\d)")
DIGIT_LIKE = str.maketrans("OoQDIl|SZB", "0000111528")
LETTER_LIKE = str.maketrans("0158", "OISB")


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A line near the number, in number widths: `y` from the number's middle down, `left` from its first digit."""

    text: Text
    y: float
    left: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Surroundings:
    """Evidence that the number belongs to an e-KTP.

    header      PROVINSI, KABUPATEN or KOTA stands above
    rows        how many words of an e-KTP's rows stand below
    birth_date  of the row PLACE, DD-MM-YYYY below; None when not read
    foreign     a word of another kind of card stands nearby
    legible     a line above was read surely
    """

    header: bool
    rows: int
    birth_date: date | None
    foreign: bool
    fields: dict[str, Field]
    legible: bool = False

    @property
    def ktp(self) -> bool:
        """Whether print is where an e-KTP has it; the label before the number and the digits are judged elsewhere."""
        return not self.foreign and (self.header or self.rows >= (1 if self.birth_date is not None else 3))


def understand(rows: Sequence[Row], named: Sequence[str] = ()) -> Surroundings:
    """`named`: the names of regions that count as a header, too."""
    above = [row for row in rows if row.y < 0]
    below = sorted((row for row in rows if row.y > 0), key=lambda row: row.y)
    born, born_at = None, -1
    for index, row in enumerate(below):
        born = birth_date(row.text.plain)
        if born is not None:
            born_at = index
            break
    fields = {} if born is None else with_date(below[:born_at], below[born_at], born)
    return Surroundings(
        header=any(row.left > CENTRED and _is_header(row.text.plain, named) for row in above),
        rows=len({word for row in below for word in ROWS if _has(row.text.plain, (word,))}),
        birth_date=born,
        foreign=any(_has(row.text.plain, FOREIGN, FOREIGN_ALIKE) for row in above),
        fields=fields,
        legible=any(_legible(row.text) for row in above),
    )


def with_date(above: Sequence[Row], row: Row, born: date) -> dict[str, Field]:
    """The fields of a card whose birth row is `row` (its date may be cut off) and whose name stands in `above` it."""
    fields = {"birth_date": Field(born.isoformat(), row.text.confidence)}
    place = birth_place(row.text.plain)
    if place:
        fields["birth_place"] = Field(place, row.text.confidence)
    people = [one for one in above if person_name(one.text.plain)][-2:]
    if people:
        name = " ".join(person_name(one.text.plain) for one in people)
        fields["name"] = Field(name, min(one.text.confidence for one in people))
    return fields


def birth_date(line: str) -> date | None:
    """The date at the end of a `PLACE, DD-MM-YYYY` row."""
    tail = line.rsplit(",", 1)[-1] if "," in line else line[-14:]
    match = DATE.search(tail.translate(DIGIT_LIKE))
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def dated(digits: str) -> date | None:
    """The date in the last eight of a row's digits, DDMMYYYY."""
    if len(digits) < 8 or digits[-4:-2] not in ("19", "20"):
        return None
    try:
        return date(int(digits[-4:]), int(digits[-6:-4]), int(digits[-8:-6]))
    except ValueError:
        return None


def birth_place(line: str) -> str:
    value = _value(line)
    match = DATE.search(value.translate(DIGIT_LIKE))
    place = value[: match.start()] if match else value
    place = place.rsplit(",", 1)[0] if "," in place else place
    return " ".join(re.sub(r"[^A-Z .'\-]", " ", place.translate(LETTER_LIKE).upper()).split()).strip(" .-")


def person_name(line: str) -> str:
    value = re.sub(r"^\s*N[ao]m[ao0]?\b", "", _value(line))
    value = re.sub(r"[^A-Z .,'\-]", "", value.translate(LETTER_LIKE).upper()).strip(" .,-'")
    return " ".join(value.split()) if sum(letter.isalpha() for letter in value) >= 2 else ""


def _is_header(line: str, named: Sequence[str]) -> bool:
    """Whether a line begins with PROVINSI, KABUPATEN or KOTA; an address that names them has its label before."""
    if ":" in line:
        return False
    words = re.findall(r"[A-Z]{4,}", line.upper().translate(LETTER_LIKE))[:3]
    if any(word.startswith("KOTA") or _has(word, HEADER) for word in words[:2]):
        return True
    known = [part for name in named for part in re.findall(r"[A-Z]{4,}", name.upper())]
    return any(
        (len(part) >= 5 and part in word) or difflib.SequenceMatcher(None, word, part).ratio() >= NAMED_ALIKE
        for word in words
        for part in known
    )


def _legible(text: Text) -> bool:
    return len(re.findall(r"[A-Za-z]", text.plain)) >= LEGIBLE[0] and text.confidence >= LEGIBLE[1]


def same_day(born: date | None, digits: str) -> bool:
    """Whether a printed birth date equals digits 7 to 12 of a NIK (a woman's day is raised by 40)."""
    if born is None:
        return False
    day = int(digits[6:8])
    return (day - 40 if day > 40 else day, int(digits[8:10]), int(digits[10:12])) == (
        born.day,
        born.month,
        born.year % 100,
    )


def _value(line: str) -> str:
    """What follows the colon, when the label was read with it."""
    return line.split(":", 1)[1] if ":" in line else line


def _has(line: str, wanted: Sequence[str], alike: float = ALIKE) -> bool:
    words = [word for word in re.split(r"[^A-Z]+", line.upper().translate(LETTER_LIKE)) if len(word) >= 3]
    joined = "".join(words)
    return any(
        (len(word) >= 6 and word in joined)
        or any(
            abs(len(seen) - len(word)) <= 2
            and (seen == word if len(word) <= 5 else difflib.SequenceMatcher(None, seen, word).ratio() >= alike)
            for seen in words
        )
        for word in wanted
    )
