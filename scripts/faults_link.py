"""A link between two programs that is as slow as it is told and counts what passes. TCP, so TLS goes through unseen.

A connection costs one round trip before its first byte; each direction is one pipe that all connections share. Slow
start and lost packets are not played.
"""

import asyncio
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

HOST = "127.0.0.1"
_PIECE = 1460  # bytes: what a TCP segment carries, so that the pipe is shared fairly
_IN_FLIGHT = 256  # pieces
_LATE_S = 0.1
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_REQUEST = re.compile(rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[!-~]* HTTP/1\.[01]\r\n")
_LONGEST_REQUEST_LINE = 2048
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Profile:
    """`bits_per_s` each way, 0 for no limit."""

    rtt_s: float = 0.0
    bits_per_s: int = 0


OPEN = Profile()
SLOW = Profile(0.6, 128_000)
GPRS = Profile(0.7, 20_000)


class Background:
    """An event loop in a thread of its own, for servers that a script needs beside its work."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def call(self, work: Callable[..., None], *arguments: object) -> None:
        """In the loop's own thread."""

        async def there() -> None:
            work(*arguments)

        self.run(there())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.run(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Pipe:
    """One direction: how much passed, and until when the line is taken."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._free_s = 0.0
        self.bytes = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, open_s: float) -> None:
        """Until the sender closes. `open_s`: the loop's time from which this connection may be used."""
        if self._profile == OPEN:
            while piece := await reader.read(64 * 1024):
                self.count(piece)
                writer.write(piece)
                await writer.drain()
            return
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_IN_FLIGHT)
        arriving = asyncio.create_task(_deliver(queue, writer))
        try:
            while piece := await reader.read(_PIECE):
                self.count(piece)
                now_s = asyncio.get_running_loop().time()
                late_s = now_s - self._free_s  # a busy machine wakes us late: that is not the line's idleness
                starts_s = max(self._free_s if late_s < _LATE_S else now_s, open_s)
                bits = len(piece) * 8 if self._profile.bits_per_s else 0
                self._free_s = starts_s + bits / (self._profile.bits_per_s or 1)
                await _until(self._free_s)
                await queue.put((self._free_s + self._profile.rtt_s / 2, piece))
            await queue.put((self._free_s + self._profile.rtt_s / 2, b""))
            await arriving
        finally:
            arriving.cancel()

    def count(self, piece: bytes) -> None:
        self.bytes += len(piece)


class UpPipe(Pipe):
    """Counts requests, too, where they are not encrypted."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self.requests = 0
        self._tail = b""

    def count(self, piece: bytes) -> None:
        super().count(piece)
        seen = self._tail + piece
        self.requests += len(_REQUEST.findall(seen)) - len(_REQUEST.findall(self._tail))
        self._tail = seen[-_LONGEST_REQUEST_LINE:]


class DownPipe(Pipe):
    """Counts answers by status, too, where they begin a piece and are not encrypted."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self.statuses: Counter[int] = Counter()

    def count(self, piece: bytes) -> None:
        super().count(piece)
        if begins := _STATUS.match(piece):
            self.statuses[int(begins[1])] += 1


class Link:
    """Listens on `port` once it is started, and carries to the port `upstream`."""

    def __init__(self) -> None:
        self.upstream = 0
        self.port = 0
        self._ends: set[asyncio.StreamWriter] = set()
        self.reset(OPEN)

    def reset(self, profile: Profile) -> None:
        """Counts from nought again; who was connected connects anew."""
        self._profile = profile
        self.up, self.down = UpPipe(profile), DownPipe(profile)
        for end in self._ends:
            end.transport.abort()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, HOST, 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_s = asyncio.get_running_loop().time() + self._profile.rtt_s
        try:
            there, back = await asyncio.open_connection(HOST, self.upstream)
        except OSError:
            reset(writer)
            return
        self._ends.add(writer)
        ways = [self.up.carry(reader, back, open_s), self.down.carry(there, writer, open_s)]
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for end in (back, writer):
                end.close()
            await asyncio.wait(tasks, timeout=5)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._ends.discard(writer)
            reset(back)
            reset(writer)


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with RST, as a radio that is gone does."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _deliver(queue: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
    while True:
        due_s, piece = await queue.get()
        await _until(due_s)
        if not piece:
            return
        writer.write(piece)
        await writer.drain()


async def _until(when_s: float) -> None:
    await asyncio.sleep(max(0.0, when_s - asyncio.get_running_loop().time()))
