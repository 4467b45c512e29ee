"""What was done in the console: who, when, what, to which kiosk or record. Append-only; nobody's data in it."""

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.clock import Clock
from sync.central.database import Database
from sync.central.schema import audit

# Each has a sentence `deed.<name>` in the console's words, and its facts are the placeholders of it.
DEEDS = frozenset(
    {
        "signed_in", "sign_in_failed", "signed_out", "signed_out_all", "password_set", "codes_set", "code_failed",
        "user_added", "user_role", "user_reset", "user_disabled", "user_enabled", "user_codes",
        "association_set", "members_listed", "list_sent", "cards_printed",
        "person_found", "person_copied", "person_corrected", "person_erased", "person_looked", "breach_listed",
        "exported", "record_looked", "kiosk_revoked", "kiosk_unrevoked", "kiosk_held", "kiosk_released",
        "resend_asked", "alarms_seen", "alert_seen", "spread_set", "reminded", "master_published",
    }
)  # fmt: skip
COMMAND_LINE = "kiosk-central"  # the account of what was done on the machine itself


@dataclass(frozen=True, slots=True)
class Entry:
    n: int
    at_ms: int
    account: str
    deed: str
    kiosk: str
    record: str
    facts: dict[str, Any]


def write(
    connection: sa.Connection,
    clock: Clock,
    account: str,
    deed: str,
    *,
    kiosk: str = "",
    record: str = "",
    **facts: int | str,
) -> None:
    """In the transaction of the deed itself, where there is one."""
    assert deed in DEEDS, deed  # noqa: S101 a programming error
    row = {"at_ms": clock.wall_ms(), "account": account, "deed": deed, "kiosk": kiosk, "record": record}
    connection.execute(sa.insert(audit).values(**row, facts=json.dumps(facts, ensure_ascii=False)))


def read(
    database: Database, *, before: int = 0, account: str = "", kiosk: str = "", record: str = "", limit: int = 100
) -> list[Entry]:
    """Newest first, those before the entry number `before` (0: from the newest on)."""
    query = sa.select(audit).order_by(audit.c.n.desc()).limit(limit)
    if before:
        query = query.where(audit.c.n < before)
    for column, value in ((audit.c.account, account), (audit.c.kiosk, kiosk), (audit.c.record, record)):
        if value:
            query = query.where(column == value)
    with database.read() as connection:
        return [
            Entry(row.n, row.at_ms, row.account, row.deed, row.kiosk, row.record, json.loads(row.facts))
            for row in connection.execute(query)
        ]
