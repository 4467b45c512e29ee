"""What a slip of paper tells about an enrolment that has just been kept. No name, no full number, no promise."""

from dataclasses import dataclass

from kiosk.domain.outcome import Due
from kiosk.domain.tariff import Month


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """`number` is masked; `kept_ms` since 1970; `due` the first month that is not paid for; `total` in rupiah."""

    code: str
    number: str
    total: int
    months: int
    start: Month
    due: Month
    market: str
    branch: str
    language: str
    kept_ms: int

    def __repr__(self) -> str:
        return f"Receipt({self.code})"


@dataclass(frozen=True, slots=True)
class Bill:
    """What a member pays again with, as the branch said. `code` is that of the enrolment."""

    code: str
    due: Due
    market: str
    branch: str
    language: str
