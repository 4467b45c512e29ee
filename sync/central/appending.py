"""Tables that are only ever appended to: the database itself refuses everything else."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


def append_only(connection: sa.Connection, table: str) -> None:
    """No program, not this one either, changes or deletes a row; what must go by law goes by another role."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")
        return
    for deed in ("UPDATE", "DELETE"):
        body = "BEGIN SELECT RAISE(ABORT, 'append only'); END"
        connection.exec_driver_sql(f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} {body}")


@contextmanager
def erasable(connection: sa.Connection, table: str) -> Iterator[None]:
    """Lets rows of an append-only table be changed until the block ends: for what a law wants gone, nothing else."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"GRANT UPDATE, DELETE ON {table} TO CURRENT_USER")
        yield
        connection.exec_driver_sql(f"REVOKE UPDATE, DELETE ON {table} FROM CURRENT_USER")
        return
    for deed in ("update", "delete"):
        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{deed}")
    yield
    append_only(connection, table)
