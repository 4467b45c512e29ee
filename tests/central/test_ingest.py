"""Every record gets its verdict, once and for ever, and only what is new and whole is stored."""

import dataclasses
import random
import uuid

import pytest
import sqlalchemy as sa

from kiosk.clock import StillClock
from kiosk.domain.errors import CarriageError
from kiosk.domain.record import Record
from sync import wire
from sync.central import schema
from sync.central.database import Database
from sync.central.ingest import gaps, ingest
from sync.central.provisioning import add_kiosk

from .conftest import BOTH

pytestmark = BOTH
ACCEPTED, DUPLICATE = ("accepted", ""), ("duplicate", "")


@pytest.fixture
def send(database: Database, clock: StillClock, kiosk):
    def send(*records: Record, name: str = kiosk.name) -> list[tuple[str, str]]:
        request = dataclasses.replace(kiosk.request(*records), kiosk=name)
        return [(str(verdict), cause) for _, verdict, cause in ingest(database, request, clock)]

    return send


def stored(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.scalars(sa.select(schema.enrolment.c.seq).order_by(schema.enrolment.c.seq)))


def test_new_records_are_accepted_and_stored(send, kiosk, database):
    assert send(*kiosk.many(3)) == [ACCEPTED] * 3
    assert stored(database) == [1, 2, 3]


def test_the_raw_record_is_kept_byte_for_byte(send, kiosk, database, clock):
    record = kiosk.next()
    send(record)
    with database.read() as connection:
        row = connection.execute(sa.select(schema.enrolment)).one()
    assert row.raw == record.to_bytes()
    assert row.hash == record.hash()
    assert row.id == record.id
    assert row.received_ms == clock.wall_ms()


def test_the_same_record_is_a_duplicate_for_ever(send, kiosk, database, clock):
    record = kiosk.next()
    send(record)
    clock.advance(400 * 86_400)
    assert send(record) == [DUPLICATE]
    assert stored(database) == [1]


def test_same_id_with_other_contents_is_a_conflict(send, kiosk):
    first = kiosk.next()
    send(first)
    assert send(kiosk.record(2, first.hash(), id=first.id)) == [("refused", "conflict")]


def test_same_seq_with_another_id_is_a_fork(send, kiosk):
    first, second = kiosk.many(2)
    send(first, second)
    assert send(kiosk.record(2, first.hash(), id=uuid.UUID(int=7))) == [("refused", "fork")]


def test_a_bent_record_is_refused(send, kiosk, database):
    record = kiosk.next()
    bent = dataclasses.replace(record, sealed=bytes([record.sealed[0] ^ 1]) + record.sealed[1:])
    assert send(bent) == [("refused", "signature")]
    assert stored(database) == []


def test_another_kiosks_signature_is_refused(send, kiosk):
    stranger = type(kiosk)(kiosk.name, seed=9)
    assert send(stranger.next()) == [("refused", "signature")]


def test_a_refused_signature_says_nothing_about_what_is_stored(send, kiosk):
    record = kiosk.next()
    send(record)
    assert send(dataclasses.replace(record, signature=bytes(64))) == [("refused", "signature")]


def test_the_first_record_must_chain_to_the_genesis(send, kiosk):
    assert send(kiosk.record(1, bytes(32))) == [("refused", "chain")]


def test_a_record_that_contradicts_the_one_before_is_refused(send, kiosk):
    send(kiosk.next())
    assert send(kiosk.record(2, bytes(32))) == [("refused", "chain")]


def test_a_late_record_that_contradicts_the_one_after_is_refused(send, kiosk):
    first, _, third = kiosk.many(3)
    send(first, third)
    assert send(kiosk.record(2, first.hash(), id=uuid.UUID(int=7))) == [("refused", "chain")]


def test_a_gap_is_accepted_remembered_and_closed(send, kiosk, database):
    records = kiosk.many(9)
    assert send(records[0], records[4], records[8]) == [ACCEPTED] * 3
    with database.read() as connection:
        assert gaps(connection, kiosk.name) == [(2, 4), (6, 8)]
    assert send(*records[1:4]) == [ACCEPTED] * 3
    with database.read() as connection:
        assert gaps(connection, kiosk.name) == [(6, 8)]


def test_one_bad_record_holds_back_nothing(send, kiosk, database):
    first, second, third = kiosk.many(3)
    bent = dataclasses.replace(second, sealed=second.sealed[:-1] + bytes([second.sealed[-1] ^ 1]))
    assert send(first, bent, third) == [ACCEPTED, ("refused", "signature"), ACCEPTED]
    assert stored(database) == [1, 3]


def test_an_empty_batch_has_no_verdicts(send):
    assert send() == []


def test_the_largest_sequence_number_does_no_harm(send, kiosk):
    assert send(kiosk.record(wire.SEQ_LIMIT, bytes(32))) == [ACCEPTED]


def test_a_batch_larger_than_a_query_may_have_parameters(send, kiosk):
    records = kiosk.many(1201)
    assert send(*records) == [ACCEPTED] * 1201
    assert send(*records) == [DUPLICATE] * 1201


def test_an_unknown_kiosk_is_not_listened_to(send, kiosk):
    with pytest.raises(CarriageError, match="kiosk_unknown"):
        send(kiosk.next(), name="nobody")


def test_a_code_alone_does_not_make_a_kiosk(send, kiosk, database):
    add_kiosk(database, "pasar-contoh-3")
    with pytest.raises(CarriageError, match="kiosk_unknown"):
        send(name="pasar-contoh-3")


def test_a_revoked_kiosk_is_not_listened_to(send, kiosk, database):
    with database.write() as connection:
        connection.execute(sa.update(schema.kiosk).values(revoked=True))
    with pytest.raises(CarriageError, match="kiosk_revoked"):
        send(kiosk.next())
    assert stored(database) == []


@pytest.mark.parametrize("seed", range(5))
def test_any_order_with_any_repetition_stores_each_once(send, kiosk, database, seed):
    rng = random.Random(seed)
    records = kiosk.many(30)
    deliveries = records * 3
    rng.shuffle(deliveries)
    while deliveries:
        batch = {record.seq: record for record in deliveries[:7]}
        del deliveries[:7]
        assert all(verdict in (ACCEPTED, DUPLICATE) for verdict in send(*batch.values()))
    assert stored(database) == list(range(1, 31))
    with database.read() as connection:
        assert gaps(connection, kiosk.name) == []
