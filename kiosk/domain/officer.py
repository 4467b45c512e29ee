"""A field officer, as the master data names one: who, where, and how the badge and the PIN are known again."""

import hashlib
from dataclasses import dataclass
from datetime import date

NUMBER_DIGITS = 4
PIN_DIGITS = 6


@dataclass(frozen=True, slots=True, repr=False)
class Officer:
    """
    number   four digits, on the badge and typed before the PIN by whoever has no badge at hand
    name     how the screen greets, never logged
    places   codes of regencies (`3372`) in whose markets this officer works; () for everywhere
    badge    SHA-256 of the badge's code, hex; "" for none
    pin      argon2id in its encoded form (RFC 9106), "" for none
    first, last  days on which it holds, inclusive; None without end
    revoked  taken back before its time
    """

    number: str
    name: str
    places: tuple[str, ...]
    badge: str
    pin: str
    first: date
    last: date | None = None
    revoked: bool = False

    def __repr__(self) -> str:
        return f"Officer({self.number})"

    def holds_on(self, day: date) -> bool:
        return not self.revoked and self.first <= day and (self.last is None or day <= self.last)

    def works_in(self, region: str) -> bool:
        """`region` is the code of the market's regency, "" when it is not known: then only who works everywhere."""
        return not self.places or region in self.places


def badge_mark(code: str) -> str:
    """How a badge's code is kept: a code has 128 random bits, so a plain hash cannot be turned back."""
    return hashlib.sha256(b"market-kiosk badge\0" + code.encode("utf-8")).hexdigest()
