"""What `bench sync` and `faults` work with: a link that counts, a proxy that breaks, a table that tells the misses."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "benchmarks")]

import sync_show  # noqa: E402
from faults_link import HOST, Link, Profile  # noqa: E402
from faults_proxy import KINDS, FaultProxy, Message, read  # noqa: E402

REQUEST = b"POST /v2/sync HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def with_server(work: Callable[[int, list[Message]], Awaitable[None]]) -> None:
    """A server that answers every request and keeps the connection."""
    seen: list[Message] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await read(reader)) is not None:
            seen.append(request)
            writer.write(ANSWER)
        writer.close()

    server = await asyncio.start_server(serve, HOST, 0)
    try:
        await work(server.sockets[0].getsockname()[1], seen)
    finally:
        server.close()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=5)  # the connections end one after the other
        for _ in range(5):
            await asyncio.sleep(0)  # and their sockets are closed by the loop


@pytest.mark.parametrize("profile", [Profile(), Profile(rtt_s=0.02, bits_per_s=1_000_000)])
def test_the_link_counts_requests_and_bytes_each_way(profile: Profile) -> None:
    async def work(port: int, seen: list[Message]) -> None:
        link = Link()
        link.upstream = port
        await link.start()
        link.reset(profile)
        reader, writer = await asyncio.open_connection(HOST, link.port)
        for _ in range(3):
            writer.write(REQUEST)
            answer = await read(reader)
            assert answer is not None
            assert answer.body == b"ok"
        writer.close()
        link.stop()
        assert (link.up.requests, link.up.bytes, link.down.bytes) == (3, 3 * len(REQUEST), 3 * len(ANSWER))
        assert link.down.statuses == {200: 3}
        assert len(seen) == 3

    asyncio.run(with_server(work))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "hang"])
def test_each_fault_is_what_it_says(kind: str) -> None:
    """What the centre saw of one request, and what the kiosk heard."""

    async def work(port: int, seen: list[Message]) -> None:
        proxy = FaultProxy(seed=1, kinds=(kind,))
        proxy.upstream, proxy.rate = port, 1.0
        await proxy.start()
        reader, writer = await asyncio.open_connection(HOST, proxy.port)
        writer.write(REQUEST)
        heard = b""
        try:
            while piece := await asyncio.wait_for(reader.read(4096), 1):
                heard += piece
                if len(heard) >= len(ANSWER) and kind != "truncated":
                    break
        except ConnectionResetError:
            heard += b"RST"
        writer.close()
        proxy.stop()
        assert proxy.counts == {kind: 1}
        at_centre, whole = len(seen), heard == ANSWER
        expected = {
            "refuse": (0, heard == b"RST"), "reset": (0, heard == b"RST"), "lost_answer": (1, heard == b"RST"),
            "truncated": (1, ANSWER.startswith(heard) and not whole), "busy": (0, b" 503 " in heard),
            "bad_gateway": (1, b" 502 " in heard), "duplicate": (2, whole), "late_replay": (at_centre, whole),
            "bit_flip": (1, (seen and seen[0].body != b"hello") or not whole),
            "captive_portal": (0, b" 200 " in heard and b"text/html" in heard), "dribble": (1, whole),
        }[kind]  # fmt: skip
        assert (at_centre, True) == (expected[0], bool(expected[1])), heard

    asyncio.run(with_server(work))


def test_the_table_tells_what_was_missed() -> None:
    figures = {"date": "2026-11-26", "database": "sqlite", "requests_per_1000": 4.0, "records_per_s": 1999.0}
    figures |= {"plain_requests_per_1000": 1000.0, "morango": "absent: no network"}
    table = sync_show.markdown(figures)
    assert "| requests for 1,000 records | ≤ 4 | 4 | – | 1,000 |" in table
    assert "1,999 (missed)" in table
    assert "morango 0.8.15: absent: no network" in table
