"""A proxy that breaks HTTP in the twelve ways in which networks, portals and balancers break it. Seeded.

refuse          nobody listens for a moment
reset           half of the request reaches the centre, then the connection is reset
lost_answer     the centre has answered; the connection is reset before the kiosk hears it
truncated       half of the answer, then an orderly end
hang            silence until the kiosk gives up, before or after the centre has worked
busy            503 with Retry-After, the centre never asked
bad_gateway     502 although the centre has done its work
duplicate       the request reaches the centre twice, at once
late_replay     an old request reaches the centre again, and every second time the kiosk gets the answer to that one
bit_flip        one bit of the request or of the answer is another
captive_portal  200, a login page
dribble         the answer comes byte by byte, half of the time too slowly
"""

import asyncio
import contextlib
import random
import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from faults_link import HOST, reset

KINDS = (
    "refuse", "reset", "lost_answer", "truncated", "hang", "busy", "bad_gateway", "duplicate", "late_replay",
    "bit_flip", "captive_portal", "dribble",
)  # fmt: skip
_AWAY_S = 0.05  # how long nobody listens
_HANG_S = 60.0  # every kiosk has given up before
_PORTAL = b"<!DOCTYPE html><title>Wi-Fi Pasar</title><form method=post>Masukkan kode voucher</form>"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n", re.IGNORECASE)
_CUT = (OSError, EOFError, asyncio.LimitOverrunError)


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer; `head` ends with the empty line."""

    head: bytes
    body: bytes

    def __bytes__(self) -> bytes:
        return self.head + self.body


class FaultProxy:
    """Carries to the port `upstream`. `rate` of the requests meet a fault. Both may be changed at any time."""

    def __init__(self, seed: int, kinds: Sequence[str] = KINDS) -> None:
        self.upstream = 0
        self.rate = 0.0
        self.port = 0
        self.requests = 0
        self.counts: Counter[str] = Counter()
        self._kinds = kinds
        self._rng = random.Random(seed)
        self._old: deque[Message] = deque(maxlen=50)
        self._away = asyncio.Lock()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(*_CUT):
            while (request := await read(reader)) is not None:
                self.requests += 1
                if not await self._serve(request, reader, writer):
                    break
                await writer.drain()
        reset(writer)

    async def _serve(self, request: Message, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection lives on."""
        kind = self._rng.choice(self._kinds) if self._rng.random() < self.rate else ""
        if kind:
            self.counts[kind] += 1
        coin = self._rng.random() < 0.5
        match kind:
            case "refuse":
                await self._go_away()
                return False
            case "reset":
                await self._send_half(request)
                return False
            case "lost_answer":
                await self._ask(request)
                return False
            case "truncated":
                answer = bytes(await self._ask(request))
                writer.write(answer[: self._rng.randrange(1, len(answer))])
                writer.write_eof()
                await writer.drain()
                await reader.read(1)
                return False
            case "hang":
                if coin:
                    await self._ask(request)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1), _HANG_S)
                return False
            case "busy":
                writer.write(_answer(503, b"application/json", b'{"cause":"busy"}', b"Retry-After: 0\r\n"))
            case "bad_gateway":
                await self._ask(request)
                writer.write(_answer(502, b"text/html", b"<h1>502 Bad Gateway</h1>"))
            case "duplicate":
                answers = await asyncio.gather(self._ask(request), self._ask(request))
                writer.write(bytes(answers[coin]))
            case "late_replay":
                answer = await self._ask(self._rng.choice(self._old or [request]))
                writer.write(bytes(answer if coin else await self._ask(request)))
            case "bit_flip":
                flipped = self._flip(request) if coin and request.body else request
                answer = await self._ask(flipped)
                writer.write(bytes(answer if flipped is not request else self._flip(answer)))
            case "captive_portal":
                writer.write(_answer(200, b"text/html", _PORTAL))
            case "dribble":
                return await self._dribble(bytes(await self._ask(request)), writer, 0.0005 if coin else 0.02)
            case _:
                writer.write(bytes(await self._ask(request)))
        self._old.append(request)
        return True

    async def _ask(self, request: Message) -> Message:
        reader, writer = await asyncio.open_connection(HOST, self.upstream)
        try:
            writer.write(bytes(request))
            answer = await read(reader)
        finally:
            writer.close()
        if answer is None:
            raise EOFError
        return answer

    async def _go_away(self) -> None:
        async with self._away:
            self._server.close()
            await asyncio.sleep(_AWAY_S)
            await self.start()

    async def _send_half(self, request: Message) -> None:
        raw = bytes(request)
        _, writer = await asyncio.open_connection(HOST, self.upstream)
        writer.write(raw[: self._rng.randrange(1, len(raw))])
        await writer.drain()
        reset(writer)

    async def _dribble(self, answer: bytes, writer: asyncio.StreamWriter, pause_s: float) -> bool:
        for position in range(len(answer)):
            writer.write(answer[position : position + 1])
            await writer.drain()
            await asyncio.sleep(pause_s)
        return True

    def _flip(self, message: Message) -> Message:
        if not message.body:
            return message
        body = bytearray(message.body)
        body[self._rng.randrange(len(body))] ^= 1 << self._rng.randrange(8)
        return replace(message, body=bytes(body))


async def read(reader: asyncio.StreamReader) -> Message | None:
    """The next whole message of a connection, None at its end. Raises OSError or EOFError when it is cut."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise
        return None
    if length := _LENGTH.search(head):
        return Message(head, await reader.readexactly(int(length[1])))
    body = b""
    if _CHUNKED.search(head):
        size = 1
        while size:
            line = await reader.readuntil(b"\r\n")
            size = int(line.partition(b";")[0], 16)
            body += line + await reader.readexactly(size + 2)
    return Message(head, body)


def _answer(status: int, content_type: bytes, body: bytes, headers: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %d Told by the proxy\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (
        status, content_type, len(body),
    )  # fmt: skip
    return head + headers + b"\r\n" + body
