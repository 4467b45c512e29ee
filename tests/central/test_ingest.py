"""Every record gets its verdict, once and for ever, and only what is new and whole is stored."""

import dataclasses
import random
import uuid

import pytest
import sqlalchemy as sa

from kiosk.domain.errors import CarriageError
from kiosk.domain.record import Record
from sync import wire
from sync.central import schema
from sync.central.alarms import listed
from sync.central.database import Database
from sync.central.ingest import gaps, unsigned
from sync.central.provisioning import add_kiosk

from .conftest import BOTH

pytestmark = BOTH
ACCEPTED, DUPLICATE = ("accepted", ""), ("duplicate", "")


@pytest.fixture
def judge(send, kiosk):
    """(verdict, cause) of each record, in order."""

    def judge(*records: Record, sender=kiosk) -> list[tuple[str, str]]:
        return [(str(verdict), cause) for _, verdict, cause in send(*records, sender=sender).each()]

    return judge


def stored(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.scalars(sa.select(schema.enrolment.c.seq).order_by(schema.enrolment.c.seq)))


def test_new_records_are_accepted_and_stored(judge, kiosk, database):
    assert judge(*kiosk.many(3)) == [ACCEPTED] * 3
    assert stored(database) == [1, 2, 3]


def test_the_raw_record_is_kept_byte_for_byte(judge, kiosk, database, clock):
    record = kiosk.next()
    judge(record)
    with database.read() as connection:
        row = connection.execute(sa.select(schema.enrolment)).one()
    assert row.raw == record.to_bytes()
    assert row.hash == record.hash()
    assert row.id == record.id
    assert row.received_ms == clock.wall_ms()


def test_the_same_record_is_a_duplicate_for_ever(judge, kiosk, database, clock):
    record = kiosk.next()
    judge(record)
    clock.advance(400 * 86_400)
    assert judge(record) == [DUPLICATE]
    assert stored(database) == [1]


def test_the_same_id_three_times_is_one_row_in_whatever_partition(judge, kiosk, database, clock):
    """A table parted by the time of arrival would have kept three."""
    record = kiosk.next()
    for _ in range(3):
        judge(record)
        clock.advance(40 * 86_400)
    with database.read() as connection:
        ids = connection.scalars(sa.select(schema.enrolment.c.id)).all()
    assert ids == [record.id]


def test_same_id_with_other_contents_is_a_conflict(judge, kiosk):
    first = kiosk.next()
    judge(first)
    assert judge(kiosk.record(2, first.hash(), id=first.id)) == [("refused", "conflict")]


def test_same_seq_with_another_id_is_a_fork(judge, kiosk):
    first, second = kiosk.many(2)
    judge(first, second)
    assert judge(kiosk.record(2, first.hash(), id=uuid.UUID(int=7))) == [("refused", "fork")]


def test_a_bent_record_is_refused(judge, kiosk, database):
    record = kiosk.next()
    bent = dataclasses.replace(record, sealed=bytes([record.sealed[0] ^ 1]) + record.sealed[1:])
    assert judge(bent) == [("refused", "signature")]
    assert stored(database) == []


def test_another_kiosks_signature_is_refused(judge, kiosk):
    stranger = type(kiosk)(kiosk.name, seed=9)
    assert judge(stranger.next()) == [("refused", "signature")]


def test_a_refused_signature_says_nothing_about_what_is_stored(judge, kiosk):
    record = kiosk.next()
    judge(record)
    assert judge(dataclasses.replace(record, signature=bytes(64))) == [("refused", "signature")]


def test_the_first_record_must_chain_to_the_genesis(judge, kiosk):
    assert judge(kiosk.record(1, bytes(32))) == [("refused", "chain")]


def test_a_record_that_contradicts_the_one_before_is_refused(judge, kiosk):
    judge(kiosk.next())
    assert judge(kiosk.record(2, bytes(32))) == [("refused", "chain")]


def test_an_id_of_an_old_record_is_a_conflict_wherever_it_comes(judge, kiosk, database):
    """Nothing of it was looked at before the table itself said no; what is beside it is judged as if alone."""
    old = kiosk.many(20)
    judge(*old)
    stolen = kiosk.record(21, old[-1].hash(), id=old[2].id)
    after = kiosk.record(22, stolen.hash())
    assert judge(stolen, after) == [("refused", "conflict"), ACCEPTED]
    assert stored(database) == [*range(1, 21), 22]


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_what_contradicts_the_chain_raises_one_alarm(judge, kiosk, database, seq):
    first, second, _ = kiosk.many(3)
    judge(*kiosk.chain)
    for _ in range(2):
        judge(kiosk.record(seq, (bytes(32), first.hash(), second.hash())[seq - 1], id=uuid.UUID(int=7)))
    with database.read() as connection:
        assert [(one.kind, one.first, one.last) for one in listed(connection)] == [("fork", seq, seq)]


def test_one_signature_vouches_for_the_chain_up_to_it(kiosk):
    records = [wire.carried(record.to_bytes()) for record in kiosk.many(6)]
    assert unsigned(records, kiosk.public_key) == frozenset()
    for place in range(6):
        one = records[place].record
        for bent in (
            dataclasses.replace(one, sealed=bytes([one.sealed[0] ^ 1]) + one.sealed[1:]),
            dataclasses.replace(one, captured_ms=one.captured_ms + 1),
            dataclasses.replace(one, signature=bytes(64)),
        ):
            mixed = [*records[:place], wire.carried(bent.to_bytes()), *records[place + 1 :]]
            assert unsigned(mixed, kiosk.public_key) == frozenset({one.seq})


def test_a_chain_bent_and_carried_on_is_refused_from_there(kiosk):
    """As a stranger would rebuild it who has no key: every hash fits, and no signature does."""
    first, second, third = kiosk.many(3)
    bent = dataclasses.replace(second, captured_ms=1)
    after = dataclasses.replace(third, previous=bent.hash())
    records = [wire.carried(record.to_bytes()) for record in (first, bent, after)]
    assert unsigned(records, kiosk.public_key) == frozenset({2, 3})


def test_a_late_record_that_contradicts_the_one_after_is_refused(judge, kiosk):
    first, _, third = kiosk.many(3)
    judge(first, third)
    assert judge(kiosk.record(2, first.hash(), id=uuid.UUID(int=7))) == [("refused", "chain")]


def test_a_gap_is_accepted_remembered_and_closed(judge, kiosk, database):
    records = kiosk.many(9)
    assert judge(records[0], records[4], records[8]) == [ACCEPTED] * 3
    with database.read() as connection:
        assert gaps(connection, kiosk.name) == [(2, 4), (6, 8)]
        assert [(one.kind, one.first, one.last) for one in listed(connection)] == [("gap", 2, 4), ("gap", 6, 8)]
    assert judge(*records[1:4]) == [ACCEPTED] * 3
    with database.read() as connection:
        assert gaps(connection, kiosk.name) == [(6, 8)]
        assert [(one.kind, one.first) for one in listed(connection)] == [("gap", 6)]
    assert judge(*records[5:8]) == [ACCEPTED] * 3
    with database.read() as connection:
        assert listed(connection) == []
        assert [(one.first, one.cleared_ms is None) for one in listed(connection, cleared=True)] == [
            (2, False),
            (6, False),
        ]


def test_one_bad_record_holds_back_nothing(judge, kiosk, database):
    first, second, third = kiosk.many(3)
    bent = dataclasses.replace(second, sealed=second.sealed[:-1] + bytes([second.sealed[-1] ^ 1]))
    assert judge(first, bent, third) == [ACCEPTED, ("refused", "signature"), ACCEPTED]
    assert stored(database) == [1, 3]


def test_an_empty_batch_has_no_verdicts(judge):
    assert judge() == []


def test_the_largest_sequence_number_does_no_harm(judge, kiosk):
    assert judge(kiosk.record(wire.SEQ_LIMIT, bytes(32))) == [ACCEPTED]


def test_a_batch_larger_than_a_query_may_have_parameters(judge, kiosk):
    records = kiosk.many(1201)
    assert judge(*records) == [ACCEPTED] * 1201
    assert judge(*records) == [DUPLICATE] * 1201


def test_an_unknown_kiosk_is_not_listened_to(judge, kiosk):
    with pytest.raises(CarriageError, match="kiosk_unknown"):
        judge(sender=type(kiosk)("nobody"))


def test_a_code_alone_does_not_make_a_kiosk(judge, kiosk, database):
    add_kiosk(database, "pasar-contoh-3")
    with pytest.raises(CarriageError, match="kiosk_unknown"):
        judge(sender=type(kiosk)("pasar-contoh-3"))


def test_a_revoked_kiosk_is_not_listened_to(judge, kiosk, database):
    with database.write() as connection:
        connection.execute(sa.update(schema.kiosk).values(revoked=True))
    with pytest.raises(CarriageError, match="kiosk_revoked"):
        judge(kiosk.next())
    assert stored(database) == []


@pytest.mark.parametrize("seed", range(5))
def test_any_order_with_any_repetition_stores_each_once(judge, kiosk, database, seed):
    rng = random.Random(seed)
    records = kiosk.many(30)
    deliveries = records * 3
    rng.shuffle(deliveries)
    while deliveries:
        batch = {record.seq: record for record in deliveries[:7]}
        del deliveries[:7]
        assert all(verdict in (ACCEPTED, DUPLICATE) for verdict in judge(*(batch[seq] for seq in sorted(batch))))
    assert stored(database) == list(range(1, 31))
    with database.read() as connection:
        assert gaps(connection, kiosk.name) == []
