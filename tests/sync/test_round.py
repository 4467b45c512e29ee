"""One round against a real centre, and against none."""

import random

import pytest

from sync import wire
from sync.client import Client, Received, SendFailed
from sync.daemon import Drained, drain, first_spread_s
from sync.round import Carrier
from sync.stop import StopSignal
from sync.wire import Answer, Request, Verdict


@pytest.fixture
def carrier(kiosk):
    client = Client(kiosk.identity, 5, kiosk.clock)
    yield Carrier(kiosk.store, client, kiosk.identity.kiosk, kiosk.settings.sync, kiosk.clock, random.Random(1))
    client.close()


class Says:
    """A client whose centre says what it is told: a SendFailed, or a function from request to answer."""

    def __init__(self, *words: object) -> None:
        self.batches: list[Request] = []
        self._words = list(words)

    def send(self, batch: Request) -> Received:
        self.batches.append(batch)
        word = self._words.pop(0)
        if isinstance(word, SendFailed):
            raise word
        return Received(word(batch), b"answer", 100)


def accept(batch: Request, *refused: int, number: int = 1000) -> Answer:
    verdicts = [
        (one.seq, Verdict.REFUSED, "chain") if one.seq in refused else (one.seq, Verdict.ACCEPTED, "")
        for one in batch.records[:number]
    ]
    return Answer(batch.kiosk, 0, wire.run_length(verdicts))


def carrier_of(kiosk, client, batch_records: int = 5) -> Carrier:
    limits = kiosk.settings.sync
    limits = type(limits)(
        **{name: getattr(limits, name) for name in limits.__slots__} | {"batch_records": batch_records}
    )
    return Carrier(kiosk.store, client, kiosk.identity.kiosk, limits, kiosk.clock, random.Random(1))


def test_nothing_waits_nothing_is_sent(carrier, kiosk):
    assert carrier.round() is None
    assert kiosk.store.journal.rounds() == []


def test_a_round_settles_what_it_sent(carrier, kiosk):
    kiosk.keep(7)
    first, second = carrier.round(), carrier.round()
    assert (first.outcome, first.sent, first.accepted) == ("done", 5, 5)
    assert (second.sent, second.accepted) == (2, 2)
    assert first.bytes_up > 0
    assert kiosk.store.journal.rounds() == [second, first]
    counts = kiosk.store.outbox.counts()
    assert (counts.waiting, counts.accepted) == (0, 7)
    assert kiosk.store.journal.schedule().last_success_ms == kiosk.clock.wall_ms()


def test_a_lost_answer_is_asked_for_again_and_counted_once(kiosk, carrier):
    kiosk.keep(3)
    leased = kiosk.store.outbox.lease(5, 10**6, 60)
    Client(kiosk.identity, 5, kiosk.clock).send(kiosk.request(leased))
    kiosk.store.outbox.give_back()
    again = carrier.round()
    assert (again.accepted, again.duplicate) == (0, 3)
    assert kiosk.store.outbox.counts().waiting == 0


def test_a_failed_round_keeps_everything_waiting(kiosk):
    kiosk.keep(3)
    failed = carrier_of(kiosk, Says(SendFailed("captive_portal"))).round()
    assert (failed.outcome, failed.cause, failed.accepted) == ("failed", "captive_portal", 0)
    counts, plan = kiosk.store.outbox.counts(), kiosk.store.journal.schedule()
    assert (counts.waiting, counts.accepted) == (3, 0)
    assert (plan.attempt, plan.cause, plan.last_success_ms) == (1, "captive_portal", None)
    assert len(kiosk.store.outbox.lease(5, 10**6, 60)) == 3, "they may be sent again at once"


def test_retry_after_reaches_the_database(kiosk):
    kiosk.keep(1)
    carrier_of(kiosk, Says(SendFailed("server_busy", retry_after_s=0.4))).round()
    ahead_ms = kiosk.store.journal.schedule().next_ms - kiosk.clock.wall_ms()
    assert 400 <= ahead_ms <= 500


def test_a_success_ends_the_backoff(kiosk):
    kiosk.keep(1)
    carrier = carrier_of(kiosk, Says(SendFailed("offline"), SendFailed("offline"), accept))
    assert [carrier.round().outcome for _ in range(3)] == ["failed", "failed", "done"]
    assert kiosk.store.journal.schedule().attempt == 0


def test_records_without_a_verdict_wait_again(kiosk):
    kiosk.keep(4)
    some = Says(lambda batch: accept(batch, number=3), accept)
    carrier = carrier_of(kiosk, some)
    assert carrier.round().accepted == 3
    assert carrier.round().accepted == 1
    assert [one.seq for one in some.batches[1].records] == [4]


def test_an_answer_without_any_verdict_is_a_failure(kiosk):
    kiosk.keep(2)
    assert carrier_of(kiosk, Says(lambda batch: accept(batch, number=0))).round().cause == "not_understood"
    assert kiosk.store.outbox.counts().waiting == 2


def test_one_refused_record_holds_back_nothing(kiosk):
    kiosk.keep(3)
    done = carrier_of(kiosk, Says(lambda batch: accept(batch, 2))).round()
    assert (done.accepted, done.refused) == (2, 1)
    assert kiosk.store.outbox.refused_by_cause() == {"chain": 1}
    assert kiosk.store.outbox.counts().waiting == 0


@pytest.mark.parametrize("cause", ["too_large", "timeout", "cut"])
def test_a_link_that_carries_no_big_batch_gets_a_smaller_one(kiosk, cause):
    kiosk.keep(16)
    client = Says(SendFailed(cause), SendFailed(cause), accept, accept)
    carrier = carrier_of(kiosk, client, batch_records=16)
    for _ in range(4):
        carrier.round()
    assert [len(batch.records) for batch in client.batches] == [16, 8, 4, 5]


def test_a_drain_ends_when_nothing_waits_or_something_fails(kiosk):
    kiosk.keep(12)
    carrier = carrier_of(kiosk, Says(accept, SendFailed("offline"), accept, accept))
    with StopSignal() as stop:
        assert drain(carrier, stop) == Drained(rounds=2, accepted=5, cause="offline")
        assert drain(carrier, stop) == Drained(rounds=2, accepted=7)


def test_a_clock_in_the_past_still_sends(carrier, kiosk):
    kiosk.keep(1)
    kiosk.clock.now_ms, kiosk.clock.booted_ms = 5000, 0  # 1970: a dead clock at power-on
    assert carrier.round().accepted == 1


@pytest.mark.parametrize(
    ("url", "spread_s"),
    [("http://127.0.0.1:8765", 0), ("http://[::1]:1", 0), ("http://localhost", 0), ("https://centre.example", 300)],
)
def test_only_a_distant_centre_is_spared_the_first_rush(url, spread_s):
    assert first_spread_s(url) == spread_s
