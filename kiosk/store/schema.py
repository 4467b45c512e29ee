"""The tables of the kiosk's database. None holds a person's data in clear."""

import sqlalchemy as sa

metadata = sa.MetaData()

enrolment = sa.Table(
    "enrolment",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),  # gap-free, chosen before the commit
    sa.Column("id", sa.LargeBinary(16), nullable=False, unique=True),  # UUIDv7
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False, index=True),
    sa.Column("captured_ms", sa.Integer, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),  # domain.record.Record.to_bytes()
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("seq", sa.Integer, sa.ForeignKey("enrolment.seq"), primary_key=True, autoincrement=False),
    sa.Column("state", sa.Text, nullable=False),  # waiting, accepted, duplicate, refused
    sa.Column("leased_until_ms", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("cause", sa.Text, nullable=False, server_default=""),
    sa.Column("settled_ms", sa.Integer),
    sa.Column("decision", sa.Text, nullable=False, server_default=""),  # domain.outcome: accepted, member, refused
    sa.Column("decision_cause", sa.Text, nullable=False, server_default=""),
    sa.Column("decided_ms", sa.Integer, nullable=False, server_default="0"),
    sa.Column("number", sa.LargeBinary),  # the membership number, locked with the site secret
)

round_ = sa.Table(
    "round",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("started_ms", sa.Integer, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("sent", sa.Integer, nullable=False),
    sa.Column("accepted", sa.Integer, nullable=False),
    sa.Column("duplicate", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("bytes_up", sa.Integer, nullable=False),
    sa.Column("bytes_down", sa.Integer, nullable=False),
    sa.Column("took_ms", sa.Integer, nullable=False),
)

schedule = sa.Table(
    "schedule",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True),  # always 1: there is one schedule
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("next_ms", sa.Integer, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("last_success_ms", sa.Integer),
)

migration = sa.Table(
    "migration",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("applied_ms", sa.Integer, nullable=False),
)
