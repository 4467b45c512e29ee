"""Who is to be reminded of the next payment: only with their consent, never more often than they agreed to.

That a reminder goes out is written before it goes: whoever is killed in between has reminded once too seldom, never
once too often. Consent and phone stand in the sealed record, so only what is due is opened.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.domain.enrolment import Enrolment
from kiosk.domain.outcome import Due
from kiosk.domain.tariff import Month
from sync.central.database import Database
from sync.central.opening import OpeningError, opened
from sync.central.renewal.dues import payment_code
from sync.central.rights import corrections
from sync.central.schema import due, enrolment, member, reminder

PURPOSE = "reminders"  # the consent for it
MOST_A_MONTH = 1  # as the consent says: "one SMS or WA a month"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, repr=False)
class Reminder:
    """`number` of the member in the association, "" for none; `phone` E.164, "" for none; `n` of this month."""

    kiosk: str
    id: uuid.UUID
    month: int
    n: int
    due: Due
    phone: str
    language: str
    association: str
    number: str

    @property
    def key(self) -> str:
        """An idempotency key, so that no gateway sends it twice."""
        return f"{self.id}-{self.month}-{self.n}"


def waiting(database: Database, key: X25519PrivateKey, today: date, days_before: int, rest: int) -> Iterator[Reminder]:
    """Those to be reminded on this day, and not yet this month.

    days_before  how long before the first unpaid month begins
    rest         unpaid months after which there is no cover, and no reminder (benefits.csv)
    """
    this = today.year * 12 + today.month - 1
    soon = today + timedelta(days=days_before)
    last = soon.year * 12 + soon.month - 2  # paid until then, the first unpaid month has begun by `soon`
    sent = (
        sa.select(sa.func.count())
        .where(reminder.c.kiosk == due.c.kiosk, reminder.c.id == due.c.id, reminder.c.month == this)
        .correlate(due)
        .scalar_subquery()
    )
    here = (enrolment.c.kiosk == due.c.kiosk) & (enrolment.c.id == due.c.id)
    query = (
        sa.select(due, enrolment.c.raw, sent.label("sent"))
        .select_from(due.join(enrolment, here))
        .where(due.c.until.between(this - rest, last), sent < MOST_A_MONTH, sa.func.length(enrolment.c.raw) > 0)
        .order_by(due.c.kiosk, due.c.id)
    )
    with database.read() as connection:
        corrected = corrections.of_all(connection, key)
        numbers = {(row.kiosk, row.id): row.number for row in connection.execute(sa.select(member))}
        for row in connection.execute(query.execution_options(yield_per=_AT_ONCE)):
            try:
                said = opened(bytes(row.raw), key)
            except OpeningError:
                continue  # told of elsewhere: the examination has found it
            code = payment_code(bytes(row.code), row.kiosk, row.id, key)
            if not isinstance(said, Enrolment) or not _agreed(said) or not code:
                continue
            said = corrections.applied(said, corrected.get((row.kiosk, row.id), {}))
            owed = Due(Month(row.until // 12, row.until % 12 + 1), code, row.amount)
            number = numbers.get((row.kiosk, row.id), "")
            yield Reminder(
                row.kiosk, row.id, this, row.sent + 1, owed, said.phone, said.language, said.association, number
            )


def note(database: Database, one: Reminder, way: str, now_ms: int) -> bool:
    """That it goes out now. False when another program has just sent it."""
    row = {"kiosk": one.kiosk, "id": one.id, "month": one.month, "n": one.n, "at_ms": now_ms, "way": way}
    with database.write() as connection:
        return bool(database.insert_rows(connection, reminder, [row], reminder.c.n))


def take_back(database: Database, one: Reminder) -> None:
    """It did not go out for certain: it may be tried again."""
    here = (reminder.c.kiosk == one.kiosk) & (reminder.c.id == one.id)
    with database.write() as connection:
        connection.execute(sa.delete(reminder).where(here, reminder.c.month == one.month, reminder.c.n == one.n))


def _agreed(enrolment: Enrolment) -> bool:
    return any(one.given and one.purpose == PURPOSE for one in enrolment.consents)
