"""What somebody orders a kiosk to do reaches it with its next request: wait, send again, come back more slowly."""

import uuid
from collections.abc import Callable

import pytest

from kiosk.clock import StillClock
from sync import wire
from sync.central import fleet
from sync.central.database import Database
from sync.central.exchange import Exchange, Held

from .conftest import BOTH, Http, Kiosk

pytestmark = BOTH
Sent = Callable[..., wire.Answer]
HOUR_MS = 3_600_000


def test_a_held_kiosk_is_told_to_wait_and_loses_nothing(
    database: Database, kiosk: Kiosk, exchange: Exchange, send: Sent, clock: StillClock
) -> None:
    record = kiosk.next()
    fleet.hold(database, kiosk.name, clock.wall_ms() + HOUR_MS)
    with pytest.raises(Held) as told:
        send(record)
    assert told.value.seconds == 3600
    stick = exchange.answer(*kiosk.sent(kiosk.request(record)), stick=True)
    assert stick.answer.verdicts[0].verdict == wire.Verdict.ACCEPTED  # what somebody has carried here is taken
    clock.advance(3600)
    assert send(kiosk.next()).verdicts[0].verdict == wire.Verdict.ACCEPTED


def test_over_http_it_is_later_with_a_time(database: Database, kiosk: Kiosk, http: Http, clock: StillClock) -> None:
    token, body = kiosk.sent(kiosk.request())
    headers = {"Authorization": token.header(), "Content-Type": wire.REQUEST_TYPE}
    fleet.hold(database, kiosk.name, clock.wall_ms() + 48 * HOUR_MS)
    answer = http.post(wire.PATH, content=body, headers=headers)
    assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (503, {"cause": "held"}, "3600")
    fleet.hold(database, kiosk.name, 0)
    assert http.post(wire.PATH, content=body, headers=headers).status_code == 200


def test_records_are_asked_for_again_until_they_come(database: Database, kiosk: Kiosk, send: Sent) -> None:
    records = kiosk.many(6)
    send(*records)
    fleet.resend(database, kiosk.name, 2, 5)
    assert send().lacks == (2, 3, 4, 5)
    assert send(*records[1:3]).lacks == ()  # they begin to come
    assert send().lacks == (4, 5)
    assert send(*records[3:5]).lacks == ()
    assert send().lacks == ()


def test_what_never_comes_is_not_asked_for_for_ever(database: Database, kiosk: Kiosk, send: Sent) -> None:
    send(*kiosk.many(3))
    fleet.resend(database, kiosk.name, 2, 2)
    assert [send().lacks for _ in range(5)] == [(2,), (2,), (2,), (), ()]


@pytest.mark.parametrize("span", [(0, 5), (5, 4), (1, fleet.RESEND + 1)])
def test_spans_that_are_none(database: Database, kiosk: Kiosk, span: tuple[int, int]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 it says nothing more
        fleet.resend(database, kiosk.name, *span)


def test_the_spread_is_widened_and_given_back(database: Database, send: Sent) -> None:
    assert send().spread_s == 7
    fleet.spread(database, 900)
    assert send().spread_s == 900
    fleet.spread(database, None)
    assert send().spread_s == 7


def test_nobody_orders_a_kiosk_that_is_none(database: Database) -> None:
    for order in (lambda: fleet.hold(database, "nobody", 1), lambda: fleet.resend(database, "nobody", 1, 1)):
        with pytest.raises(fleet.UnknownKioskError):
            order()


def test_a_boot_that_is_new_is_held_all_the_same(
    database: Database, kiosk: Kiosk, send: Sent, clock: StillClock
) -> None:
    fleet.hold(database, kiosk.name, clock.wall_ms() + 1)
    with pytest.raises(Held):
        send(beat={"boot": uuid.uuid4()})
