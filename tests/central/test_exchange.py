"""What an answer holds besides the verdicts: outcomes, reconciliation, and what the heartbeat leaves behind."""

import dataclasses
import json
import uuid

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.domain.errors import CarriageError
from kiosk.domain.outcome import Outcome, State
from kiosk.domain.record import number_info
from sync import wire
from sync.central import fleet, heartbeats, outcomes
from sync.central.alarms import listed, watch_silence
from sync.central.exchange import NotUnderstood
from sync.central.opening import SUITE
from sync.central.schema import heartbeat, heartbeat_log

from .conftest import BOTH, KIOSK_NUMBER_KEY

pytestmark = BOTH
BOOT, LATER_BOOT = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture
def decide(database, kiosk, clock):
    def decide(*decisions: outcomes.Decision) -> int:
        with database.write() as connection:
            return outcomes.append(connection, kiosk.name, decisions, clock.wall_ms())

    return decide


def beats(database) -> list[tuple[int, int]]:
    with database.read() as connection:
        rows = connection.execute(sa.select(heartbeat.c.mono_ms, heartbeat.c.last_seq))
        return [(row.mono_ms, row.last_seq) for row in rows]


def alarms(database) -> list[tuple[str, int, int]]:
    with database.read() as connection:
        return [(str(one.kind), one.first, one.last) for one in listed(connection)]


def day_of(*records) -> wire.Day:
    hashes = [record.hash() for record in records]
    return wire.Day(records[0].captured_ms // wire.DAY_MS, len(records), wire.root_of(hashes))


def test_the_root_is_over_what_was_taken_and_nothing_else(send, kiosk):
    first, second, third = kiosk.many(3)
    send(first)
    bent = dataclasses.replace(third, signature=bytes(64))
    answer = send(first, second, bent)
    assert answer.root == wire.root_of([first.hash(), second.hash()])
    assert [str(one.verdict) for one in answer.verdicts] == ["duplicate", "accepted", "refused"]


def test_outcomes_come_by_cursor_and_never_twice(send, kiosk, decide):
    one, two = (record.id for record in kiosk.many(2))
    send(*kiosk.chain)
    assert decide(outcomes.Decision(one, Outcome(State.MEMBER)), outcomes.Decision(two, Outcome(State.ACCEPTED))) == 2
    told = send().outcomes
    assert [(each.n, each.id, each.state) for each in told] == [(1, one, "member"), (2, two, "accepted")]
    assert send(cursor=1).outcomes == told[1:]
    assert send(cursor=2).outcomes == ()
    assert decide(outcomes.Decision(two, Outcome(State.ACCEPTED))) == 0, "it holds already"
    assert decide(outcomes.Decision(two, Outcome(State.REFUSED, "phone"))) == 1
    assert [(each.n, each.state, each.cause) for each in send(cursor=2).outcomes] == [(3, "refused", "phone")]


def test_a_later_decision_is_later_even_when_the_clock_was_put_back(send, kiosk, decide, clock):
    record = kiosk.next()
    send(record)
    decide(outcomes.Decision(record.id, Outcome(State.ACCEPTED)))
    clock.advance(-3600)
    decide(outcomes.Decision(record.id, Outcome(State.REFUSED, "phone")))
    first, second = send().outcomes
    assert second.decided_ms > first.decided_ms


def test_more_outcomes_than_fit_come_with_the_next_answers(send, kiosk, decide):
    records = kiosk.many(wire.OUTCOMES_LIMIT + 5)
    send(*records)
    decide(*(outcomes.Decision(record.id, Outcome(State.ACCEPTED)) for record in records))
    first = send().outcomes
    assert [one.n for one in first] == list(range(1, wire.OUTCOMES_LIMIT + 1))
    assert [one.n for one in send(cursor=first[-1].n).outcomes] == list(range(201, 206))


def test_a_membership_number_opens_only_at_its_kiosk_and_for_its_enrolment(send, kiosk, decide):
    record = kiosk.next()
    send(record)
    decide(outcomes.Decision(record.id, Outcome(State.ACCEPTED, number="12345678901"), b"mark"))
    (told,) = send().outcomes
    assert b"12345678901" not in told.number
    info = number_info(kiosk.name, record.id)
    assert SUITE.decrypt(told.number, KIOSK_NUMBER_KEY, info=info) == b"12345678901"
    for key, where in (
        (X25519PrivateKey.generate(), info),
        (KIOSK_NUMBER_KEY, number_info(kiosk.name, uuid.UUID(int=5))),
    ):
        with pytest.raises(InvalidTag):
            SUITE.decrypt(told.number, key, info=where)


def test_equal_days_are_not_asked_for(send, kiosk):
    send(*kiosk.many(3))
    assert send(days=(day_of(*kiosk.chain),)).asks == ()


def test_a_day_that_differs_is_asked_for_and_what_is_lacking_is_named(send, kiosk):
    first, second, third = kiosk.many(3)
    send(first, third)
    day = day_of(first, second, third)
    assert send(days=(day,)).asks == (day.day,)
    known = wire.Known(day.day, tuple((record.seq, record.hash()[:8]) for record in kiosk.chain))
    assert send(known=known).lacks == (2,)
    send(second)
    assert send(days=(day,)).asks == ()
    assert send(known=known).lacks == ()


def test_days_that_only_one_end_has_are_asked_for(send, kiosk):
    send(*kiosk.many(2))
    day = day_of(*kiosk.chain)
    before, after = dataclasses.replace(day, day=day.day - 1), dataclasses.replace(day, day=day.day + 1)
    assert send(days=(before, day, after)).asks == (before.day, after.day)
    assert send(days=(before, after)).asks == (before.day, day.day, after.day)


def test_another_record_under_the_same_seq_raises_an_alarm(send, kiosk, database):
    record = kiosk.next()
    send(record)
    known = wire.Known(record.captured_ms // wire.DAY_MS, ((1, bytes(8)),))
    assert send(known=known).lacks == ()
    assert alarms(database) == [("altered", 1, 1)]


def test_the_newest_heartbeat_is_kept_and_a_log_of_them(send, kiosk, database, clock):
    for _ in range(3):
        send(kiosk.next())
    clock.advance(3600)
    send(kiosk.next(), beat={"waiting": 3, "more": {"paper": "low", "celsius": 41}})
    with database.read() as connection:
        row = connection.execute(sa.select(heartbeat)).one()
        log = connection.execute(sa.select(heartbeat_log.c.last_seq).order_by(heartbeat_log.c.received_ms)).all()
    assert (row.last_seq, row.waiting, row.received_ms) == (4, 3, clock.wall_ms())
    assert json.loads(row.more) == {"celsius": 41, "paper": "low"}
    assert [one.last_seq for one in log] == [1, 4]
    assert heartbeats.forget(database, clock.wall_ms()) == 1


def test_no_number_of_one_kiosk_breaks_the_sum_of_all(send, kiosk, other, http):
    most = {"waiting": 2**63 - 1, "quarantined": 2**63 - 1, "last_seq": 2**63 - 1, "now_ms": -(2**63) + 1}
    for sender in (kiosk, other):
        send(sender=sender, beat=most)
    assert http.get("/metrics").status_code == 200


def test_a_replayed_request_moves_nothing(exchange, kiosk, database):
    old = kiosk.sent(kiosk.request(kiosk.next()))
    new = kiosk.sent(kiosk.request(kiosk.next(), beat={"last_seq": 2}))
    exchange.answer(*old)
    exchange.answer(*new)
    exchange.answer(*old)
    assert [last_seq for _, last_seq in beats(database)] == [2]
    assert alarms(database) == []


def test_a_request_of_an_earlier_boot_moves_nothing(send, kiosk, database):
    send(beat={"boot": BOOT, "mono_ms": 9000, "last_seq": 5})
    send(beat={"boot": LATER_BOOT, "mono_ms": 10, "last_seq": 6})
    send(beat={"boot": BOOT, "mono_ms": 8000, "last_seq": 4})
    assert beats(database) == [(10, 6)]
    assert alarms(database) == []


def test_a_kiosk_that_fell_behind_itself_raises_an_alarm(send, kiosk, database):
    send(beat={"last_seq": 9})
    send(beat={"last_seq": 4})
    assert alarms(database) == [("rolled_back", 5, 9)]


def test_a_silent_kiosk_raises_an_alarm_until_it_speaks(send, kiosk, other, database, clock):
    day_ms = 86_400_000
    send()
    watch_silence(database, clock.wall_ms() + day_ms, 2 * day_ms)
    assert alarms(database) == []
    clock.advance(3 * 86_400)
    send(sender=other)
    for _ in range(2):
        watch_silence(database, clock.wall_ms(), 2 * day_ms)
    assert alarms(database) == [("silent", 0, 0)]
    send()
    watch_silence(database, clock.wall_ms(), 2 * day_ms)
    assert alarms(database) == []


def test_a_revoked_kiosk_is_out_with_its_next_request_and_in_again(send, kiosk, other, database, clock):
    send(kiosk.next())
    assert fleet.revoke(database, kiosk.name, clock.wall_ms()) == 1
    with pytest.raises(CarriageError, match="kiosk_revoked"):
        send(kiosk.next())
    assert send(other.next(), sender=other).verdicts
    fleet.unrevoke(database, kiosk.name)
    assert [str(one.verdict) for one in send(*kiosk.chain).verdicts] == ["duplicate", "accepted"]


def test_of_a_revoked_kiosk_a_stick_brings_only_what_was_known_of(exchange, send, kiosk, database, clock):
    first, second, third = kiosk.many(3)
    send(first, beat={"last_seq": 2})
    assert fleet.revoke(database, kiosk.name, clock.wall_ms()) == 2
    answer = exchange.answer(*kiosk.sent(kiosk.request(first, second, third)), stick=True).answer
    assert [(str(verdict), cause) for _, verdict, cause in answer.each()] == [
        ("duplicate", ""),
        ("accepted", ""),
        ("refused", "revoked"),
    ]


@pytest.mark.parametrize("name", ["nobody", ""])
def test_who_is_not_known_cannot_be_revoked(kiosk, database, clock, name):
    with pytest.raises(fleet.UnknownKioskError):
        fleet.revoke(database, name, clock.wall_ms())
    with pytest.raises(fleet.UnknownKioskError):
        fleet.unrevoke(database, name)


def test_the_fleet_shows_what_a_stolen_kiosk_had(send, kiosk, other, database):
    send(*kiosk.many(2), beat={"last_seq": 7, "waiting": 5})
    with database.read() as connection:
        found = {one.name: one for one in fleet.listed(connection)}
        assert fleet.listed(connection, kiosk.name) == [found[kiosk.name]]
    mine = found[kiosk.name]
    assert (mine.state, mine.newest, mine.last_seq, mine.waiting) == ("used", 2, 7, 5)
    assert (found[other.name].newest, found[other.name].heard_ms) == (0, None)


def test_a_body_that_is_not_the_tokens_is_not_judged(exchange, kiosk):
    token, body = kiosk.sent(kiosk.request(kiosk.next()))
    with pytest.raises(NotUnderstood, match="digest"):
        exchange.answer(token, body + b"x")
