"""Figures for Prometheus: true, for whom they are meant, and a centre that says "later" before it is too late."""

import asyncio

import pytest

from sync.central import alarms, openapi
from sync.central.bodies import Bodies, Refusal
from sync.central.metrics import guard
from sync.central.room import Room


def figures(text: str) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_they_tell_what_was_done_and_how_the_fleet_is(http, kiosk, other, database, clock):
    for records in ([kiosk.next(), kiosk.next()], [kiosk.chain[0]]):
        token, body = kiosk.sent(kiosk.request(*records, beat={"waiting": 7, "quarantined": 1}))
        headers = {"Authorization": token.header(), "Content-Type": "application/vnd.market-kiosk.sync.v2+cbor"}
        assert http.post("/v2/sync", content=body, headers=headers).status_code == 200
    http.get("/nothing")
    with database.write() as connection:
        alarms.raise_(connection, database, other.name, alarms.Kind.FORK, [(1, 1)], 1)
    clock.advance(50)
    found = figures(http.get(openapi.METRICS_PATH).text)
    wanted = {
        'central_records_total{verdict="accepted"}': 2,
        'central_records_total{verdict="duplicate"}': 1,
        'central_answers_total{status="200"}': 2,
        'central_answers_total{status="404"}': 1,
        "central_kiosks": 2,
        "central_kiosk_records_waiting": 7,
        "central_kiosk_records_quarantined": 1,
        "central_records_unexamined": 2,
        "central_longest_silence_seconds": 50,
        'central_alarms{kind="fork"}': 1,
        'central_alarms{kind="gap"}': 0,
        "central_sync_seconds_count": 2,
    }
    assert found | wanted == found


class Asked:
    def __init__(self, host: str, **headers: str) -> None:
        self.client = type("Client", (), {"host": host})
        self.headers = headers


@pytest.mark.parametrize(
    ("who", "asked", "may"),
    [
        ("loopback", Asked("127.0.0.1"), True),
        ("loopback", Asked("::1"), True),
        ("loopback", Asked("10.0.0.1"), False),
        ("loopback", Asked("127.0.0.1", **{"x-forwarded-for": "10.0.0.1"}), False),
        ("all", Asked("10.0.0.1"), True),
        ("none", Asked("127.0.0.1"), False),
    ],
)
def test_only_who_may_reads_them(who, asked, may):
    if may:
        guard(asked, who)
        return
    with pytest.raises(Refusal) as refused:
        guard(asked, who)
    assert refused.value.status == 404


def test_a_full_room_says_later_at_once_and_forgets_who_left():
    async def scene() -> None:
        room = Room(at_work=1, waiting=1, wait_s=60)
        inside, leave = asyncio.Event(), asyncio.Event()

        async def stay() -> None:
            async with room.turn():
                inside.set()
                await leave.wait()

        first = asyncio.create_task(stay())
        await inside.wait()
        second = asyncio.create_task(stay())
        while not room.waiting:
            await asyncio.sleep(0)
        with pytest.raises(Refusal) as refused:
            async with room.turn():
                pass
        assert (refused.value.status, refused.value.cause) == (503, "busy")
        assert refused.value.retry_after_s
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert room.waiting == 0
        leave.set()
        await first
        async with room.turn():
            pass

    asyncio.run(scene())


def test_slow_senders_cannot_fill_the_memory():
    async def scene() -> None:
        bodies = Bodies(most=1000)
        arrived, go_on = asyncio.Event(), asyncio.Event()

        class Slow:
            def __init__(self) -> None:
                self.headers: dict[str, str] = {}

            async def stream(self):
                yield b"x" * 900
                arrived.set()
                await go_on.wait()

        async def send() -> int:
            async with bodies.of(Slow(), 5000) as body:
                return len(body)

        first = asyncio.create_task(send())
        await arrived.wait()
        with pytest.raises(Refusal) as refused:
            await send()
        assert (refused.value.status, refused.value.cause) == (503, "busy")
        go_on.set()
        assert await first == 900
        assert bodies.held == 0

    asyncio.run(scene())


def test_who_waits_too_long_is_not_served_any_more():
    async def scene() -> None:
        room = Room(at_work=1, waiting=5, wait_s=0)
        async with room.turn():
            with pytest.raises(Refusal) as refused:
                async with room.turn():
                    pass
        assert refused.value.status == 503

    asyncio.run(scene())
