"""The database of the centre: durable, migrated in steps, and refused with a clear error when it cannot be used."""

import os
import stat

import pytest
import sqlalchemy as sa

from kiosk.clock import StillClock
from kiosk.domain.errors import IdentityError, StoreError
from sync.central import keys, schema
from sync.central.database import FILE, Database
from sync.central.migrations import MIGRATIONS, migrate


def test_it_is_wal_and_full(database):
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_the_migrations_make_the_schema(database):
    with database.read() as connection:
        inspector = sa.inspect(connection)
        assert set(inspector.get_table_names()) == set(schema.metadata.tables)
        for name, table in schema.metadata.tables.items():
            found = {column["name"]: column for column in inspector.get_columns(name)}
            assert set(found) == set(table.columns.keys())
            for column in table.columns:
                assert found[column.name]["nullable"] == column.nullable
                assert str(found[column.name]["type"]) == column.type.compile(connection.dialect)
            assert set(inspector.get_pk_constraint(name)["constrained_columns"]) == set(
                table.primary_key.columns.keys()
            )


def test_migrating_again_changes_nothing(database):
    migrate(database, StillClock())
    with database.read() as connection:
        assert list(connection.scalars(sa.select(schema.migration.c.number))) == list(range(1, len(MIGRATIONS) + 1))


def test_a_newer_database_is_refused(database):
    with database.write() as connection:
        connection.execute(sa.insert(schema.migration).values(number=99, applied_ms=0))
    with pytest.raises(StoreError, match="newer"):
        migrate(database, StillClock())


def test_a_failing_block_writes_nothing(database):
    def fail_half_way() -> None:
        with database.write() as connection:
            connection.execute(sa.insert(schema.migration).values(number=50, applied_ms=0))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.read() as connection:
        assert 50 not in set(connection.scalars(sa.select(schema.migration.c.number)))


def test_an_error_says_nothing_of_the_values(database):
    canary = "3372990101800001"

    def insert_twice() -> None:
        with database.write() as connection:
            for _ in range(2):
                connection.execute(sa.insert(schema.kiosk).values(name=canary, code_hash=b"", revoked=False))

    with pytest.raises(StoreError) as caught:
        insert_twice()
    assert canary not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_postgresql_is_spoken_too():
    """Without a server: what would be said to one."""
    said: list[str] = []
    engine = sa.create_mock_engine("postgresql+psycopg://", lambda statement, *_, **__: said.append(str(statement)))
    MIGRATIONS[0](engine)
    assert len([statement for statement in said if "CREATE TABLE" in statement]) == 2
    insert = Database(engine).insert_new(schema.enrolment).returning(schema.enrolment.c.id)
    statement = str(insert.compile(dialect=engine.dialect))
    assert "ON CONFLICT DO NOTHING RETURNING" in " ".join(statement.split())
    assert "FOR UPDATE" in str(sa.select(schema.kiosk).with_for_update().compile(dialect=engine.dialect))


@pytest.mark.parametrize("url", ["nonsense", "foo://x", "sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", ":"])
def test_a_url_that_cannot_be_used_is_refused_and_not_repeated(tmp_path, url):
    with pytest.raises(StoreError, match="database_url") as caught:
        Database.open(tmp_path, url)
    assert "secret" not in repr(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="damaged"):
        Database.open(tmp_path)


def test_a_folder_that_cannot_be_used_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="unwritable"):
        Database.open(tmp_path / "file")


def test_only_the_owner_reads_the_database_and_the_key(database, tmp_path):
    keys.load_or_make(tmp_path)
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path.name


def test_the_key_is_made_once(tmp_path):
    first, second = keys.load_or_make(tmp_path / "new"), keys.load_or_make(tmp_path / "new")
    assert keys.public_bytes(first) == keys.public_bytes(second)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [keys.FILE]


def test_a_key_made_meanwhile_is_not_replaced(tmp_path):
    first = keys.load_or_make(tmp_path)
    keys._make(tmp_path / keys.FILE)
    assert keys.public_bytes(keys.load_or_make(tmp_path)) == keys.public_bytes(first)


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_never_replaced_by_a_new_one(tmp_path, content):
    (tmp_path / keys.FILE).write_bytes(content)
    with pytest.raises(IdentityError, match="key_damaged"):
        keys.load_or_make(tmp_path)
    assert (tmp_path / keys.FILE).read_bytes() == content
