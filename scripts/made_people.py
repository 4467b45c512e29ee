"""Made-up people who enrol: as different from each other as real ones, and all fictional (there is no district 99)."""

import csv
import random
from datetime import date, timedelta

from kiosk.domain.enrolment import Consent, Enrolment
from kiosk.domain.tariff import BASIC, Month, Programme
from kiosk.journey.visit import CONSENT_TEXT, PURPOSES
from kiosk.resources import CONFIG
from kiosk.store.enrolments import new_id

FIRST = (
    "Siti", "Sri", "Endang", "Wahyu", "Budi", "Agus", "Dewi", "Rina", "Slamet", "Suparti", "Mulyani", "Joko", "Tukiyem",
    "Eko", "Dwi", "Tri", "Ngatinem", "Paijo", "Warsini", "Yanto", "Ponirah", "Sugeng", "Lastri", "Hartono", "Wagiyem",
)  # fmt: skip
LAST = (
    "Contoh", "Spesimen", "Misal", "Umpama", "Karangan", "Rekaan", "Andaian", "Khayal", "Cobaan", "Peraga", "Uji",
)  # fmt: skip


def _column(name: str, column: str) -> list[str]:
    with (CONFIG / name).open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


_MARKETS, _OCCUPATIONS = _column("markets.csv", "name"), _column("occupations.csv", "id")


def person(number: int, seed: int = 1) -> Enrolment:
    """The same number gives the same person under a fresh id; 0 … 9,999,999 differ in their NIK."""
    rng = random.Random(f"{seed}/{number}")
    female = rng.random() < 0.6
    born = date(1962, 1, 1) + timedelta(days=number // 10_000 * 17 + rng.randrange(17))
    day = born.day + 40 * female
    months = rng.choice((1, 1, 3, 3, 6, 12))
    income = rng.randrange(8, 60) * 50_000 + 600_000
    id = new_id()
    at_ms = (id.int >> 80) + rng.randrange(5_000, 90_000)  # the consents come some seconds after the visit began
    language = rng.choice(("id", "id", "id", "jv", "jv", "en"))
    agreed = {"registration", *(purpose for purpose in PURPOSES if rng.random() < 0.5)}
    return Enrolment(
        id=id,
        nik=f"337299{day:02}{born:%m%y}{number % 10_000:04}",
        name=" ".join([*rng.sample(FIRST, rng.choice((1, 1, 2))), rng.choice(LAST)]).upper(),
        birth_date=born,
        sex="female" if female else "male",
        source=rng.choice(("ktp", "ktp", "ktp", "typed", "qr")),
        occupations=tuple(rng.sample(_OCCUPATIONS, rng.choice((1, 1, 1, 2)))),
        sector="other",
        employer=rng.random() < 0.1,
        married=rng.random() < 0.8,
        income=income,
        programmes=(*BASIC, Programme.JHT) if rng.random() < 0.3 else BASIC,
        months=months,
        start=Month(2026, 12),
        total=16_800 * months,
        base=income // 100_000 * 100_000,
        market=rng.choice(_MARKETS),
        branch="Surakarta",
        language=language,
        consents=tuple(Consent(purpose, purpose in agreed, CONSENT_TEXT, language, at_ms) for purpose in PURPOSES),
        phone=f"+6281{rng.randrange(10**8, 10**9)}" if rng.random() < 0.7 else "",
    )
