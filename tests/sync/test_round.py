"""One round against a real centre, and against one that says what it is told."""

import sqlite3
import time
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from kiosk.domain.outcome import State
from kiosk.domain.record import number_info
from kiosk.store import FILE
from kiosk.store.sealing import SUITE
from sync import wire
from sync.client import Received, SendFailed
from sync.daemon import Drained, drain, first_spread_s
from sync.round import more_of
from sync.stop import StopSignal
from sync.wire import Answer, Request, Verdict


@pytest.fixture
def carrier(kiosk):
    client = kiosk.client()
    yield kiosk.carrier(client)
    client.close()


class Says:
    """A client whose centre says what it is told: a SendFailed, or a function from request to answer."""

    def __init__(self, *words: object) -> None:
        self.requests: list[Request] = []
        self._words = list(words)

    def send(self, request: Request) -> Received:
        self.requests.append(request)
        word = self._words.pop(0)
        if isinstance(word, SendFailed):
            raise word
        return Received(word(request), b"answer", len(wire.encode_request(request)))

    @property
    def sizes(self) -> list[int]:
        return [len(request.records) for request in self.requests]


def accept(request: Request, *refused: int, number: int = 1000, **more: object) -> Answer:
    verdicts = [
        (one.seq, Verdict.REFUSED, "chain") if one.seq in refused else (one.seq, Verdict.ACCEPTED, "")
        for one in request.records[:number]
    ]
    return Answer(request.kiosk, request.beat.now_ms, wire.run_length(verdicts), **more)


def test_nothing_waits_nothing_is_sent_but_a_heartbeat(carrier, kiosk):
    assert carrier.round() is None
    assert kiosk.store.journal.rounds() == []
    beat = carrier.round(beat=True)
    assert (beat.outcome, beat.sent) == ("done", 0)


def test_a_round_settles_what_it_sent(carrier, kiosk):
    kiosk.keep(7)
    first, second = carrier.round(), carrier.round()
    assert (first.outcome, first.sent, first.accepted, first.first, first.last) == ("done", 5, 5, 1, 5)
    assert (second.sent, second.accepted) == (2, 2)
    assert first.bytes_up > 0
    assert [deed for deed in kiosk.store.journal.rounds() if deed.kind == "round"] == [second, first]
    counts = kiosk.store.outbox.counts()
    assert (counts.waiting, counts.accepted, counts.last_seq) == (0, 7, 7)
    assert kiosk.store.journal.schedule().last_success_ms > 0


def test_a_lost_answer_is_asked_for_again_and_counted_once(kiosk, carrier):
    kiosk.keep(3)
    kiosk.client().send(kiosk.request(kiosk.store.outbox.lease(5, 10**6, 60)))
    kiosk.store.outbox.give_back()
    again = carrier.round()
    assert (again.accepted, again.duplicate) == (0, 3)
    assert kiosk.store.outbox.counts().waiting == 0


def test_the_heartbeat_tells_how_the_kiosk_is(kiosk):
    kiosk.keep(3)
    says = Says(accept)
    kiosk.carrier(says).round()
    beat = says.requests[0].beat
    assert (beat.waiting, beat.last_seq, beat.oldest_ms) == (3, 3, kiosk.clock.wall_ms())
    assert (beat.boot, beat.mono_ms) == (kiosk.clock.boot_id, kiosk.clock.monotonic_ms())
    assert beat.free_mb > 0


def test_a_failed_round_keeps_everything_waiting(kiosk):
    kiosk.keep(3)
    failed = kiosk.carrier(Says(SendFailed("captive_portal"))).round()
    assert (failed.outcome, failed.cause, failed.accepted) == ("failed", "captive_portal", 0)
    counts, plan = kiosk.store.outbox.counts(), kiosk.store.journal.schedule()
    assert (counts.waiting, counts.accepted) == (3, 0)
    assert (plan.attempt, plan.cause, plan.last_success_ms) == (1, "captive_portal", None)
    assert len(kiosk.store.outbox.lease(5, 10**6, 60)) == 3, "they may be sent again at once"


def test_retry_after_reaches_the_database(kiosk):
    kiosk.keep(1)
    kiosk.carrier(Says(SendFailed("server_busy", retry_after_s=0.4))).round()
    ahead_ms = kiosk.store.journal.schedule().next_ms - kiosk.clock.wall_ms()
    assert 400 <= ahead_ms <= 500


def test_a_success_ends_the_backoff(kiosk):
    kiosk.keep(1)
    carrier = kiosk.carrier(Says(SendFailed("offline"), SendFailed("offline"), accept))
    assert [carrier.round().outcome for _ in range(3)] == ["failed", "failed", "done"]
    assert kiosk.store.journal.schedule().attempt == 0


def test_records_without_a_verdict_wait_again(kiosk):
    kiosk.keep(4)
    some = Says(lambda request: accept(request, number=3), accept)
    carrier = kiosk.carrier(some)
    assert carrier.round().accepted == 3
    assert carrier.round().accepted == 1
    assert [one.seq for one in some.requests[1].records] == [4]


def test_one_refused_record_holds_back_nothing(kiosk):
    kiosk.keep(3)
    done = kiosk.carrier(Says(lambda request: accept(request, 2))).round()
    assert (done.accepted, done.refused) == (2, 1)
    assert kiosk.store.outbox.by_cause("refused") == {"chain": 1}
    assert kiosk.store.outbox.counts().waiting == 0


@pytest.mark.parametrize("cause", ["timeout", "cut"])
def test_a_link_that_carries_no_big_batch_gets_a_smaller_one(kiosk, cause):
    kiosk.keep(16)
    client = Says(SendFailed(cause), SendFailed(cause), accept, accept)
    carrier = kiosk.carrier(client, batch_records=16)
    for _ in range(4):
        carrier.round()
    assert client.sizes == [16, 8, 4, 8]


class Chokes:
    """A centre that fails with `cause` on every request that holds record `poison`, and takes all else."""

    def __init__(self, poison: int, cause: str = "server_error") -> None:
        self.poison, self.cause, self.sizes = poison, cause, []

    def send(self, request: Request) -> Received:
        self.sizes.append(len(request.records))
        if self.poison in [one.seq for one in request.records]:
            raise SendFailed(self.cause)
        return Received(accept(request), b"answer", 100)


@pytest.mark.parametrize("cause", ["server_error", "not_understood", "refused", "too_large"])
@pytest.mark.parametrize("poison", [1, 7, 20])
def test_a_poison_record_is_put_aside_and_the_queue_goes_on(kiosk, cause, poison):
    kiosk.keep(20)
    centre = Chokes(poison, cause)
    with StopSignal() as stop:
        drained = drain(kiosk.carrier(centre, batch_records=20), stop)
    assert drained.cause == ""
    counts = kiosk.store.outbox.counts()
    assert (counts.accepted, counts.quarantined, counts.waiting) == (19, 1, 0)
    assert kiosk.store.outbox.by_cause("quarantined") == {cause: 1}
    assert len(centre.sizes) <= 30
    assert kiosk.store.journal.rounds(record=poison, cause=cause)[0].kind in ("quarantine", "round")
    known = kiosk.store.enrolments.known(f"33729901018{poison:05d}", kiosk.identity)
    assert known.state is State.WAITING, "put aside is not sent"


def test_what_was_put_aside_is_tried_again_alone(kiosk):
    kiosk.keep(5)
    centre = Chokes(3)
    carrier = kiosk.carrier(centre)
    with StopSignal() as stop:
        drain(carrier, stop)
        kiosk.keep(4)
        assert kiosk.store.outbox.retry_due(10**9) == 0, "not yet"
        kiosk.clock.advance(2 * 3600 + 1)
        assert kiosk.store.outbox.retry_due(10**9) == 1
        centre.sizes.clear()
        drain(carrier, stop)
        assert centre.sizes == [1, 0, 4], "alone, a look whether the centre is well, and on"
        assert kiosk.store.outbox.counts().quarantined == 1
        centre.poison = 0
        assert kiosk.store.outbox.move("retry", ("quarantined",), "waiting") == 1
        drain(carrier, stop)
    assert kiosk.store.outbox.counts().accepted == 9


def test_a_centre_that_is_ill_puts_nobody_aside(kiosk):
    kiosk.keep(6)
    for _ in range(20):
        ill = Says(SendFailed("server_error"), SendFailed("server_error"))
        assert kiosk.carrier(ill).round().outcome == "failed"
        assert ill.sizes == [5, 0]
    assert kiosk.store.outbox.counts().waiting == 6
    assert kiosk.store.journal.schedule().attempt == 20


def test_a_record_that_rotted_on_the_disk_is_never_sent(kiosk):
    kiosk.keep(5)
    with sqlite3.connect(kiosk.home / FILE) as raw:
        (old,) = raw.execute("SELECT raw FROM enrolment WHERE seq = 3").fetchone()
        bent = old[:100] + bytes([old[100] ^ 1]) + old[101:]
        raw.execute("UPDATE enrolment SET raw = ? WHERE seq = 3", (bent,))
    raw.close()
    says = Says(accept)
    assert kiosk.carrier(says).round().accepted == 4
    assert [one.seq for one in says.requests[0].records] == [1, 2, 4, 5]
    assert kiosk.store.outbox.by_cause("quarantined") == {"damaged": 1}
    kiosk.clock.advance(10**6)
    assert kiosk.store.outbox.retry_due(10**9) == 0, "it will not heal"


def test_held_nothing_is_sent(kiosk):
    kiosk.keep(2)
    kiosk.store.outbox.hold(True)
    assert kiosk.carrier(Says()).round(beat=True) is None
    kiosk.store.outbox.hold(False)
    assert kiosk.carrier(Says(accept)).round().accepted == 2


def test_outcomes_come_with_the_answer_and_the_cursor_with_them(kiosk):
    kiosk.keep(2)
    ids = [row.id for row in kiosk.store.outbox.lease(5, 10**6, 60)]
    kiosk.store.outbox.give_back()
    key = X25519PublicKey.from_public_bytes(kiosk.identity.number_key.public_key().public_bytes_raw())
    number = SUITE.encrypt(b"12345678901", key, info=number_info(kiosk.identity.kiosk, ids[0]))
    outcomes = (
        wire.Decided(4, ids[0], "accepted", "", 10, number),
        wire.Decided(5, ids[1], "refused", "name_differs", 10),
        wire.Decided(6, uuid.uuid4(), "member", "", 10),  # of nobody here
        wire.Decided(7, ids[1], "accepted", "", 11, number),  # sealed for another enrolment: nobody can open it
    )
    says = Says(lambda request: accept(request, outcomes=outcomes), accept)
    carrier = kiosk.carrier(says)
    carrier.round()
    one, two = (kiosk.store.enrolments.known(f"33729901018{n:05d}", kiosk.identity) for n in (1, 2))
    assert (one.state, one.number) == (State.ACCEPTED, "12345678901")
    assert (two.state, two.cause) == (State.REFUSED, "name_differs")
    carrier.round(beat=True)
    assert [request.cursor for request in says.requests] == [0, 7]


def test_what_the_centre_lacks_waits_again(kiosk):
    kiosk.keep(3)
    says = Says(accept, lambda request: accept(request, lacks=(2,)), accept)
    carrier = kiosk.carrier(says)
    carrier.round()
    carrier.round(beat=True)
    assert kiosk.store.outbox.counts().waiting == 1
    carrier.round()
    assert [one.seq for one in says.requests[2].records] == [2]


def test_once_a_day_the_days_are_compared_and_what_differs_is_told_in_full(kiosk):
    kiosk.keep(3)
    day = kiosk.clock.wall_ms() // wire.DAY_MS
    says = Says(accept, lambda request: accept(request, asks=(day,)), accept, accept)
    carrier = kiosk.carrier(says)
    carrier.round(beat=True)
    assert says.requests[0].days is None, "what has just arrived would make its day differ"
    carrier.round(beat=True)
    hashes = [one.hash for one in says.requests[0].records]
    assert says.requests[1].days == (wire.Day(day, 3, wire.root_of(hashes)),)
    carrier.round()
    known = says.requests[2].known
    assert known == wire.Known(day, tuple((seq, hash[:8]) for seq, hash in enumerate(hashes, 1)))
    assert carrier.round() is None, "told once"
    carrier.round(beat=True)
    assert says.requests[3].days is None, "and not again today"


def test_the_real_centre_says_what_it_lacks(kiosk_of_its_own):
    """A centre that was set back: what it had answered for comes again by itself."""
    kiosk, centre = kiosk_of_its_own
    kiosk.keep(6)
    carrier = kiosk.carrier(kiosk.client())
    with StopSignal() as stop:
        drain(carrier, stop)
        centre.forget(2, 5)
        assert sorted(centre.arrived()) == [1, 3, 4, 6]
        assert drain(carrier, stop, beat=True).cause == ""
    assert sorted(centre.arrived()) == [1, 2, 3, 4, 5, 6]
    assert kiosk.store.outbox.counts().waiting == 0


def test_a_drain_ends_when_nothing_waits_or_something_fails(kiosk):
    kiosk.keep(12)
    carrier = kiosk.carrier(Says(accept, SendFailed("offline"), accept, accept))
    with StopSignal() as stop:
        assert drain(carrier, stop) == Drained(rounds=2, accepted=5, cause="offline")
        assert drain(carrier, stop) == Drained(rounds=2, accepted=7)


def test_a_clock_in_the_past_still_sends_and_is_put_right(carrier, kiosk):
    kiosk.clock.now_ms, kiosk.clock.booted_ms = 5000, 0  # 1970: a dead clock at power-on
    kiosk.keep(1)
    assert not kiosk.store.clock_believed
    assert carrier.round().accepted == 1
    assert kiosk.store.clock.wall_ms() > 1_795_000_000_000
    assert not kiosk.store.clock_believed, "the machine's own clock is as dead as before"
    assert [deed.kind for deed in kiosk.store.journal.rounds()].count("clock") == 1


@pytest.mark.parametrize("wrong_s", [3600, -3600, 86_300, -86_300])
def test_a_clock_that_goes_wrong_after_the_first_contact_still_sends(kiosk, wrong_s):
    kiosk.clock.now_ms = time.time_ns() // 1_000_000
    carrier = kiosk.carrier(kiosk.client())
    kiosk.keep(1)
    assert carrier.round().accepted == 1
    kiosk.clock.now_ms += wrong_s * 1000
    kiosk.clock.booted_ms += wrong_s * 1000  # what counts since the boot goes on evenly
    assert not kiosk.store.clock_believed
    kiosk.keep(1)
    assert carrier.round().accepted == 1


def test_a_thousand_records_need_few_requests(kiosk):
    limits = {"batch_records": 1000, "timeout_s": 30.0}
    kiosk.keep(400)
    says = Says(*[accept] * 9)
    with StopSignal() as stop:
        drain(kiosk.carrier(says, **limits), stop)
    assert says.sizes[0] == 163, "32 KiB: what 20 kbit/s carries before the time-out"
    assert len(says.sizes) == 2


@pytest.mark.parametrize(
    ("url", "spread_s"),
    [("http://127.0.0.1:8765", 0), ("http://[::1]:1", 0), ("http://localhost", 0), ("https://centre.example", 300)],
)
def test_only_a_distant_centre_is_spared_the_first_rush(url, spread_s):
    assert first_spread_s(url) == spread_s


def test_a_heartbeat_that_carries_nothing_tells_why_the_kiosk_is_closed(kiosk):
    kiosk.store.service.close("paper", "0417", None)
    assert more_of(kiosk.store)["closed"] == "paper"
    kiosk.store.service.close("", "0417", None)
    assert "closed" not in more_of(kiosk.store)


def test_a_heartbeat_says_what_is_set_aside_and_why(kiosk):
    assert not [key for key in more_of(kiosk.store) if key.startswith("aside.")]
    kiosk.keep(3)
    kiosk.store.outbox.quarantine(1, "server_error", 0)
    kiosk.store.outbox.quarantine(2, "damaged", 0)
    kiosk.store.outbox.quarantine(3, "damaged", 0)
    told = more_of(kiosk.store)
    assert (told["aside.damaged"], told["aside.server_error"]) == (2, 1)
