"""The real centre, asked by several at once, and stopped in the middle of it."""

import dataclasses
import signal
from concurrent.futures import ThreadPoolExecutor

from sync import wire
from sync.client import SendFailed


def batch_of(kiosk, number: int) -> wire.Request:
    kiosk.keep(number)
    return kiosk.request(kiosk.store.outbox.lease(number, 10**7, 60))


def send(kiosk, batch: wire.Request) -> list[str]:
    client = kiosk.client(30)
    try:
        return [str(verdict) for _, verdict, _ in client.send(batch).answer.each()]
    finally:
        client.close()


def test_the_same_batch_sent_by_many_at_once_is_accepted_once(kiosk):
    batch = batch_of(kiosk, 40)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(kiosk, batch), range(8)))
    assert sorted(answer.count("accepted") for answer in answers) == [0] * 7 + [40]
    assert all(answer.count("accepted") + answer.count("duplicate") == 40 for answer in answers)


def test_overlapping_batches_at_once_store_each_record_once(kiosk):
    batch = batch_of(kiosk, 60)
    parts = [dataclasses.replace(batch, records=batch.records[start : start + 20]) for start in range(0, 50, 5)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda part: send(kiosk, part), parts))
    assert sum(answer.count("accepted") for answer in answers) == 60
    assert not any("refused" in answer for answer in answers)


def test_a_centre_that_stops_answers_truly_or_not_at_all(kiosk_of_its_own):
    kiosk, centre = kiosk_of_its_own
    batches = [batch_of(kiosk, 20) for _ in range(10)]

    def try_to_send(batch: wire.Request) -> int:
        try:
            return send(kiosk, batch).count("accepted")
        except SendFailed:
            return 0

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(try_to_send, batches[0])
        later = [pool.submit(try_to_send, batch) for batch in batches[1:]]
        acked = first.result()
        centre.process.send_signal(signal.SIGTERM)
        acked += sum(one.result() for one in later)
    assert centre.process.wait(30) == 0
    assert 20 <= acked <= len(centre.arrived()) <= 200
