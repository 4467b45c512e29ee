"""Where a kept enrolment stands: on its way, arrived, or decided by the branch. Nobody else may say "accepted"."""

import enum
import re
from dataclasses import dataclass

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
class Outcome:
    """What the branch decided.

    state   one of DECISIONS
    cause   an id, only of a refusal
    number  the membership number as the centre sent it, "" for none; never invented, never for a refusal

    Raises ValueError when these do not fit together.
    """

    state: State
    cause: str = ""
    number: str = ""

    def __post_init__(self) -> None:
        refused = self.state is State.REFUSED
        if self.state not in DECISIONS or refused != bool(self.cause):
            raise ValueError("state")
        if self.number and (refused or not _NUMBER.fullmatch(self.number)):
            raise ValueError("number")

    def __repr__(self) -> str:
        return f"Outcome({self.state})"
