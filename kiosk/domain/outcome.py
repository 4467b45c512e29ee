"""Where a kept enrolment stands: on its way, arrived, or decided by the branch. Nobody else may say "accepted"."""

import enum
import re
from dataclasses import dataclass

from kiosk.domain.tariff import Month

_PAYMENT = re.compile(r"[0-9A-Z-]{4,20}")
_MOST_RUPIAH = 10**9
_NUMBER = re.compile(r"[0-9A-Z]{11}")  # eleven digits, older ones with a letter


class State(enum.StrEnum):
    WAITING = "waiting"  # kept here, not yet received by the centre
    SENT = "sent"  # received, not yet decided
    ACCEPTED = "accepted"
    MEMBER = "member"  # was a member before
    REFUSED = "refused"


DECISIONS = frozenset({State.ACCEPTED, State.MEMBER, State.REFUSED})
# Refusals that the trader can mend by enrolling again, here or after another office; words `refused.<cause>` say how.
# Every other cause is for a person to explain: no new enrolment can heal it.
MENDABLE = frozenset({"name_differs", "birth_date_differs", "nik_not_found", "occupation", "phone", "incomplete"})


@dataclass(frozen=True, slots=True, repr=False)
class Due:
    """What an accepted member pays next, as the branch said; never computed here.

    until   the last month that is paid for
    code    to pay with at a bank, a post office or a shop
    amount  rupiah

    Raises ValueError for a code or an amount that none can be.
    """

    until: Month
    code: str
    amount: int

    def __post_init__(self) -> None:
        if not _PAYMENT.fullmatch(self.code) or not 0 < self.amount <= _MOST_RUPIAH:
            raise ValueError("due")

    @property
    def next(self) -> Month:
        """The first month that is not paid for."""
        return self.until + 1

    def __repr__(self) -> str:
        return f"Due({self.until})"

    def __str__(self) -> str:
        return f"{self.until};{self.code};{self.amount}"

    @classmethod
    def parse(cls, text: str) -> "Due":
        """What `str` wrote. Raises ValueError."""
        until, code, amount = text.split(";")
        return cls(Month.parse(until), code, int(amount))


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """What the branch decided.

    state   one of DECISIONS
    cause   an id, only of a refusal
    number  the membership number as the centre sent it, "" for none; never invented, never for a refusal
    due     what is to be paid next, never for a refusal; without a number beside it the one known stays

    Raises ValueError when these do not fit together.
    """

    state: State
    cause: str = ""
    number: str = ""
    due: Due | None = None

    def __post_init__(self) -> None:
        refused = self.state is State.REFUSED
        if self.state not in DECISIONS or refused != bool(self.cause):
            raise ValueError("state")
        if self.number and (refused or not _NUMBER.fullmatch(self.number)):
            raise ValueError("number")
        if self.due is not None and refused:
            raise ValueError("due")

    @property
    def secret(self) -> str:
        """The part that only this kiosk may read, as it is sealed: number, or number;until;code;amount."""
        return f"{self.number};{self.due}" if self.due is not None else self.number

    @classmethod
    def told(cls, state: State, cause: str, secret: str) -> "Outcome":
        """Of what `secret` wrote. Raises ValueError."""
        number, found, due = secret.partition(";")
        return cls(state, cause, number, Due.parse(due) if found else None)

    def __repr__(self) -> str:
        return f"Outcome({self.state})"
