"""The HTTP server: binds before anything else, says once that it is ready, ends cleanly on SIGTERM and SIGINT."""

import errno
import ipaddress
import resource
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from kiosk.domain.errors import CarriageError

_BACKLOG = 2048
_CONNECTIONS = 4000  # at once, most of them idle; what they may ask for at once is bounded in room.py and bodies.py
_LET_FINISH_S = 5


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises CarriageError `central.port_busy` or `central.address`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise CarriageError("central.address", host=host, port=port) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        id = "central.port_busy" if error.errno == errno.EADDRINUSE else "central.address"
        raise CarriageError(id, host=host, port=port) from None
    return listening


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(app: FastAPI, listening: socket.socket, say: Callable[[str], None]) -> bool:
    """Answers until a signal. Says `ready http://host:port` once. False when it could not start."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,  # every answer tells its time, signed
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_LET_FINISH_S,
        lifespan="off",
        proxy_headers=False,
    )
    _allow_connections()
    server = _Server(config, say)
    server.run(sockets=[listening])
    return server.started


def _allow_connections() -> None:
    """Each takes a file descriptor, and a shell gives 1024 by default."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + 200
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, say: Callable[[str], None]) -> None:
        super().__init__(config)
        self._say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            self._say(f"ready http://{f'[{host}]' if ':' in host else host}:{port}")

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """uvicorn raises the signal again when it is done; here a stop that was asked for is a success."""
        before = {which: signal.signal(which, self.handle_exit) for which in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for which, handler in before.items():
                signal.signal(which, handler)
