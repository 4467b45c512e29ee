"""The tables of the centre. `kiosk` leads every key, so that they shard by kiosk; nothing orders by time."""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()

kiosk = sa.Table(
    "kiosk",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("public_key", sa.LargeBinary),  # raw Ed25519, NULL until the kiosk has used its code
    sa.Column("code_hash", sa.LargeBinary, nullable=False, unique=True),  # SHA-256 of the one-time code
    sa.Column("provisioned_at", sa.BigInteger),  # ms since 1970
    sa.Column("revoked", sa.Boolean, nullable=False),
    sa.Column("number_key", sa.LargeBinary),  # raw X25519: membership numbers are sealed to it
    sa.Column("outcomes", sa.BigInteger, nullable=False, server_default="0"),  # the newest number given to one
    sa.Column("revoked_ms", sa.BigInteger),
    sa.Column("revoked_seq", sa.BigInteger),  # the newest seq known when it was revoked; a stick brings no later one
)

enrolment = sa.Table(
    "enrolment",
    metadata,
    sa.Column("kiosk", sa.String(64), primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),  # SHA-256 of `raw`
    sa.Column("previous", sa.LargeBinary, nullable=False),
    sa.Column("received_ms", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),  # domain.record.Record.to_bytes(), as it came
    sa.Column("day", sa.BigInteger, nullable=False, server_default="0"),  # captured_ms // wire.DAY_MS
    sa.UniqueConstraint("kiosk", "seq", name="enrolment_kiosk_seq"),
    sa.Index("enrolment_kiosk_day", "kiosk", "day"),
)


def _beat(*, key: bool = False) -> list[sa.Column[Any]]:
    """A heartbeat as it came (sync/wire.md), and when."""
    return [
        _number("received_ms", key=key),
        sa.Column("boot", sa.LargeBinary, nullable=False),
        sa.Column("app", sa.String(64), nullable=False),
        _number("now_ms"),
        _number("mono_ms"),
        _number("waiting"),
        _number("quarantined"),
        _number("oldest_ms"),
        _number("last_seq"),
        _number("free_mb"),
        _number("rounds"),
        _number("master"),
        sa.Column("more", sa.Text, nullable=False),  # JSON
    ]


def _name() -> sa.Column[str]:
    return sa.Column("kiosk", sa.String(64), primary_key=True)


def _number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=null, autoincrement=False)


heartbeat = sa.Table("heartbeat", metadata, _name(), *_beat())  # the newest of each kiosk

heartbeat_log = sa.Table("heartbeat_log", metadata, _name(), *_beat(key=True))  # one an hour
sa.Index("heartbeat_log_received", heartbeat_log.c.received_ms)

# What the worker has not looked at yet: one row a run of records, written with them and deleted when all are examined.
arrival = sa.Table(
    "arrival", metadata, _name(), _number("first", key=True), _number("last"), _number("leased_until_ms")
)

examined = sa.Table(
    "examined",
    metadata,
    _name(),
    sa.Column("id", sa.Uuid, primary_key=True),
    _number("seq"),
    sa.Column("code", sa.String(16), nullable=False, index=True),  # domain.enrolment.code_of(id)
    sa.Column("cause", sa.String(32), nullable=False),  # why it could not be opened or cannot be taken, else ""
    _number("examined_ms"),
)

act = sa.Table(  # what officers did, opened: it holds nobody's data; append-only
    "act",
    metadata,
    _name(),
    _number("seq", key=True),
    sa.Column("id", sa.Uuid, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),  # domain.act.Kind
    sa.Column("officer", sa.String(32), nullable=False),  # number, "" when the machine did it
    _number("at_ms"),  # by the kiosk's clock
    _number("received_ms"),
    sa.Column("facts", sa.Text, nullable=False),  # JSON
    sa.Index("act_kiosk_kind", "kiosk", "kind"),
)

# What is told to the kiosk, in the order 1, 2, 3 … of each kiosk; the newest of an enrolment holds.
outcome = sa.Table(
    "outcome",
    metadata,
    _name(),
    _number("n", key=True),
    sa.Column("id", sa.Uuid, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # domain.outcome.DECISIONS
    sa.Column("cause", sa.String(32), nullable=False),
    _number("decided_ms"),
    sa.Column("number", sa.LargeBinary, nullable=False),  # sealed to the kiosk's key, empty for none
    sa.Column("number_mark", sa.LargeBinary, nullable=False),  # keyed hash, to see whether it is still the same
    sa.Index("outcome_kiosk_id", "kiosk", "id"),
)

# Who is enrolled where: keyed hash of a NIK → the enrolment that holds. Sharded by the hash, filled by the worker.
person = sa.Table(
    "person",
    metadata,
    sa.Column("mark", sa.LargeBinary, primary_key=True),
    sa.Column("kiosk", sa.String(64), nullable=False),
    sa.Column("id", sa.Uuid, nullable=False),
    sa.Column("until", sa.Integer, nullable=False),  # the last month that it pays for, in months since year 0
)

alarm = sa.Table(
    "alarm",
    metadata,
    _name(),
    sa.Column("kind", sa.String(32), primary_key=True),
    _number("first", key=True),  # the seq from which on …
    _number("last"),
    _number("raised_ms"),
    _number("cleared_ms", null=True),
)

master = sa.Table(
    "master",
    metadata,
    _number("version", key=True),
    sa.Column("bundle", sa.LargeBinary, nullable=False),
    _number("published_ms"),
)

migration = sa.Table(
    "migration",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("applied_ms", sa.BigInteger, nullable=False),
)
