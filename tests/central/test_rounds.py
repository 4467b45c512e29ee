"""What is kept of each round: what it brought, by which way, and nothing of the many that only say "I live"."""

import pytest

from sync.central import rounds

from .conftest import BOTH

pytestmark = BOTH


@pytest.fixture
def kept(database, kiosk):
    def kept(**more: object) -> list[tuple[int, int, int, int, str, str]]:
        with database.read() as connection:
            return [
                (one.first, one.last, one.accepted, one.refused, one.cause, one.way)
                for one in rounds.listed(connection, kiosk.name, **more)
            ]

    return kept


def test_rounds_are_kept(send, kiosk, clock, kept, exchange):
    first = kiosk.many(3)
    send(*first)
    clock.advance(60)
    send()
    send()  # in the same hour nothing is added by saying that one lives
    clock.advance(60)
    send(*first)
    clock.advance(60)
    send(kiosk.record(2, bytes(32), id=kiosk.record(99, bytes(32)).id), kiosk.record(9, bytes(32)))
    assert kept() == [
        (2, 9, 1, 1, "fork", "air"),
        (1, 3, 0, 0, "", "air"),
        (1, 3, 3, 0, "", "air"),
    ]
    clock.advance(3600)
    send()
    exchange.answer(*kiosk.sent(kiosk.request(kiosk.next())), stick=True)
    assert kept(limit=2) == [(4, 4, 1, 0, "", "stick"), (0, 0, 0, 0, "", "air")]
    assert kept(seq=3)[0][:2] == (2, 9)
    assert len(kept(seq=3)) == 3
    assert kept(cause="fork") == kept(cause="*") == [(2, 9, 1, 1, "fork", "air")]
    assert len(kept(records=True)) == 4


def test_rounds_by_hour_and_forgotten(send, kiosk, clock, database, kept):
    send(*kiosk.many(5))
    hour = clock.wall_ms() // 3_600_000
    clock.advance(3600)
    send(*kiosk.many(2))
    with database.read() as connection:
        assert rounds.by_hour(connection, kiosk.name, 0) == {hour: (1, 5, 0), hour + 1: (1, 2, 0)}
    assert rounds.forget(database, clock.wall_ms()) == 1
    assert [one[:2] for one in kept()] == [(6, 7)]
