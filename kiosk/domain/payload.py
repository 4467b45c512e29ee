"""What the payload of a code means: one table, read from the top. Only the first three kinds give a NIK."""

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kiosk.domain import nik
from kiosk.domain.enrolment import code_valid
from kiosk.domain.regions import Regions


class Kind(enum.StrEnum):
    NIK = "nik"  # sixteen digits
    MEMBER_CARD = "member_card"  # an association's card: KOP:<NIK>, newer ones KOP:<NIK>:<name>
    SLIP = "slip"  # <NIK>|<name>|<dd-mm-yyyy>
    RECEIPT = "receipt"  # our own code, with a check letter that fits
    BADGE = "badge"  # an officer's
    LINK = "link"  # family cards and other Dukcapil papers: a link, no data
    KESEHATAN = "kesehatan"  # BPJS Kesehatan: thirteen digits
    MEMBER_NUMBER = "member_number"  # BPJS Ketenagakerjaan: eleven digits, older ones with a letter
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, repr=False)
class Payload:
    """`nik` only when its digits can be one and its regency is known; `birth_date` ISO 8601 or "".

    `association` are the letters of the association that made a member card.
    """

    kind: Kind
    nik: str | None = None
    name: str = ""
    birth_date: str = ""
    association: str = ""

    def __repr__(self) -> str:
        return f"Payload({self.kind})"


_TABLE: tuple[tuple[Kind, Callable[[str], re.Match[str] | None]], ...] = (
    (Kind.NIK, re.compile(r"(?P<nik>[0-9]{16})").fullmatch),
    (
        Kind.MEMBER_CARD,
        re.compile(r"(?P<association>[A-Z]{2,5}):(?P<nik>[0-9]{16})(:(?P<name>[^:|]{2,80}))?").fullmatch,
    ),
    (
        Kind.SLIP,
        re.compile(
            r"(?P<nik>[0-9]{16})\|(?P<name>[^|]{2,80})\|(?P<d>[0-9]{2})-(?P<m>[0-9]{2})-(?P<y>[0-9]{4})"
        ).fullmatch,
    ),
    (
        Kind.RECEIPT,
        lambda text: re.fullmatch(r"[0-9A-Z]{4}-?[0-9A-Z]{4}-?[0-9A-Z]", text) if code_valid(text) else None,
    ),
    (Kind.BADGE, re.compile(r"BADGE:[0-9A-Z-]{4,40}").fullmatch),
    (Kind.LINK, re.compile(r"https?://\S+", re.IGNORECASE).match),
    (Kind.KESEHATAN, re.compile(r"[0-9]{13}").fullmatch),
    (Kind.MEMBER_NUMBER, re.compile(r"(?=.*[0-9])[0-9A-Z]{11}").fullmatch),
)


def understand(text: str, regions: Regions, today: date) -> Payload:
    """The first row of the table that fits. Digits that cannot be a NIK are UNKNOWN, whatever surrounds them."""
    text = text.strip()
    for kind, fits in _TABLE:
        found = fits(text)
        if found is None:
            continue
        parts = found.groupdict()
        digits = parts.get("nik")
        if digits is None:
            return Payload(kind)
        if regions.find(digits[:4]) is None or nik.check(digits, regions, today).outcome is nik.Outcome.FAIL:
            return Payload(Kind.UNKNOWN)
        name = " ".join((parts.get("name") or "").split())
        name = name if name.isprintable() else ""  # a name with control or direction marks is nobody's
        born = _iso(parts.get("y"), parts.get("m"), parts.get("d"))
        return Payload(kind, digits, name, born, parts.get("association") or "")
    return Payload(Kind.UNKNOWN)


def _iso(year: str | None, month: str | None, day: str | None) -> str:
    try:
        return date(int(year or 0), int(month or 0), int(day or 0)).isoformat()
    except ValueError:
        return ""
