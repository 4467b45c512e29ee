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
NAMED_SURE, SHORTEST_WORD = 0.8, 4  # least sure letter of a province that is another one, and letters of its words
LEGIBLE = (6, 0.8)  # letters and mean probability of a line that was read surely
CENTRED = -0.38  # a header is centred: it begins right of where the labels of the rows begin
DATE = re.compile(r"(\d{2})\s*[-–.~/]?\s*(\d{2})\s*[-–.~/]?\s*((?:19|20)\d{2})(?!\d)")
HAMLET = re.compile(r"(\d{3})[/1I|]?(\d{3})")  # RT/RW
SEXES = (("male", "LAKILAKI"), ("female", "PEREMPUAN"))
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
    agreed      how many leading digits of the number the header confirms: 0, 2 or 4
    elsewhere   the header names other regions than the number: the person moved, or a digit is wrong
    """

    header: bool
    rows: int
    birth_date: date | None
    foreign: bool
    fields: dict[str, Field]
    legible: bool = False
    elsewhere: bool = False
    agreed: int = 0

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
    fields = {} if born is None else of_person(below[:born_at], below[born_at], (born, below[born_at].text.confidence))
    return Surroundings(
        elsewhere=any(_elsewhere(row.text, named) for row in above),
        agreed=_agreed(above, named),
        header=any(row.left > CENTRED and _is_header(row.text.plain, named) for row in above),
        rows=len({word for row in below for word in ROWS if _has(row.text.plain, (word,))}),
        birth_date=born,
        foreign=any(_has(row.text.plain, FOREIGN, FOREIGN_ALIKE) for row in above),
        fields=fields,
        legible=any(_legible(row.text) for row in above),
    )


def of_person(
    above: Sequence[Row], row: Row, born: tuple[date, float] | None, below: Sequence[Row] = ()
) -> dict[str, Field]:
    """The fields of a card: `row` tells place and date of birth, `above` it stands the name, `below` it the rest.

    born: the date of `row` and its confidence. Names are as sure as their least sure letter.
    """
    fields: dict[str, Field] = {}
    people = [one for one in above if person_name(one.text.plain)][-2:]
    if people:
        name = " ".join(person_name(one.text.plain) for one in people)
        fields["name"] = Field(name, min(one.text.least for one in people))
    place = birth_place(row.text.plain) if born is not None or "," in row.text.plain else ""
    if place:
        fields["birth_place"] = Field(place, row.text.confidence)
    if born is not None:
        fields["birth_date"] = Field(born[0].isoformat(), born[1])
    return fields | _further_down(below)


def _further_down(rows: Sequence[Row]) -> dict[str, Field]:
    """Sex, and the address with its village and district: told apart by what only one row can say."""
    fields: dict[str, Field] = {}
    start = 0
    for index, row in enumerate(rows[:2]):
        sex = _sex(row.text.plain)
        if sex is not None:
            fields["sex"] = Field(sex, row.text.confidence)
            start = index + 1
            break
    for index, row in enumerate(rows[start:], start):
        match = HAMLET.fullmatch(_value(row.text.plain).translate(DIGIT_LIKE).replace(" ", ""))
        if match is None:
            continue
        fields["rt_rw"] = Field(f"{match[1]}/{match[2]}", row.text.confidence)
        address = [_plain(one.text.plain) for one in rows[start:index]]
        sure = min((one.text.confidence for one in rows[start:index]), default=0.0)
        told = [("address", " ".join(address), sure)]
        told += [
            (name, _plain(one.text.plain), one.text.confidence)
            for name, one in zip(("village", "district"), rows[index + 1 :], strict=False)
        ]
        fields |= {name: Field(text, confidence) for name, text, confidence in told if text}
        break
    return fields


def regions(rows: Sequence[Row], named: Sequence[str]) -> dict[str, Field]:
    """Province and regency of the header, as on the card, or as in the list where it is one that the number names."""
    fields: dict[str, Field] = {}
    for row in sorted(rows, key=lambda one: one.y):
        said = _plain(row.text.plain)
        name = "province" if _has(said.split(" ")[0], ("PROVINSI",)) else "regency"
        if name in fields or sum(letter.isalpha() for letter in said) < LEGIBLE[0]:
            continue
        bare = said.partition(" ")[2] if _has(said.split(" ")[0], HEADER) else said
        official, alike = _nearest(bare, named)
        fields[name] = Field(official if alike >= NAMED_ALIKE else bare, row.text.confidence * max(alike, 0.5))
    return fields


def _elsewhere(text: Text, named: Sequence[str]) -> bool:
    """Whether a province is read surely and shares no word with `named`."""
    first, _, bare = _plain(text.plain).partition(" ")
    if not any(named) or text.least < NAMED_SURE or not _has(first, ("PROVINSI",)):
        return False
    words = {word for word in bare.split() if len(word) >= SHORTEST_WORD}
    known = {word for name in named for word in re.findall(r"[A-Z]+", name.upper())}
    return bool(words) and not any(word in one or one in word for word in words for one in known if len(one) >= 3)


def _agreed(rows: Sequence[Row], named: Sequence[str]) -> int:
    """How many leading digits of the number the header confirms: 4 by the regency, 2 by the province."""
    said = regions(rows, named)
    for index, name in ((1, "regency"), (0, "province")):
        if name in said and len(named) > index and named[index] and said[name].text == named[index]:
            return 2 * (index + 1)
    return 0


def _nearest(said: str, named: Sequence[str]) -> tuple[str, float]:
    pairs = [(name, re.sub(r"^(KAB\.|KABUPATEN|KOTA) ", "", name.upper())) for name in named if name]
    alike = [(difflib.SequenceMatcher(None, said, bare).ratio(), name) for name, bare in pairs]
    ratio, name = max(alike, default=(0.0, ""))
    return name, ratio


def _sex(line: str) -> str | None:
    head = re.split(r"G[O0]L", _value(line).upper())[0].translate(LETTER_LIKE)
    letters = re.sub(r"[^A-Z]", "", head)
    alike = {sex: difflib.SequenceMatcher(None, letters, word).ratio() for sex, word in SEXES}
    best = max(alike, key=lambda sex: alike[sex])
    return best if alike[best] >= ALIKE else None


def _plain(line: str) -> str:
    return " ".join(re.sub(r"[^A-Z0-9 .,'/\-]", " ", _value(line).upper()).split()).strip(" .,-:")


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
    line = line.lstrip(" :.")
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
