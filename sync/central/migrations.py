"""Numbered migrations, each applied in one transaction together with the record of itself. Only ever append."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain.errors import StoreError
from kiosk.domain.record import Record
from sync.central import schema
from sync.central.appending import append_only
from sync.central.database import Database

_PARTITIONS = 16
_DAY_MS = 86_400_000


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
        postgresql_partition_by="HASH (kiosk)",
    )
    tables.create_all(connection, checkfirst=False)
    _partition(connection, "enrolment")


def _what_a_fleet_needs(connection: sa.Connection) -> None:
    def name() -> sa.Column[str]:
        return sa.Column("kiosk", sa.String(64), primary_key=True)

    def number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
        return sa.Column(name, sa.BigInteger, primary_key=key, nullable=null, autoincrement=False)

    def beat(*, key: bool = False) -> list[sa.Column[Any]]:
        whole = ("now_ms", "mono_ms", "waiting", "quarantined", "oldest_ms", "last_seq", "free_mb", "rounds", "master")
        return [
            number("received_ms", key=key),
            sa.Column("boot", sa.LargeBinary, nullable=False),
            sa.Column("app", sa.String(64), nullable=False),
            *(number(column) for column in whole),
            sa.Column("more", sa.Text, nullable=False),
        ]

    binary = sa.LargeBinary().compile(connection.dialect)
    for column in (
        f"number_key {binary}",
        "outcomes BIGINT DEFAULT 0 NOT NULL",
        "revoked_ms BIGINT",
        "revoked_seq BIGINT",
    ):
        connection.exec_driver_sql(f"ALTER TABLE kiosk ADD COLUMN {column}")
    _add_days(connection)
    tables = sa.MetaData()
    sa.Table("heartbeat", tables, name(), *beat())
    log = sa.Table("heartbeat_log", tables, name(), *beat(key=True))
    sa.Index("heartbeat_log_received", log.c.received_ms)
    sa.Table("arrival", tables, name(), number("first", key=True), number("last"), number("leased_until_ms"))
    sa.Table(
        "examined",
        tables,
        name(),
        sa.Column("id", sa.Uuid, primary_key=True),
        number("seq"),
        sa.Column("code", sa.String(16), nullable=False, index=True),
        sa.Column("cause", sa.String(32), nullable=False),
        number("examined_ms"),
        postgresql_partition_by="HASH (kiosk)",
    )
    sa.Table(
        "outcome",
        tables,
        name(),
        number("n", key=True),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        number("decided_ms"),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("number_mark", sa.LargeBinary, nullable=False),
        sa.Index("outcome_kiosk_id", "kiosk", "id"),
        postgresql_partition_by="HASH (kiosk)",
    )
    sa.Table(
        "person",
        tables,
        sa.Column("mark", sa.LargeBinary, primary_key=True),
        sa.Column("kiosk", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("until", sa.Integer, nullable=False),
        postgresql_partition_by="HASH (mark)",
    )
    sa.Table(
        "alarm",
        tables,
        name(),
        sa.Column("kind", sa.String(32), primary_key=True),
        number("first", key=True),
        number("last"),
        number("raised_ms"),
        number("cleared_ms", null=True),
    )
    sa.Table(
        "master",
        tables,
        number("version", key=True),
        sa.Column("bundle", sa.LargeBinary, nullable=False),
        number("published_ms"),
    )
    tables.create_all(connection, checkfirst=False)
    for table in ("examined", "outcome", "person"):
        _partition(connection, table)
    for table in ("enrolment", "outcome"):
        append_only(connection, table)


def _officers(connection: sa.Connection) -> None:
    """What officers did at the kiosks."""

    def number(name: str, *, key: bool = False) -> sa.Column[int]:
        return sa.Column(name, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False)

    tables = sa.MetaData()
    sa.Table(
        "act",
        tables,
        sa.Column("kiosk", sa.String(64), primary_key=True),
        number("seq", key=True),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("officer", sa.String(32), nullable=False),
        number("at_ms"),
        number("received_ms"),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Index("act_kiosk_kind", "kiosk", "kind"),
        postgresql_partition_by="HASH (kiosk)",
    )
    tables.create_all(connection, checkfirst=False)
    _partition(connection, "act")
    append_only(connection, "act")


def _console(connection: sa.Connection) -> None:
    def name(column: str = "name", *, key: bool = False) -> sa.Column[str]:
        return sa.Column(column, sa.String(32), primary_key=key, nullable=False)

    def mark() -> sa.Column[bytes]:
        return sa.Column("mark", sa.LargeBinary, primary_key=True)

    def number(column: str) -> sa.Column[int]:
        return sa.Column(column, sa.BigInteger, nullable=False)

    tables = sa.MetaData()
    sa.Table(
        "account",
        tables,
        name(key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("totp", sa.LargeBinary),
        number("totp_step"),
        sa.Column("disabled", sa.Boolean, nullable=False),
        number("made_ms"),
    )
    signed_in = sa.Table(
        "session",
        tables,
        mark(),
        name("account"),
        number("made_ms"),
        number("seen_ms"),
        sa.Column("totp", sa.LargeBinary),
    )
    sa.Index("ix_session_account", signed_in.c.account)
    sa.Table("attempt", tables, mark(), number("failures"), number("until_ms"), sa.Index("attempt_until", "until_ms"))
    sa.Table(
        "audit",
        tables,
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        number("at_ms"),
        name("account"),
        name("deed"),
        sa.Column("kiosk", sa.String(64), nullable=False),
        sa.Column("record", sa.String(36), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Index("audit_account", "account", "n"),
        sa.Index("audit_kiosk", "kiosk", "n"),
    )
    tables.create_all(connection, checkfirst=False)
    append_only(connection, "audit")


def _standing(connection: sa.Connection) -> None:
    def number(column: str, *, key: bool = False) -> sa.Column[int]:
        return sa.Column(column, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False)

    for table, column in (
        ("kiosk", "region VARCHAR(64) DEFAULT '' NOT NULL"),
        ("kiosk", "market VARCHAR(128) DEFAULT '' NOT NULL"),
        ("heartbeat", "wrong_ms BIGINT"),
    ):
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    connection.exec_driver_sql("CREATE INDEX kiosk_region_market ON kiosk (region, market)")
    connection.exec_driver_sql("CREATE INDEX alarm_held ON alarm (kiosk) WHERE cleared_ms IS NULL")
    tables = sa.MetaData()
    sa.Table(
        "round",
        tables,
        sa.Column("kiosk", sa.String(64), primary_key=True),
        number("at_ms", key=True),
        number("mono_ms", key=True),
        *(number(name) for name in ("first", "last", "accepted", "duplicate", "refused")),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        *(number(name) for name in ("told", "lacks", "waiting", "bytes_up")),
        sa.Index("round_at", "at_ms", postgresql_using="brin"),
        postgresql_partition_by="HASH (kiosk)",
    )
    tables.create_all(connection, checkfirst=False)
    _partition(connection, "round")


def _alerts(connection: sa.Connection) -> None:
    tables = sa.MetaData()
    made = sa.Table(
        "alert",
        tables,
        sa.Column("rule", sa.String(32), primary_key=True),
        sa.Column("kiosk", sa.String(64), primary_key=True),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("told_ms", sa.BigInteger),
        sa.Column("seen", sa.Boolean, nullable=False),
    )
    made.create(connection, checkfirst=False)


def _tallies(connection: sa.Connection) -> None:
    """Counts of what there is; from now on they are kept with each deed."""
    tables = sa.MetaData()
    made = sa.Table(
        "tally",
        tables,
        sa.Column("kiosk", sa.String(64), primary_key=True),
        sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("enrolled", "accepted", "refused")),
    )
    made.create(connection, checkfirst=False)
    offset, week = 4 * _DAY_MS, 7 * _DAY_MS
    statement = f"""
        INSERT INTO tally (kiosk, week, enrolled, accepted, refused)
        SELECT kiosk, week, SUM(enrolled), SUM(accepted), SUM(refused) FROM (
            SELECT kiosk, (examined_ms - {offset}) / {week} AS week,
                   CASE WHEN cause = '' THEN 1 ELSE 0 END AS enrolled, 0 AS accepted, 0 AS refused FROM examined
            UNION ALL
            SELECT o.kiosk, (o.decided_ms - {offset}) / {week}, 0,
                   CASE WHEN o.state IN ('accepted', 'member') THEN 1 ELSE 0 END,
                   CASE WHEN o.state = 'refused' THEN 1 ELSE 0 END
            FROM outcome o
            WHERE o.n = (SELECT MAX(l.n) FROM outcome l WHERE l.kiosk = o.kiosk AND l.id = o.id)
        ) AS told GROUP BY kiosk, week"""  # noqa: S608 numbers of this file
    connection.exec_driver_sql(statement)


def _people(connection: sa.Connection) -> None:
    """Whose an enrolment is, members of associations, corrections, what is to be paid next, and orders to kiosks."""

    def name(column: str = "kiosk", length: int = 64, *, key: bool = True) -> sa.Column[str]:
        return sa.Column(column, sa.String(length), primary_key=key, nullable=False)

    def number(column: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
        return sa.Column(column, sa.BigInteger, primary_key=key, nullable=null, autoincrement=False)

    def month(column: str, *, key: bool = False) -> sa.Column[int]:
        return sa.Column(column, sa.Integer, primary_key=key, nullable=False, autoincrement=False)

    def bytes_(column: str, *, key: bool = False, null: bool = False) -> sa.Column[bytes]:
        return sa.Column(column, sa.LargeBinary, primary_key=key, nullable=null)

    def id(*, key: bool = True) -> sa.Column[Any]:
        return sa.Column("id", sa.Uuid, primary_key=key, nullable=not key)

    binary = sa.LargeBinary().compile(connection.dialect)
    for table, column in (
        ("examined", f"mark {binary}"),
        *(("kiosk", f"{name} BIGINT DEFAULT 0 NOT NULL") for name in ("held_until_ms", "resend_first", "resend_last")),
        ("kiosk", "resend_left INTEGER DEFAULT 0 NOT NULL"),
        ("kiosk", "branch VARCHAR(64) DEFAULT '' NOT NULL"),
        ("kiosk", "lapsed BIGINT DEFAULT 0 NOT NULL"),
        ("kiosk", "reached BIGINT"),
        *(("kiosk", f"{name} VARCHAR(256) DEFAULT '' NOT NULL") for name in ("low", "bad")),
        ("heartbeat", "heat INTEGER"),
        ("heartbeat", "closed VARCHAR(64) DEFAULT '' NOT NULL"),
        ("heartbeat", "aside VARCHAR(256) DEFAULT '' NOT NULL"),
    ):
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    connection.exec_driver_sql("CREATE INDEX ix_examined_mark ON examined (mark)")
    tables = sa.MetaData()
    sa.Table(
        "member", tables, name("association", 8), bytes_("mark", key=True), name("number", 32, key=False),
        bytes_("sealed"), number("listed_ms"), name(key=False), id(key=False), number("joined_ms"), month("until"),
        name("state", 16, key=False), sa.Index("member_mark", "mark"), sa.Index("member_kiosk_id", "kiosk", "id"),
    )  # fmt: skip
    sa.Table("association", tables, name("code", 8), name("coordinator", 32, key=False))
    sa.Table(
        "upload", tables, id(), name("association", 8, key=False), name("account", 32, key=False), number("at_ms"),
        name("ending", 8, key=False), bytes_("sealed", null=True), number("done_ms", null=True),
        sa.Column("report", sa.Text, nullable=False), sa.Index("upload_association", "association", "at_ms"),
    )  # fmt: skip
    sa.Table("correction", tables, name(), id(), number("n", key=True), number("at_ms"), bytes_("sealed"))
    sa.Table(
        "due", tables, name(), id(), month("until"), bytes_("code"), bytes_("mark"), number("amount"),
        number("told_ms"), sa.Index("due_until", "until"),
    )  # fmt: skip
    sa.Table(
        "reminder", tables, name(), id(), month("month", key=True), number("n", key=True), number("at_ms"),
        name("way", 16, key=False),
    )  # fmt: skip
    sa.Table(
        "look", tables, id(), name(key=False), sa.Column("record", sa.Uuid, nullable=False),
        name("account", 32, key=False), number("at_ms"), bytes_("public_key"), bytes_("secret"),
        bytes_("sealed", null=True), sa.Index("look_account", "account", "at_ms"),
    )  # fmt: skip
    sa.Table("control", tables, name("name", 32), number("value"))
    sa.Table("draft", tables, name("account", 32), number("made_ms"), bytes_("files"))
    tables.create_all(connection, checkfirst=False)


def _add_days(connection: sa.Connection) -> None:
    """The day of each record, which is reconciled by day; it stands in the signed record, so it never changes."""
    connection.exec_driver_sql("ALTER TABLE enrolment ADD COLUMN day BIGINT DEFAULT 0 NOT NULL")
    table = sa.table("enrolment", *(sa.column(name) for name in ("kiosk", "seq", "raw", "day")))
    for kiosk, seq, raw in connection.execute(sa.select(table.c.kiosk, table.c.seq, table.c.raw)).all():
        here = (table.c.kiosk == kiosk) & (table.c.seq == seq)
        day = Record.from_bytes(bytes(raw)).captured_ms // _DAY_MS
        connection.execute(sa.update(table).where(here).values(day=day))
    connection.exec_driver_sql("CREATE INDEX enrolment_kiosk_day ON enrolment (kiosk, day)")


def _partition(connection: sa.Connection, table: str) -> None:
    """On PostgreSQL the table lies in hash partitions, by the same key that another engine would shard by."""
    if connection.dialect.name == "postgresql":
        for part in range(_PARTITIONS):
            values = f"FOR VALUES WITH (MODULUS {_PARTITIONS}, REMAINDER {part})"
            connection.exec_driver_sql(f"CREATE TABLE {table}_{part} PARTITION OF {table} {values}")


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (
    _first_tables,
    _what_a_fleet_needs,
    _officers,
    _console,
    _standing,
    _tallies,
    _alerts,
    _people,
)


def migrate(database: Database, clock: Clock) -> None:
    """Brings the database to this program's version; of several that start at once, one does it and the others wait.

    Raises StoreError `central.newer` when it is already beyond it.
    """
    with database.write() as connection:
        database.take_turns(connection)
        schema.migration.create(connection, checkfirst=True)
        newest = connection.scalar(sa.select(sa.func.max(schema.migration.c.number))) or 0
        if newest > len(MIGRATIONS):
            raise StoreError("central.newer", found=newest, known=len(MIGRATIONS))
        for number, apply in enumerate(MIGRATIONS[newest:], start=newest + 1):
            apply(connection)
            connection.execute(sa.insert(schema.migration).values(number=number, applied_ms=clock.wall_ms()))
