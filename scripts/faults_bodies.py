"""Requests that no honest kiosk sends, at a real centre: none of them may store anything, break it or fatten it.

truncated        cut anywhere, signed anew by the kiosk or not
flipped          up to eight bits of the body, signed anew: only records that are still whole may be taken
wrong_signature  a token by another key, of another body, bent, or none
replay           the very same request again, and its token on another body
foreign          a kiosk that nobody knows, one that was revoked, one that carries another's records
cbor_bomb        depth, length and number beyond all measure, signed by a kiosk gone bad
zstd_bomb        a body that says it is compressed, and a plaintext that is
long             more bytes than a body may have
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import zstandard
from faults_link import HOST
from faults_proxy import read
from faults_world import Program, free_port
from made_records import MadeKiosk, Sent, head, public_keys, register

from kiosk.domain.record import hash_of
from sync import wire
from sync.central import schema
from sync.central.database import Database
from sync.token import Token

AT_ONCE = 6
WARM_UP = 300
RSS_LIMIT_MB = 50
NO_ANSWER = 0  # the centre closed a connection on which too much came
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_BOMB = zstandard.ZstdCompressor(level=19).compress(bytes(64 << 20))


@dataclass(slots=True)
class Mutator:
    """`next()` gives a kind and a request of it. `whole` are the hashes of the records that may be taken."""

    rng: random.Random
    kiosks: list[MadeKiosk]
    revoked: MadeKiosk
    unknown: MadeKiosk
    whole: set[bytes] = field(default_factory=set)

    def next(self) -> tuple[str, Sent]:
        kinds: list[Callable[[], Sent]] = [
            self.truncated, self.flipped, self.wrong_signature, self.replay, self.foreign, self.cbor_bomb,
            self.zstd_bomb, self.long,
        ]  # fmt: skip
        kind = self.rng.choices(kinds, weights=[24, 30, 16, 10, 12, 6, 1, 1])[0]
        return kind.__name__, kind()

    def truncated(self) -> Sent:
        kiosk, sent = self._honest()
        body = sent.body[: self.rng.randrange(len(sent.body))]
        return replace(sent, body=body, headers=kiosk.headers(body) if self._coin() else sent.headers)

    def flipped(self) -> Sent:
        kiosk = self.rng.choice(self.kiosks)
        request = kiosk.request(self.rng.randrange(1, 4))
        self.whole |= {one.hash for one in request.records}
        body = bytearray(wire.encode_request(request))
        for _ in range(self.rng.randrange(1, 9)):
            body[self.rng.randrange(len(body))] ^= 1 << self.rng.randrange(8)
        return Sent(request.kiosk, kiosk.headers(bytes(body)), bytes(body), b"", 0)

    def wrong_signature(self) -> Sent:
        kiosk, sent = self._honest()
        other = self.unknown.identity.signing_key
        token = Token.made(sent.kiosk, 0, sent.body, other).header()
        bent = bytearray(sent.headers["Authorization"].encode())
        bent[self.rng.randrange(6, len(bent))] = ord("~")  # no letter of it
        swapped = sent.headers["Authorization"].swapcase().replace("kIOSK", "Kiosk")
        said = self.rng.choice(
            (token, swapped, kiosk.headers(b"")["Authorization"], bent.decode(), "Kiosk ", "Bearer x", "")
        )
        return replace(sent, headers=sent.headers | {"Authorization": said})

    def replay(self) -> Sent:
        kiosk = self.rng.choice(self.kiosks)
        request = kiosk.request(0)
        body = wire.encode_request(request)
        headers = kiosk.headers(body)
        if self._coin():
            return Sent(request.kiosk, headers, body, b"", 0)
        return Sent(request.kiosk, headers, kiosk.sent(2).body, b"", 0)

    def foreign(self) -> Sent:
        kiosk, sent = self._honest()
        other = self.rng.choice([one for one in self.kiosks if one is not kiosk])
        return self.rng.choice(
            (
                self.unknown.sent(2),
                self.revoked.sent(2),
                replace(sent, headers=other.headers(sent.body)),
                self._renamed(other, sent),
            )
        )

    def cbor_bomb(self) -> Sent:
        kiosk, honest = self._honest()
        size = self.rng.choice((2**16, 2**32, 2**40, 2**63))
        body = self.rng.choice(
            (
                b"\x81" * 200_000 + b"\x00",
                b"\xa1\x61\x61" * 100_000 + b"\x00",
                b"\x9b" + size.to_bytes(8, "big") + bytes(1000),
                b"\xbb" + size.to_bytes(8, "big") + bytes(1000),
                b"\x5b" + size.to_bytes(8, "big") + bytes(1000),
                b"\x9f" * 50_000,
                b"\xc2\x5a\x00\x01\x00\x00" + b"\xff" * 65536,
                b"\x98\xff" + b"\xf9\x7e\x00" * 255,
                honest.body[:20] + self.rng.randbytes(4000),
                self.rng.randbytes(self.rng.randrange(1, 3000)),
            )
        )
        return replace(honest, body=body, headers=kiosk.headers(body))

    def zstd_bomb(self) -> Sent:
        kiosk, sent = self._honest()
        return replace(sent, body=_BOMB, headers=kiosk.headers(_BOMB) | {"Content-Encoding": "zstd"})

    def long(self) -> Sent:
        kiosk, sent = self._honest()
        body = sent.body + bytes(wire.BODY_LIMIT)
        return replace(sent, body=body, headers=kiosk.headers(body))

    def _honest(self) -> tuple[MadeKiosk, Sent]:
        kiosk = self.rng.choice(self.kiosks)
        return kiosk, kiosk.sent(self.rng.randrange(1, 4))

    def _renamed(self, kiosk: MadeKiosk, sent: Sent) -> Sent:
        """Another's records under this kiosk's own name."""
        body = sent.body.replace(sent.kiosk.encode(), kiosk.identity.kiosk.encode())
        return replace(sent, body=body, headers=kiosk.headers(body))

    def _coin(self) -> bool:
        return self.rng.random() < 0.5


def bodies(folder: Path, number: int, seed: int, database: str = "") -> dict[str, Any]:
    """Counts of kinds and statuses, and what must be nought: `taken_in`, `server_errors`."""
    home, port = folder / "centre", free_port()
    arguments = ["--home", str(home), "--port", str(port), *(["--database", database] if database else [])]
    program = Program("kiosk-central", folder / "centre.log", "sync.central", "serve", *arguments)
    try:
        program.ready()
        keys = public_keys(home)
        made = [MadeKiosk(f"kios-{letter}", *keys) for letter in "abcd"]
        *kiosks, revoked = made
        unknown = MadeKiosk("kios-x", *keys)
        register(home, database, [one.row() | {"revoked": one is revoked} for one in made])
        mutator = Mutator(random.Random(seed), kiosks, revoked, unknown)
        kinds: Counter[str] = Counter()
        statuses: Counter[int] = Counter()
        asyncio.run(_send(port, mutator, min(WARM_UP, number), kinds, statuses))
        before_mb = program.memory_mb("VmRSS")
        asyncio.run(_send(port, mutator, number - min(WARM_UP, number), kinds, statuses))
        growth_mb = program.memory_mb("VmRSS") - before_mb
        stored = _stored(home, database)
        accepted = sum(one not in mutator.whole for one in stored)
        errors = sum(count for status, count in statuses.items() if status >= 500)
        return {
            "sent": sum(kinds.values()),
            "taken_in": accepted,
            "server_errors": errors,
            "rss_growth_mb": round(growth_mb, 1),
            "kinds": dict(sorted(kinds.items())),
            "statuses": {str(status): count for status, count in sorted(statuses.items())},
            "ok": not accepted and not errors and growth_mb < RSS_LIMIT_MB and program.stop() == 0,
        }
    finally:
        if program.process.poll() is None:
            program.kill()


async def _send(port: int, mutator: Mutator, number: int, kinds: Counter[str], statuses: Counter[int]) -> None:
    left = number

    async def sender() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            kind, sent = mutator.next()
            kinds[kind] += 1
            for _ in range(2 if kind == "replay" else 1):
                statuses[await _status(port, sent)] += 1

    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))


async def _status(port: int, sent: Sent) -> int:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(head(sent, HOST) + sent.body)
        answer = await read(reader)
    except (OSError, EOFError):
        return NO_ANSWER
    finally:
        writer.close()
    status = _STATUS.match(answer.head) if answer else None
    return int(status[1]) if status else NO_ANSWER


def _stored(home: Path, database: str) -> list[bytes]:
    """The hashes of all records at the centre."""
    with closing(Database.open(home, database)) as opened, opened.read() as connection:
        return [hash_of(bytes(raw)) for raw in connection.scalars(sa.select(schema.enrolment.c.raw))]
