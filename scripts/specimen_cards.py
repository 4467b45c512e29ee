"""Draws fictional e-KTPs for scripts/specimen: new, old and yellowed, or as a photocopy.

Serials begin at 9000 and every card says SPESIMEN.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from specimen_looks import Colour, Looks, older

from kiosk import tables

Image = npt.NDArray[np.uint8]
PHOTO_LEFT = 762
WIDTH, HEIGHT = 1012, 638  # ID-1 at 300 dpi
FONTS = "apt-get install fonts-ocr-a fonts-ocr-b fonts-urw-base35 fonts-dejavu-extra"
AGES = ("old", "copy")


@dataclass
class Card:
    """A drawn card, what it says, and the corners of its number."""

    image: Image
    kind: str
    nik: str = ""
    name: str = ""
    place: str = ""
    born: date | None = None
    sex: str = ""
    number: list[tuple[float, float]] = field(default_factory=list)


class Pen:
    """Writes with one font file; sizes are pixels of the card."""

    _faces: dict[Path, cv2.FontFace] = {}  # noqa: RUF012 - a cache

    def __init__(self, image: Image, colour: Colour) -> None:
        self.image, self.colour = image, colour

    def face(self, font: Path) -> cv2.FontFace:
        if font not in self._faces:
            if not font.is_file():
                raise SystemExit(f"no font {font.name}; {FONTS}")
            self._faces[font] = cv2.FontFace(str(font))
        return self._faces[font]

    def width(self, text: str, size: int, font: Path) -> int:
        return int(cv2.getTextSize((4000, 4000), text, (0, 0), self.face(font), size)[2])

    def write(self, text: str, x: float, y: float, size: int, font: Path) -> None:
        cv2.putText(self.image, text, (round(x), round(y)), self.colour, self.face(font), size)

    def squeeze(self, text: str, x: int, y: int, size: int, font: Path, narrow: float) -> int:
        """Writes `text` narrower than its font; returns where it ends."""
        wide, high = self.width(text, size, font) + 4, round(size * 1.3)
        ink = np.zeros((high, wide), np.uint8)
        cv2.putText(ink, text, (0, size), (255, 255, 255), self.face(font), size)
        ink = np.asarray(cv2.resize(ink, (round(wide * narrow), high), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        cover = ink[..., None].astype(np.float32) / 255
        place = self.image[y - size : y - size + high, x : x + ink.shape[1]]
        cover = cover[: place.shape[0], : place.shape[1]]
        place[:] = (place * (1 - cover) + np.array(self.colour, np.float32) * cover).astype(np.uint8)
        return x + ink.shape[1]


def any_nik(rng: random.Random, today: date = date(2026, 11, 22)) -> tuple[str, date, bool, str, str]:
    """Digits, birth date, whether a woman, province and regency of a person who does not exist."""
    regions = tables.regions()
    districts = [code for code in regions.codes() if len(code) == 6]
    code = rng.choice(districts)
    born = today - timedelta(days=rng.randint(18 * 366, 80 * 365))
    woman = rng.random() < 0.5
    day = born.day + (40 if woman else 0)
    digits = f"{code}{day:02}{born.month:02}{born.year % 100:02}{rng.randint(9000, 9999)}"
    province, regency, _ = regions.names(digits)
    return digits, born, woman, province.upper(), regency.upper().replace("KAB. ", "KABUPATEN ")


def ground(rng: random.Random, colour: Colour, height: int = HEIGHT, width: int = WIDTH) -> Image:
    """A card's ground with faint guilloche and a gradient."""
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    wave = np.sin(xs / rng.uniform(9, 30) + rng.uniform(2, 9) * np.sin(ys / rng.uniform(30, 90)))
    wave += np.sin(ys / rng.uniform(8, 26) + rng.uniform(2, 9) * np.sin(xs / rng.uniform(40, 120)))
    fall = (xs / width - 0.5) * rng.uniform(-18, 18) + (ys / height - 0.5) * rng.uniform(-18, 18)
    shade = wave * rng.uniform(0, 4.5) + fall
    return np.asarray(np.clip(np.array(colour, np.float32) + shade[..., None], 0, 255), dtype=np.uint8)


def ktp(rng: random.Random, looks: Looks, kind: str = "ktp", age: str = "") -> Card:
    """An e-KTP; `kia` is the same layout under a child's header. `age` is one of AGES, or nothing for a new one."""
    if age:
        looks = older(rng, looks)
    image = ground(rng, rng.choice(looks.grounds))
    sans, number_font = rng.choice(looks.sans), rng.choice(looks.numbers)
    pen = Pen(image, rng.choice(looks.inks))
    digits, born, woman, province, regency = any_nik(rng)
    name = " ".join(rng.choice(words) for words in (looks.given, looks.given, looks.family)[rng.randint(0, 1) :])
    place = regency.replace("KABUPATEN ", "").replace("KOTA ", "")
    if kind == "kia":
        born = born.replace(year=rng.randint(2012, 2022), day=min(born.day, 28))
        digits = f"{digits[:6]}{born.day + 40 * woman:02}{born.month:02}{born.year % 100:02}{digits[12:]}"
    size = rng.randint(33, 38)
    lines = (f"PROVINSI {province}", regency) if kind == "ktp" else ("KARTU IDENTITAS ANAK", f"{regency}")
    for index, text in enumerate(lines):
        pen.write(text, (WIDTH - pen.width(text, size, sans)) / 2, 46 + index * (size + 5), size, sans)
    left, colon = rng.randint(28, 42), rng.randint(*looks.colon)
    tall = rng.randint(46, 54)
    base = 154 + rng.randint(-6, 6)
    pen.write("NIK", left, base, tall, number_font if rng.random() < 0.6 else sans)
    pen.write(":", colon - 22, base, tall, number_font)
    start = colon + rng.randint(*looks.gap)
    stop, top = pen.squeeze(digits, start, base, tall, number_font, rng.uniform(0.76, 0.97)), base - round(tall * 0.72)
    small = rng.randint(24, 27)
    step = rng.uniform(*looks.pitch)
    values = rng.choice(looks.names) if looks.names else sans
    rows = (
        ("Nama", name),
        ("Tempat/Tgl Lahir", f"{place}, {born:%d-%m-%Y}"),
        ("Jenis kelamin", "PEREMPUAN" if woman else "LAKI-LAKI"),
        ("Alamat", f"JL. SPESIMEN NO. {rng.randint(1, 199)}"),
        ("   RT/RW", f"{rng.randint(1, 20):03}/{rng.randint(1, 20):03}"),
        ("   Kel/Desa", "DESA REKAAN"),
        ("   Kecamatan", "KECAMATAN REKAAN"),
        ("Agama", rng.choice(("ISLAM", "KRISTEN", "KATHOLIK", "HINDU", "BUDHA"))),
        ("Status Perkawinan", rng.choice(("KAWIN", "BELUM KAWIN", "CERAI MATI"))),
        ("Pekerjaan", rng.choice(("PEDAGANG", "WIRASWASTA", "BURUH HARIAN LEPAS", "PETANI/PEKEBUN"))),
        ("Kewarganegaraan", "WNI"),
        ("Berlaku Hingga", rng.choice(("SEUMUR HIDUP", f"{born:%d-%m}-2017"))),
    )
    y = base + rng.uniform(32, 40)
    for label, value in rows:
        pen.write(label, left, y, small, sans)
        room = (PHOTO_LEFT - 6 - colon) / pen.width(f": {value}", small, values)
        pen.write(f": {value}", colon, y, min(small, int(small * room)), values)  # the photograph hides nothing
        if label == "Jenis kelamin":
            pen.write(f"Gol. Darah : {rng.choice(('A', 'B', 'O', 'AB', '-'))}", colon + 280, y, small, sans)
        y += step
    _photo(pen, rng, born, place, sans)
    pen.colour = (150, 110, 90)
    pen.write("SPESIMEN", left, HEIGHT - 14, 24, looks.bold[0])
    corners = [(start, top), (stop, top), (stop, base), (start, base)]
    if age:
        pen.image[:] = aged(rng, image, age)
    sex = "female" if woman else "male"
    return Card(image, kind, digits, name, place, born, sex, [(float(x), float(y)) for x, y in corners])


def aged(rng: random.Random, image: Image, age: str) -> Image:
    """`old`: yellowed, the ink faded, scratched. `copy`: a grey photocopy with its dirt."""
    noise = np.random.default_rng(rng.getrandbits(32))
    if age == "copy":
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
        grey = 128 + (cv2.GaussianBlur(grey, (0, 0), 0.8) - rng.uniform(120, 165)) * rng.uniform(1.3, 2.2)
        specks = noise.random(grey.shape) < rng.uniform(0.0002, 0.002)
        grey = np.where(specks, rng.uniform(20, 90), grey + noise.normal(0, 6, grey.shape))
        return np.asarray(np.repeat(np.clip(grey, 8, 248)[..., None], 3, axis=2), dtype=np.uint8)
    worn = image.astype(np.float32) * (rng.uniform(0.62, 0.85), rng.uniform(0.86, 0.95), 1.0)
    fade = rng.uniform(0.1, 0.4)
    worn = worn * (1 - fade) + np.array((150, 190, 205), np.float32) * fade
    for _ in range(rng.randint(2, 9)):
        ends = [(rng.randint(0, WIDTH), rng.randint(0, HEIGHT)) for _ in range(2)]
        cv2.line(worn, ends[0], ends[1], [rng.randint(150, 230)] * 3, 1, cv2.LINE_AA)
    return np.asarray(np.clip(worn, 0, 255), dtype=np.uint8)


def _photo(pen: Pen, rng: random.Random, born: date, place: str, sans: Path) -> None:
    x, y, w, h = PHOTO_LEFT, 190 + rng.randint(-8, 8), 205, 262
    back = (40, 40, 190) if born.year % 2 else (190, 90, 40)
    cv2.rectangle(pen.image, (x, y), (x + w, y + h), back, -1)
    skin = (rng.randint(90, 150), rng.randint(120, 180), rng.randint(170, 220))
    cv2.ellipse(pen.image, (x + w // 2, y + h), (82, 78), 0, 180, 360, (70, 70, 80), -1)
    cv2.ellipse(pen.image, (x + w // 2, y + 122), (50, 66), 0, 0, 360, skin, -1)
    cv2.ellipse(pen.image, (x + w // 2, y + 94), (54, 50), 0, 180, 360, (25, 25, 25), -1)
    pen.write(place[:16], x + 20, y + h + 34, 22, sans)
    pen.write(f"{rng.randint(1, 28):02}-0{rng.randint(1, 9)}-20{rng.randint(12, 24)}", x + 34, y + h + 60, 22, sans)
