"""Numbered migrations, each applied in one transaction together with the record of itself. Only ever append."""

from collections.abc import Callable

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain.errors import StoreError
from sync.central import schema
from sync.central.database import Database


def _first_tables(connection: sa.Connection) -> None:
    tables = sa.MetaData()  # a migration never follows schema.py: it stays what it was
    sa.Table(
        "kiosk",
        tables,
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("code_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("provisioned_at", sa.BigInteger),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    sa.Table(
        "enrolment",
        tables,
        sa.Column("kiosk", sa.String(64), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("kiosk", "seq", name="enrolment_kiosk_seq"),
    )
    tables.create_all(connection, checkfirst=False)


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_first_tables,)


def migrate(database: Database, clock: Clock) -> None:
    """Brings the database to this program's version. Raises StoreError `central.newer` when it is already beyond it."""
    with database.write() as connection:
        schema.migration.create(connection, checkfirst=True)
    for number, apply in enumerate(MIGRATIONS, start=1):
        with database.write() as connection:
            newest = connection.scalar(sa.select(sa.func.max(schema.migration.c.number))) or 0
            if newest > len(MIGRATIONS):
                raise StoreError("central.newer", found=newest, known=len(MIGRATIONS))
            if newest < number:
                apply(connection)
                connection.execute(sa.insert(schema.migration).values(number=number, applied_ms=clock.wall_ms()))
