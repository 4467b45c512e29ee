"""An enrolment: a person's answers and consents, complete and checked. It exists only in memory until it is sealed."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kiosk.domain.tariff import Month, Programme

_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent, given or not (UU 27/2022 art. 20-24). `at_ms` since 1970; `text_version` names what was shown."""

    purpose: str
    given: bool
    text_version: str
    language: str
    at_ms: int


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """What the centre receives. Money in rupiah, dates ISO 8601, phone E.164.

    id           chosen when the visit begins, so that a repeated save is the same enrolment
    source       how the NIK came in: ktp, qr, code128 …, wedge, typed, form
    form         number of the signed paper form when an officer typed it in, else ""
    warnings     reason ids that a person has looked at (region_unknown, birth_date_differs …)
    association  letters of the trader's association (config/associations.csv), only with the consent for it, else ""
    replaces     id of the refused enrolment that this one corrects
    """

    id: uuid.UUID
    nik: str
    name: str
    birth_date: date
    sex: str
    source: str
    occupations: tuple[str, ...]
    sector: str
    employer: bool
    married: bool
    income: int
    programmes: tuple[Programme, ...]
    months: int
    start: Month
    total: int
    base: int
    market: str
    branch: str
    language: str
    consents: tuple[Consent, ...]
    phone: str = ""
    form: str = ""
    warnings: tuple[str, ...] = field(default=())
    association: str = ""
    replaces: uuid.UUID | None = None

    @property
    def code(self) -> str:
        return code_of(self.id)

    def __repr__(self) -> str:
        return f"Enrolment({self.id})"

    def plain(self) -> dict[str, Any]:
        """What a JSON object can hold, for people and for the branch. How it is sealed stands in kiosk/form.py."""
        return {
            "code": self.code,
            "nik": self.nik,
            "name": self.name,
            "birth_date": self.birth_date.isoformat(),
            "sex": self.sex,
            "source": self.source,
            "occupations": list(self.occupations),
            "sector": self.sector,
            "employer": self.employer,
            "married": self.married,
            "income": self.income,
            "base": self.base,
            "programmes": [str(programme) for programme in self.programmes],
            "months": self.months,
            "start": str(self.start),
            "total": self.total,
            "phone": self.phone,
            "market": self.market,
            "branch": self.branch,
            "language": self.language,
            "form": self.form,
            "warnings": list(self.warnings),
            "association": self.association,
            "replaces": str(self.replaces) if self.replaces else "",
            "consents": [
                {"purpose": c.purpose, "given": c.given, "text": c.text_version, "language": c.language, "at": c.at_ms}
                for c in self.consents
            ],
        }


def code_of(id: uuid.UUID) -> str:
    """`7K3M-9QTX-R`: forty bits of the enrolment's id and a check letter. Says nothing about the person."""
    number = int.from_bytes(hashlib.sha256(id.bytes).digest()[:5])
    letters = "".join(_CODE_LETTERS[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}-{_check_letter(letters)}"


def code_valid(text: str) -> bool:
    """Whether `text` is a code whose check letter fits (catches one wrong letter and two swapped neighbours)."""
    letters = text.upper().replace("-", "").replace(" ", "").replace("O", "0").replace("I", "1").replace("L", "1")
    return len(letters) == 9 and set(letters) <= set(_CODE_LETTERS) and _check_letter(letters[:8]) == letters[8]


def _check_letter(letters: str) -> str:
    """Luhn mod 32."""
    total = 0
    for place, letter in enumerate(reversed(letters)):
        value = _CODE_LETTERS.index(letter) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return _CODE_LETTERS[-total % 32]
