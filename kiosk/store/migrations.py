"""Numbered migrations, each applied in one transaction together with the record of itself. Only ever append."""

from collections.abc import Callable

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain.errors import StoreError
from kiosk.store import schema


def _first_tables(connection: sa.Connection) -> None:
    for statement in (
        """CREATE TABLE enrolment (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, code TEXT NOT NULL, fingerprint BLOB NOT NULL,
            captured_ms INTEGER NOT NULL, hash BLOB NOT NULL, raw BLOB NOT NULL)""",
        "CREATE INDEX enrolment_fingerprint ON enrolment (fingerprint)",
        """CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY REFERENCES enrolment (seq), state TEXT NOT NULL,
            leased_until_ms INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
            cause TEXT NOT NULL DEFAULT '', settled_ms INTEGER)""",
        """CREATE TABLE round (
            number INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL, outcome TEXT NOT NULL, cause TEXT NOT NULL,
            sent INTEGER NOT NULL, accepted INTEGER NOT NULL, duplicate INTEGER NOT NULL, refused INTEGER NOT NULL,
            bytes_up INTEGER NOT NULL, bytes_down INTEGER NOT NULL, took_ms INTEGER NOT NULL)""",
        """CREATE TABLE schedule (
            one INTEGER PRIMARY KEY CHECK (one = 1), attempt INTEGER NOT NULL, next_ms INTEGER NOT NULL,
            cause TEXT NOT NULL, last_success_ms INTEGER)""",
        "INSERT INTO schedule VALUES (1, 0, 0, '', NULL)",
    ):
        connection.exec_driver_sql(statement)


def _outcomes(connection: sa.Connection) -> None:
    """What the branch decided, beside what the centre answered."""
    for column in (
        "decision TEXT NOT NULL DEFAULT ''",
        "decision_cause TEXT NOT NULL DEFAULT ''",
        "decided_ms INTEGER NOT NULL DEFAULT 0",
        "number BLOB",
    ):
        connection.exec_driver_sql(f"ALTER TABLE outbox ADD COLUMN {column}")


def _carriage(connection: sa.Connection) -> None:
    """Signed receipts, quarantine, and what the second version of the wire has to remember from round to round."""
    for statement in (
        """CREATE TABLE receipt (
            number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL,
            first INTEGER NOT NULL, last INTEGER NOT NULL, purged INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL)""",
        "CREATE INDEX receipt_unpurged ON receipt (received_ms) WHERE purged = 0",
        "ALTER TABLE outbox ADD COLUMN receipt INTEGER REFERENCES receipt (number)",
        "ALTER TABLE outbox ADD COLUMN retry_ms INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX outbox_open ON outbox (state, seq) WHERE state IN ('waiting', 'held', 'quarantined')",
        "ALTER TABLE round ADD COLUMN kind TEXT NOT NULL DEFAULT 'round'",
        "ALTER TABLE round ADD COLUMN first INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE round ADD COLUMN last INTEGER NOT NULL DEFAULT 0",
        """CREATE TABLE carriage (
            one INTEGER PRIMARY KEY CHECK (one = 1), cursor INTEGER NOT NULL, reconciled_ms INTEGER NOT NULL,
            asks TEXT NOT NULL, held INTEGER NOT NULL, master INTEGER NOT NULL, at_ms INTEGER NOT NULL,
            wall_ms INTEGER NOT NULL, mono_ms INTEGER NOT NULL, boot BLOB NOT NULL)""",
        "INSERT INTO carriage VALUES (1, 0, 0, '[]', 0, 0, 0, 0, 0, zeroblob(16))",
    ):
        connection.exec_driver_sql(statement)


def _officers(connection: sa.Connection) -> None:
    """Officers' acts as records of the same chain, and what their pages need."""
    for statement in (
        "ALTER TABLE enrolment ADD COLUMN kind TEXT NOT NULL DEFAULT 'enrolment'",
        """CREATE TABLE act (
            seq INTEGER PRIMARY KEY REFERENCES enrolment (seq), kind TEXT NOT NULL, officer TEXT NOT NULL,
            at_ms INTEGER NOT NULL, facts TEXT NOT NULL)""",
        "CREATE INDEX ix_act_kind ON act (kind)",
        "CREATE TABLE draw (item TEXT PRIMARY KEY, amount INTEGER NOT NULL, since_ms INTEGER NOT NULL)",
        """CREATE TABLE guard (
            who TEXT PRIMARY KEY, failures INTEGER NOT NULL, locked_ms INTEGER NOT NULL, mono_ms INTEGER NOT NULL,
            boot BLOB NOT NULL)""",
        """CREATE TABLE errand (
            number INTEGER PRIMARY KEY, kind TEXT NOT NULL, arguments TEXT NOT NULL, officer TEXT NOT NULL,
            asked_ms INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'asked', changed_ms INTEGER NOT NULL,
            cause TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
            result TEXT NOT NULL DEFAULT '{}')""",
        """CREATE TABLE device (
            name TEXT PRIMARY KEY, good_ms INTEGER, tested_ms INTEGER, outcome TEXT NOT NULL DEFAULT '',
            result TEXT NOT NULL DEFAULT '{}')""",
        """CREATE TABLE service (
            one INTEGER PRIMARY KEY CHECK (one = 1), message TEXT NOT NULL, since_ms INTEGER NOT NULL)""",
        "INSERT INTO service VALUES (1, '', 0)",
    ):
        connection.exec_driver_sql(statement)


def _renewal(connection: sa.Connection) -> None:
    """What is to be paid next, and how far the target is."""
    connection.exec_driver_sql("ALTER TABLE outbox ADD COLUMN due BLOB")
    connection.exec_driver_sql("ALTER TABLE carriage ADD COLUMN reached INTEGER")


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_first_tables, _outcomes, _carriage, _officers, _renewal)


def migrate(engine: sa.Engine, clock: Clock) -> None:
    """Brings the database to this program's version. Raises StoreError `store.newer` when it is already beyond it."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, applied_ms INTEGER NOT NULL)"
        )
    for number, apply in enumerate(MIGRATIONS, start=1):
        with engine.begin() as connection:  # BEGIN IMMEDIATE: two programs that start together take turns
            newest = connection.scalar(sa.select(sa.func.max(schema.migration.c.number))) or 0
            if newest > len(MIGRATIONS):
                raise StoreError("store.newer", found=newest, known=len(MIGRATIONS))
            if newest < number:
                apply(connection)
                connection.execute(sa.insert(schema.migration).values(number=number, applied_ms=clock.wall_ms()))
