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
    sa.Column("region", sa.String(64), nullable=False, server_default=""),
    sa.Column("market", sa.String(128), nullable=False, server_default=""),
    sa.Column("branch", sa.String(64), nullable=False, server_default=""),  # as its newest enrolment says
    sa.Column("lapsed", sa.BigInteger, nullable=False, server_default="0"),  # see figures.py
    sa.Column("reached", sa.BigInteger),  # towards the target that this kiosk shows; NULL where there is none
    sa.Column("held_until_ms", sa.BigInteger, nullable=False, server_default="0"),  # told to wait until then
    sa.Column("resend_first", sa.BigInteger, nullable=False, server_default="0"),  # seqs that are asked for again …
    sa.Column("resend_last", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("resend_left", sa.Integer, nullable=False, server_default="0"),  # … so many times more
    sa.Column("low", sa.String(256), nullable=False, server_default=""),  # items that run low, by the newest acts
    sa.Column("bad", sa.String(256), nullable=False, server_default=""),  # parts whose last trial did not go well
)
sa.Index("kiosk_region_market", kiosk.c.region, kiosk.c.market)

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


heartbeat = sa.Table(  # the newest of each kiosk
    "heartbeat",
    metadata,
    _name(),
    *_beat(),
    _number("wrong_ms", null=True),  # how far its clock was ahead of ours; NULL when it came on a stick
    sa.Column("heat", sa.Integer),  # °C; NULL where nothing measures it
    sa.Column("closed", sa.String(64), nullable=False, server_default=""),  # why it is out of service
    sa.Column("aside", sa.String(256), nullable=False, server_default=""),  # set aside by cause: `damaged:1 timeout:2`
)

heartbeat_log = sa.Table("heartbeat_log", metadata, _name(), *_beat(key=True))  # one an hour
sa.Index("heartbeat_log_received", heartbeat_log.c.received_ms)

# The rounds of each kiosk as the centre met them; those that brought and told nothing only one an hour.
round_ = sa.Table(
    "round",
    metadata,
    _name(),
    _number("at_ms", key=True),
    _number("mono_ms", key=True),  # of the heartbeat: two rounds in one millisecond stay two
    _number("first"),  # seq, 0 without records
    _number("last"),
    _number("accepted"),
    _number("duplicate"),
    _number("refused"),
    sa.Column("cause", sa.String(32), nullable=False),  # of the first refused record, else ""
    sa.Column("way", sa.String(8), nullable=False),  # air or stick
    _number("told"),  # outcomes
    _number("lacks"),  # records asked for again
    _number("waiting"),  # on the kiosk, when it began
    _number("bytes_up"),
    sa.Index("round_at", "at_ms", postgresql_using="brin"),
)

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
    sa.Column("mark", sa.LargeBinary, index=True),  # people.mark of whose it is; NULL for what could not be opened
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

# Members of associations: those that a coordinator has listed, and those who chose one at a kiosk and let it see.
member = sa.Table(
    "member",
    metadata,
    sa.Column("association", sa.String(8), primary_key=True),
    sa.Column("mark", sa.LargeBinary, primary_key=True),  # people.mark
    sa.Column("number", sa.String(32), nullable=False),  # in the association, "" for none
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # what the list says, to central.pub; empty when on no list
    _number("listed_ms"),  # 0 when on no list
    sa.Column("kiosk", sa.String(64), nullable=False),  # "" while awaited
    sa.Column("id", sa.Uuid),
    _number("joined_ms"),
    sa.Column("until", sa.Integer, nullable=False),  # the last month that is paid for, in months since year 0
    sa.Column("state", sa.String(16), nullable=False),  # "" while awaited, else domain.outcome.State
    sa.Index("member_mark", "mark"),
    sa.Index("member_kiosk_id", "kiosk", "id"),
)

association = sa.Table(  # who works for one that the master data names
    "association",
    metadata,
    sa.Column("code", sa.String(8), primary_key=True),
    sa.Column("coordinator", sa.String(32), nullable=False),  # an account, "" for none
)

upload = sa.Table(  # a list that somebody sent in the console: sealed, until the worker has read it
    "upload",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("association", sa.String(8), nullable=False),
    sa.Column("account", sa.String(32), nullable=False),
    _number("at_ms"),
    sa.Column("ending", sa.String(8), nullable=False),  # .xlsx, .csv …
    sa.Column("sealed", sa.LargeBinary),  # NULL once it was read
    _number("done_ms", null=True),
    sa.Column("report", sa.Text, nullable=False),  # JSON: counts and cells, nobody's data
    sa.Index("upload_association", "association", "at_ms"),
)

correction = sa.Table(  # what a person has had corrected: over what the kiosk had sealed
    "correction",
    metadata,
    _name(),
    sa.Column("id", sa.Uuid, primary_key=True),
    _number("n", key=True),
    _number("at_ms"),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

# What is to be paid next, as the branch said; sealed to the kiosk it is a part of an outcome.
due = sa.Table(
    "due",
    metadata,
    _name(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("until", sa.Integer, nullable=False),  # the last month that is paid for, in months since year 0
    sa.Column("code", sa.LargeBinary, nullable=False),  # the payment code, sealed to central.pub
    sa.Column("mark", sa.LargeBinary, nullable=False),  # people.number_mark of it: tells whether it changed
    _number("amount"),  # rupiah
    _number("told_ms"),
    sa.Index("due_until", "until"),
)

reminder = sa.Table(  # that somebody was reminded: never more than agreed
    "reminder",
    metadata,
    _name(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("month", sa.Integer, primary_key=True, autoincrement=False),  # the one that is to be paid
    _number("n", key=True),
    _number("at_ms"),
    sa.Column("way", sa.String(16), nullable=False),
)

tally = sa.Table(  # how many, by the week in which it was done (tallies.week_of)
    "tally",
    metadata,
    _name(),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    _number("enrolled"),  # sound, or not decided against by the worker
    _number("accepted"),
    _number("refused"),
)

alert = sa.Table(  # what a rule holds for, and whether anybody was told; kiosk "": of the rule's last message
    "alert",
    metadata,
    sa.Column("rule", sa.String(32), primary_key=True),
    _name(),
    _number("since_ms"),
    _number("told_ms", null=True),
    sa.Column("seen", sa.Boolean, nullable=False),  # somebody is at it: tell no more of this one
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
_HELD = alarm.c.cleared_ms.is_(None)
sa.Index("alarm_held", alarm.c.kiosk, sqlite_where=_HELD, postgresql_where=_HELD)

master = sa.Table(
    "master",
    metadata,
    _number("version", key=True),
    sa.Column("bundle", sa.LargeBinary, nullable=False),
    _number("published_ms"),
)

control = sa.Table(  # what the console has ordered for all kiosks, over the settings
    "control",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),  # spread_s
    _number("value"),
)

look = sa.Table(  # somebody at the console asks the worker to open one record for them
    "look",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("kiosk", sa.String(64), nullable=False),
    sa.Column("record", sa.Uuid, nullable=False),
    sa.Column("account", sa.String(32), nullable=False),
    _number("at_ms"),
    sa.Column("public_key", sa.LargeBinary, nullable=False),  # the answer is sealed to it
    sa.Column("secret", sa.LargeBinary, nullable=False),  # its private half, under the console's key
    sa.Column("sealed", sa.LargeBinary),  # NULL until the worker has answered
    sa.Index("look_account", "account", "at_ms"),
)

draft = sa.Table(  # master data that somebody looks at before it is published
    "draft",
    metadata,
    sa.Column("account", sa.String(32), primary_key=True),
    _number("made_ms"),
    sa.Column("files", sa.LargeBinary, nullable=False),  # CBOR {name: bytes}
)

# The console: who may look and act, who is signed in, who tries to, and everything that was done.
account = sa.Table(
    "account",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),  # console.accounts.Role
    sa.Column("password", sa.String(255), nullable=False),  # argon2id
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("totp", sa.LargeBinary),  # the secret of RFC 6238, encrypted with console.key
    _number("totp_step"),  # the newest step whose code was used: none is taken twice
    sa.Column("disabled", sa.Boolean, nullable=False),
    _number("made_ms"),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("mark", sa.LargeBinary, primary_key=True),  # SHA-256 of the token
    sa.Column("account", sa.String(32), nullable=False, index=True),
    _number("made_ms"),
    _number("seen_ms"),
    sa.Column("totp", sa.LargeBinary),  # a new secret that is shown and not yet confirmed, encrypted
)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("mark", sa.LargeBinary, primary_key=True),  # SHA-256 of an account's name or of an address
    _number("failures"),
    _number("until_ms"),
    sa.Index("attempt_until", "until_ms"),
)

audit = sa.Table(  # append-only; nobody's data in it
    "audit",
    metadata,
    sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    _number("at_ms"),
    sa.Column("account", sa.String(32), nullable=False),  # "" when nobody was known
    sa.Column("deed", sa.String(32), nullable=False),  # console.audit.DEEDS
    sa.Column("kiosk", sa.String(64), nullable=False),
    sa.Column("record", sa.String(36), nullable=False),  # id of an enrolment
    sa.Column("facts", sa.Text, nullable=False),  # JSON
    sa.Index("audit_account", "account", "n"),
    sa.Index("audit_kiosk", "kiosk", "n"),
)

migration = sa.Table(
    "migration",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("applied_ms", sa.BigInteger, nullable=False),
)
