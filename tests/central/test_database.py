"""The database of the centre: durable, migrated in steps, and refused with a clear error when it cannot be used."""

import os
import stat
import subprocess
import sys
import uuid
from contextlib import closing

import pytest
import sqlalchemy as sa

from kiosk.clock import StillClock
from kiosk.domain.errors import IdentityError, StoreError
from sync.central import keys, schema
from sync.central.database import FILE, Database
from sync.central.migrations import MIGRATIONS, migrate

from .conftest import BOTH

CANARY = "3372990101809999"


def test_it_is_wal_and_full(database):
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


@BOTH
def test_the_migrations_make_the_schema(database):
    with database.read() as connection:
        inspector = sa.inspect(connection)
        parts = {name for name in inspector.get_table_names() if name.rpartition("_")[2].isdigit()}
        assert set(inspector.get_table_names()) - parts == set(schema.metadata.tables)
        for name, table in schema.metadata.tables.items():
            found = {column["name"]: column for column in inspector.get_columns(name)}
            assert set(found) == set(table.columns.keys())
            for column in table.columns:
                assert found[column.name]["nullable"] == column.nullable
                assert found[column.name]["type"].compile(connection.dialect) == column.type.compile(connection.dialect)
            key = inspector.get_pk_constraint(name)["constrained_columns"]
            assert key == list(table.primary_key.columns.keys())
            indexes = {index["name"]: index["column_names"] for index in inspector.get_indexes(name)}
            wanted = {index.name: list(index.columns.keys()) for index in table.indexes}
            assert wanted.items() <= indexes.items()


@BOTH
def test_every_key_begins_with_what_the_table_is_sharded_by(database):
    """Else it could not lie in hash partitions here, nor on Citus, YugabyteDB or CockroachDB."""
    with database.read() as connection:
        inspector = sa.inspect(connection)
        for name in ("act", "enrolment", "examined", "outcome", "heartbeat", "heartbeat_log", "arrival", "alarm"):
            keys = [inspector.get_pk_constraint(name)["constrained_columns"]]
            keys += [key["column_names"] for key in inspector.get_unique_constraints(name)]
            assert {key[0] for key in keys} == {"kiosk"}, name
            assert not inspector.get_foreign_keys(name)


def test_the_big_tables_lie_in_sixteen_partitions(migrated, tmp_path):
    with closing(Database.open(tmp_path, migrated)) as database, database.read() as connection:
        query = "SELECT inhparent::regclass::text, count(*) FROM pg_inherits JOIN pg_class ON oid = inhparent "
        found = {row[0]: row[1] for row in connection.exec_driver_sql(f"{query} WHERE relkind = 'p' GROUP BY 1")}
    assert found == dict.fromkeys(("act", "enrolment", "examined", "outcome", "person", "round"), 16)


@BOTH
def test_migrating_again_changes_nothing(database):
    migrate(database, StillClock())
    with database.read() as connection:
        numbers = list(connection.scalars(sa.select(schema.migration.c.number).order_by(schema.migration.c.number)))
    assert numbers == list(range(1, len(MIGRATIONS) + 1))


def test_a_database_of_the_first_version_is_brought_up(tmp_path, clock):
    with closing(Database.open(tmp_path)) as database:
        with database.write() as connection:
            schema.migration.create(connection)
            MIGRATIONS[0](connection)
            connection.execute(sa.insert(schema.migration).values(number=1, applied_ms=0))
            connection.exec_driver_sql("INSERT INTO kiosk VALUES ('pasar-contoh-1', x'00', x'01', 5, false)")
        migrate(database, clock)
        with database.read() as connection:
            row = connection.execute(sa.select(schema.kiosk)).one()
    assert (row.name, row.revoked, row.number_key) == ("pasar-contoh-1", False, None)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_many_that_start_at_once_one_migrates(kind, tmp_path, request):
    """Processes, as two API servers behind one address would be."""
    server = request.getfixturevalue("postgresql") if kind == "postgresql" else None
    url = server.create("at_once") if server else f"sqlite:///{tmp_path / FILE}"
    command = [sys.executable, "-m", "sync.central", "--home", str(tmp_path), "add-kiosk", "--database", url]
    started = [subprocess.Popen([*command, f"kiosk-{n}"], stdout=subprocess.DEVNULL) for n in range(3)]
    assert [process.wait(60) for process in started] == [0] * 3
    with closing(Database.open(tmp_path, url)) as database, database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.migration)) == len(MIGRATIONS)
    if server:
        server.drop("at_once")


def test_a_newer_database_is_refused(database):
    with database.write() as connection:
        connection.execute(sa.insert(schema.migration).values(number=99, applied_ms=0))
    with pytest.raises(StoreError, match="newer"):
        migrate(database, StillClock())


@BOTH
def test_a_failing_block_writes_nothing(database):
    def fail_half_way() -> None:
        with database.write() as connection:
            connection.execute(sa.insert(schema.migration).values(number=50, applied_ms=0))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.read() as connection:
        assert 50 not in set(connection.scalars(sa.select(schema.migration.c.number)))


@BOTH
@pytest.mark.parametrize("statement", ["UPDATE enrolment SET seq = 2", "DELETE FROM enrolment", "DELETE FROM outcome"])
def test_what_was_taken_in_is_never_changed_again(database, statement, kiosk):
    row = {"kiosk": kiosk.name, "seq": 1, "id": uuid.UUID(int=1), "hash": b"", "previous": b"", "raw": b""}
    told = {"kiosk": kiosk.name, "n": 1, "id": uuid.UUID(int=1), "state": "", "cause": "", "number": b""}
    with database.write() as connection:
        connection.execute(sa.insert(schema.enrolment).values(received_ms=0, **row))
        connection.execute(sa.insert(schema.outcome).values(decided_ms=0, number_mark=b"", **told))

    def alter() -> None:
        with database.write() as connection:
            connection.exec_driver_sql(statement)

    with pytest.raises(StoreError):
        alter()
    with database.read() as connection:
        assert connection.execute(sa.select(schema.enrolment.c.seq)).scalars().all() == [1]
        assert connection.execute(sa.select(schema.outcome.c.n)).scalars().all() == [1]


@BOTH
def test_an_error_says_nothing_of_the_values(database):
    def insert_twice() -> None:
        with database.write() as connection:
            for _ in range(2):
                connection.execute(sa.insert(schema.kiosk).values(name=CANARY, code_hash=b"", revoked=False))

    with pytest.raises(StoreError) as caught:
        insert_twice()
    assert CANARY not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_server_that_is_not_there_is_one_clear_error(tmp_path):
    with pytest.raises(StoreError, match=r"central\.database"):
        Database.open(tmp_path, f"postgresql+psycopg://secret:secret@/none?host={tmp_path}")


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_keep_its_word_is_refused(postgresql, migrated, tmp_path, setting):
    try:
        postgresql.psql(f"ALTER SYSTEM SET {setting} = off")
        postgresql.psql("SELECT pg_reload_conf()")
        with pytest.raises(StoreError, match=setting):
            Database.open(tmp_path, migrated)
    finally:
        postgresql.psql(f"ALTER SYSTEM RESET {setting}")
        postgresql.psql("SELECT pg_reload_conf()")


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
    for make, name in ((keys.load_or_make, keys.FILE), (keys.load_or_make_answer, keys.ANSWER_FILE)):
        first, second = make(tmp_path / name), make(tmp_path / name)
        assert keys.public_bytes(first) == keys.public_bytes(second)
        assert [path.name for path in (tmp_path / name).iterdir()] == [name]


def test_a_key_made_meanwhile_is_not_replaced(tmp_path):
    first = keys.load_or_make(tmp_path)
    keys._write(tmp_path / keys.FILE, b"another")
    assert keys.public_bytes(keys.load_or_make(tmp_path)) == keys.public_bytes(first)


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_never_replaced_by_a_new_one(tmp_path, content):
    (tmp_path / keys.FILE).write_bytes(content)
    with pytest.raises(IdentityError, match="key_damaged"):
        keys.load_or_make(tmp_path)
    assert (tmp_path / keys.FILE).read_bytes() == content
