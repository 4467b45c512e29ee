"""The tables of the kiosk's database. None holds a trader's data in clear."""

import sqlalchemy as sa

metadata = sa.MetaData()

# One row a record of the chain: an enrolment, or an officer's act, which travels the same way.
enrolment = sa.Table(
    "enrolment",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),  # gap-free, chosen before the commit
    sa.Column("id", sa.LargeBinary(16), nullable=False, unique=True),  # UUIDv7
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False, index=True),
    sa.Column("captured_ms", sa.Integer, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),  # domain.record.Record.to_bytes(), empty once it was purged
    sa.Column("kind", sa.Text, nullable=False, server_default="enrolment"),  # or act: a fingerprint of nobody
)

act = sa.Table(  # what the kiosk itself may read of the officers' acts; append-only
    "act",
    metadata,
    sa.Column("seq", sa.Integer, sa.ForeignKey("enrolment.seq"), primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False, index=True),  # domain.act.Kind
    sa.Column("officer", sa.Text, nullable=False),
    sa.Column("at_ms", sa.Integer, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),  # JSON
)

draw = sa.Table(  # used up since the last act that told of it
    "draw",
    metadata,
    sa.Column("item", sa.Text, primary_key=True),
    sa.Column("amount", sa.Integer, nullable=False),  # of the item's unit: mm of paper, pieces
    sa.Column("since_ms", sa.Integer, nullable=False),
)

guard = sa.Table(  # wrong PINs, and until when the door stays shut
    "guard",
    metadata,
    sa.Column("who", sa.Text, primary_key=True),  # see domain.lockout
    sa.Column("failures", sa.Integer, nullable=False),  # since the last right PIN
    sa.Column("locked_ms", sa.Integer, nullable=False),  # how long, from the moment …
    sa.Column("mono_ms", sa.Integer, nullable=False),  # … at which the monotonic clock of this boot showed this
    sa.Column("boot", sa.LargeBinary(16), nullable=False),
)

errand = sa.Table(  # what the screen asks of the sync daemon, and how far it is
    "errand",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("arguments", sa.Text, nullable=False),  # JSON
    sa.Column("officer", sa.Text, nullable=False),
    sa.Column("asked_ms", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="asked"),  # asked, running, done, failed
    sa.Column("changed_ms", sa.Integer, nullable=False),
    sa.Column("cause", sa.Text, nullable=False, server_default=""),
    sa.Column("done", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total", sa.Integer, nullable=False, server_default="0"),
    sa.Column("result", sa.Text, nullable=False, server_default="{}"),  # JSON
)

device = sa.Table(  # how each device was when it was seen last
    "device",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("good_ms", sa.Integer),  # the last time it was well
    sa.Column("tested_ms", sa.Integer),  # the last guided test
    sa.Column("outcome", sa.Text, nullable=False, server_default=""),  # passed, failed
    sa.Column("result", sa.Text, nullable=False, server_default="{}"),  # JSON
)

service = sa.Table(
    "service",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True),  # always 1
    sa.Column("message", sa.Text, nullable=False),  # why it is out of service, an id; "" while it serves
    sa.Column("since_ms", sa.Integer, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("seq", sa.Integer, sa.ForeignKey("enrolment.seq"), primary_key=True, autoincrement=False),
    sa.Column("state", sa.Text, nullable=False),  # waiting, held, quarantined, accepted, duplicate, refused
    sa.Column("leased_until_ms", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("cause", sa.Text, nullable=False, server_default=""),
    sa.Column("settled_ms", sa.Integer),
    sa.Column("decision", sa.Text, nullable=False, server_default=""),  # domain.outcome: accepted, member, refused
    sa.Column("decision_cause", sa.Text, nullable=False, server_default=""),
    sa.Column("decided_ms", sa.Integer, nullable=False, server_default="0"),
    sa.Column("number", sa.LargeBinary),  # the membership number, locked with the site secret
    sa.Column("due", sa.LargeBinary),  # domain.outcome.Due, locked as the number is
    sa.Column("receipt", sa.Integer, sa.ForeignKey("receipt.number")),
    sa.Column("retry_ms", sa.Integer, nullable=False, server_default="0"),  # of a quarantined one
)

receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at_ms", sa.Integer, nullable=False),  # by the centre's clock
    sa.Column("received_ms", sa.Integer, nullable=False),
    sa.Column("first", sa.Integer, nullable=False),  # seq of the first and the last record that it answers for
    sa.Column("last", sa.Integer, nullable=False),
    sa.Column("purged", sa.Integer, nullable=False, server_default="0"),  # 1: no record of it has its body any more
    sa.Column("body", sa.LargeBinary, nullable=False),  # what the centre signed
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
    sa.Column("kind", sa.Text, nullable=False, server_default="round"),
    sa.Column("first", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last", sa.Integer, nullable=False, server_default="0"),
)

carriage = sa.Table(
    "carriage",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True),  # always 1
    sa.Column("cursor", sa.Integer, nullable=False),  # the newest outcome kept here
    sa.Column("reconciled_ms", sa.Integer, nullable=False),
    sa.Column("asks", sa.Text, nullable=False),  # JSON: days that the centre wants to hear more of
    sa.Column("held", sa.Integer, nullable=False),  # 1: nothing is sent until it is released
    sa.Column("master", sa.Integer, nullable=False),  # the newest version of the master data that the centre told of
    sa.Column("at_ms", sa.Integer, nullable=False),  # the newest time that the centre signed, and when that was here
    sa.Column("wall_ms", sa.Integer, nullable=False),
    sa.Column("mono_ms", sa.Integer, nullable=False),
    sa.Column("boot", sa.LargeBinary(16), nullable=False),
    sa.Column(
        "reached", sa.Integer
    ),  # how many have joined towards the target here; NULL while the centre said nothing
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
