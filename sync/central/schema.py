"""The tables of the centre. `kiosk` leads every key, so that they shard by kiosk; nothing orders by time."""

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
    sa.UniqueConstraint("kiosk", "seq", name="enrolment_kiosk_seq"),
)

migration = sa.Table(
    "migration",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("applied_ms", sa.BigInteger, nullable=False),
)
