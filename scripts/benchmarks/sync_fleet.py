"""A fleet of simulated kiosks against one real centre, for `bench sync`: real sockets, our wire, our schedule.

Requests are sealed and signed beforehand, each kiosk with its own keys; every answer's signature and root are checked.
"""

import asyncio
import multiprocessing
import random
import re
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults_link import HOST
from faults_proxy import Message, read
from faults_world import Program, free_port
from made_records import MadeKiosk, Sent, head, public_keys, register

from kiosk.store.journal import Schedule
from sync import schedule, wire
from sync.central import keys

PER_KIOSK = 50
INGEST_KIOSKS, INGEST_REQUESTS = 8, 100
TIMEOUT_S = 30.0
BASE_S, CAP_S = 2.0, 600.0  # [sync] backoff_base_s, backoff_cap_s as shipped
GIVE_UP_S = 900.0
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_RETRY_AFTER = re.compile(rb"\r\nretry-after: *(\d+)\r\n", re.IGNORECASE)


class Centre:
    """`with Centre(folder, database) as centre:` one worker process."""

    def __init__(self, folder: Path, database: str) -> None:
        folder.mkdir(parents=True)
        keys.make(folder / "centre")
        (folder / "centre" / keys.FILE).rename(folder / keys.FILE)  # the worker's; a centre for others has none
        self.home, self.database, self.port = folder / "centre", database, free_port()
        arguments = ["--home", str(self.home), "--host", "0.0.0.0", "--port", str(self.port)]
        self._program = Program(
            "kiosk-central", folder / "centre.log", "sync.central", "serve", *arguments,
            *(["--database", database] if database else []),
        )  # fmt: skip

    def __enter__(self) -> "Centre":
        self._program.ready()
        self.central_key, self.answer_key = public_keys(self.home)
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()


def ingest(folder: Path, database: str) -> dict[str, Any]:
    """Records a second into one worker, from a few kiosks that send without a pause."""
    with Centre(folder, database) as centre:
        queues = made(centre, INGEST_KIOSKS, INGEST_REQUESTS)
        took_s = asyncio.run(without_a_pause(centre, queues))
    return {"ingest_per_s": INGEST_KIOSKS * INGEST_REQUESTS * PER_KIOSK / took_s}


async def without_a_pause(centre: Centre, queues: list[list[Sent]]) -> float:
    """Seconds until every request of every kiosk was answered and checked."""

    async def kiosk(requests: list[Sent]) -> list[tuple[Sent, Message]]:
        reader, writer = await asyncio.open_connection(HOST, centre.port)
        answers = []
        for sent in requests:
            writer.write(head(sent, HOST) + sent.body)
            answer = await read(reader)
            assert answer is not None
            answers.append((sent, answer))
        writer.close()
        return answers

    began = time.monotonic()
    answered = await asyncio.gather(*(kiosk(requests) for requests in queues))
    took_s = time.monotonic() - began
    for sent, answer in (pair for pairs in answered for pair in pairs):
        if _status(answer) != 200:
            raise SystemExit(f"the centre said {_status(answer)}")
        _checked(answer, sent, centre.answer_key)
    return took_s


def fleet(folder: Path, database: str, kiosks: int) -> dict[str, Any]:
    """Every kiosk has fifty records and finds the network back at the same moment."""
    with Centre(folder, database) as centre:
        queues = made(centre, kiosks, 1)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, kiosks + 1000), hard))
        try:
            return asyncio.run(_after_an_outage(centre, [requests[0] for requests in queues]))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@dataclass(slots=True)
class _Seen:
    counts: Counter[str] = field(default_factory=Counter)
    drained_s: list[float] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)


async def _after_an_outage(centre: Centre, requests: list[Sent]) -> dict[str, Any]:
    spread_s, seen = await _told_spread_s(centre), _Seen()
    rng = random.Random(1)
    began = time.monotonic()
    async with asyncio.timeout(GIVE_UP_S):
        await asyncio.gather(*(_kiosk(centre, sent, spread_s, rng, seen, began) for sent in requests))
    took = sorted(seen.took_s)
    return {
        "fleet_kiosks": len(requests),
        "fleet_spread_s": spread_s,
        "fleet_s": max(seen.drained_s),
        "fleet_requests_ratio": seen.counts["requests"] / len(requests),
        "fleet_timeouts": seen.counts["timeout"],
        "fleet_busy": seen.counts["server_busy"],
        "fleet_p99_s": took[int(len(took) * 0.99)],
    }


async def _told_spread_s(centre: Centre) -> int:
    """What the centre said in the last answer before the outage."""
    asker = MadeKiosk("asker", centre.central_key, centre.answer_key)
    register(centre.home, centre.database, [asker.row()])
    answer = await _ask(centre, asker.sent(0))
    return wire.open_answer(answer.body, centre.answer_key).spread_s


async def _kiosk(centre: Centre, sent: Sent, spread_s: int, rng: random.Random, seen: _Seen, began: float) -> None:
    plan = Schedule(attempt=0, next_ms=0, cause="", last_success_ms=None)
    await asyncio.sleep(rng.uniform(0, spread_s))
    while True:
        seen.counts["requests"] += 1
        asked = time.monotonic()
        retry_after_s = None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await _ask(centre, sent)
        except TimeoutError:
            cause = "timeout"
        except (OSError, EOFError):
            cause = "cut"
        else:
            if _status(answer) == 200:
                _checked(answer, sent, centre.answer_key)
                seen.took_s.append(time.monotonic() - asked)
                seen.drained_s.append(time.monotonic() - began)
                return
            cause = "server_busy" if _status(answer) == 503 else "server_error"
            asked_for = _RETRY_AFTER.search(answer.head)
            retry_after_s = float(asked_for[1]) if asked_for else None
        seen.counts[cause] += 1
        now_ms = int(time.time() * 1000)
        plan = schedule.after_failure(
            plan, now_ms, cause, base_s=BASE_S, cap_s=CAP_S, rng=rng, spread_s=spread_s, retry_after_s=retry_after_s
        )
        await asyncio.sleep((plan.next_ms - now_ms) / 1000)


async def _ask(centre: Centre, sent: Sent) -> Message:
    reader, writer = await asyncio.open_connection(HOST, centre.port)
    try:
        writer.write(head(sent, HOST) + sent.body)
        answer = await read(reader)
    finally:
        writer.close()
    if answer is None:
        raise EOFError
    return answer


def _status(answer: Message) -> int:
    status = _STATUS.match(answer.head)
    return int(status[1]) if status else 0


def _checked(answer: Message, sent: Sent, answer_key: bytes) -> None:
    """Raises WireError unless the centre signed that it has every record of the request."""
    found = wire.open_answer(answer.body, answer_key)
    if found.kiosk != sent.kiosk or found.root != sent.root:
        raise wire.WireError("root")


def made(centre: Centre, kiosks: int, requests: int, name: str = "armada") -> list[list[Sent]]:
    """So many requests of so many kiosks that the centre knows. On all cores: it is a second for 5,000 records."""
    work = [(f"{name}-{number}", centre.central_key, centre.answer_key, requests) for number in range(kiosks)]
    with multiprocessing.get_context("spawn").Pool() as pool:
        made = pool.starmap(_one, work, chunksize=max(1, kiosks // 64))
    register(centre.home, centre.database, (row for row, _ in made))
    return [queue for _, queue in made]


def _one(name: str, central_key: bytes, answer_key: bytes, requests: int) -> tuple[dict[str, object], list[Sent]]:
    kiosk = MadeKiosk(name, central_key, answer_key)
    return kiosk.row(), [kiosk.sent(PER_KIOSK) for _ in range(requests)]
