"""The connection test: link, name, answer, clock, TLS and API, each with what was found and what to do.

Nothing of the kiosk is sent before the certificate has been checked: the answer is looked at without trusting it, so
that a login page can be told from a bad certificate.
"""

import email.utils
import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kiosk import settings
from kiosk.clock import WRONG_MS, Clock
from kiosk.domain.connection import STEPS, Outcome, Tested
from kiosk.domain.errors import CarriageError, KioskError
from kiosk.links import Link, links
from kiosk.store.identity import Identity
from kiosk.tls import context, days_left, is_about_dates, is_about_name, is_allowed, is_loopback
from sync import wire
from sync.client import Client, SendFailed, cause_of

_BODY_LIMIT = 64 * 1024
_UNKNOWN_NAME = (socket.EAI_NONAME, socket.EAI_NODATA)


@dataclass(frozen=True, slots=True)
class _Found:
    said: str
    facts: dict[str, object]
    outcome: Outcome = Outcome.PASSED


class Probe:
    """One test of one centre. `believed`: whether the machine's clock can be right, as for the client.

    request  what is sent in the last step, without records; abandonable surrounds each wait for the network
    """

    def __init__(
        self,
        identity: Identity,
        limits: settings.Sync,
        clock: Clock,
        believed: Callable[[], bool],
        client: Client,
        request: Callable[[], wire.Request],
        abandonable: Callable[[], AbstractContextManager[None]] = nullcontext,
        links: Callable[[], list[Link]] = links,
    ) -> None:
        self._base = identity.central_url.rstrip("/")
        self._limits = limits
        self._clock = clock
        self._believed = believed
        self._client = client
        self._request = request
        self._abandonable = abandonable
        self._links = links
        self._version = 0  # of the wire that the centre speaks
        self._wrong_ms: int | None = None  # how far this clock is behind the centre's, as the answer said

    def steps(self) -> Iterator[Tested]:
        """Each as soon as it is known. A failure leaves nothing to be told of the later ones, but for a wrong clock."""
        deeds = (self._link, self._name, self._answer, self._told_time, self._tls, self._api)
        stopped = False
        for step, deed in zip(STEPS, deeds, strict=True):
            if stopped:
                yield Tested(step, Outcome.SKIPPED, "connection.skipped")
                continue
            try:
                with self._abandonable():
                    found = deed()
                yield Tested(step, found.outcome, found.said, found.facts)
            except KioskError as failure:
                yield Tested(step, Outcome.FAILED, failure.id, failure.facts)
                stopped = step != "clock"

    def _link(self) -> _Found:
        if is_loopback(self._host):
            return _Found("connection.link.local", {})
        up = self._links()
        if not up:
            raise CarriageError("connection.no_link")
        names = ", ".join(one.name for one in up if one.addressed)
        if not names:
            raise CarriageError("connection.no_address")
        return _Found("connection.link.passed", {"names": names})

    def _name(self) -> _Found:
        if not self._host:
            raise CarriageError("sync.address")
        try:
            ipaddress.ip_address(self._host)
        except ValueError:
            pass
        else:
            return _Found("connection.name.address", {"host": self._host})
        try:
            socket.getaddrinfo(self._host, None, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            unknown = error.errno in _UNKNOWN_NAME
            raise CarriageError("connection.no_name" if unknown else "connection.no_dns", host=self._host) from None
        return _Found("connection.name.passed", {"host": self._host})

    def _answer(self) -> _Found:
        if not is_allowed(self._base):
            raise CarriageError("sync.insecure" if self._base.startswith("http://") else "sync.address")
        started_ms = self._clock.monotonic_ms()
        try:
            status, headers, body = self._health(started_ms)
        except ssl.SSLError:
            raise CarriageError("connection.no_tls") from None
        except (OSError, http.client.HTTPException) as error:
            raise CarriageError(f"sync.{cause_of(error)}") from None
        except ValueError:  # no port
            raise CarriageError("sync.address") from None
        took_ms = self._clock.monotonic_ms() - started_ms
        told = _health_in(status, headers, body)
        self._version = told["version"]
        at_ms = told.get("at_ms", _time_in(headers))
        self._wrong_ms = at_ms - self._clock.wall_ms() + took_ms // 2 if isinstance(at_ms, int) else None
        return _Found("connection.answer.passed", {"ms": took_ms})

    def _told_time(self) -> _Found:
        if self._wrong_ms is None:
            return _Found("connection.clock.unknown", {}, Outcome.UNKNOWN)
        seconds = abs(self._wrong_ms) // 1000
        if abs(self._wrong_ms) > WRONG_MS:
            raise CarriageError("connection.clock_wrong", span=seconds)
        return _Found("connection.clock.passed", {"span": seconds})

    def _tls(self) -> _Found:
        parts = urlsplit(self._base)
        if parts.scheme != "https":
            return _Found("connection.tls.local", {})
        checking = context(self._limits.ca_file, look_at_dates=self._believed())
        try:
            with (
                socket.create_connection((self._host, self._port), self._limits.timeout_s) as raw,
                checking.wrap_socket(raw, server_hostname=self._host) as checked,
            ):
                days = days_left(checked.getpeercert(), self._clock.wall_ms() + (self._wrong_ms or 0))
        except ssl.SSLCertVerificationError as error:
            raise CarriageError(self._certificate_cause(error)) from None
        except OSError as error:
            raise CarriageError(f"sync.{cause_of(error)}") from None
        return _Found("connection.tls.passed", {"days": days})

    def _certificate_cause(self, error: ssl.SSLCertVerificationError) -> str:
        if is_about_dates(error):
            clock_is_wrong = self._wrong_ms is not None and abs(self._wrong_ms) > WRONG_MS
            return "sync.clock" if clock_is_wrong else "connection.certificate_dates"
        return "connection.certificate_name" if is_about_name(error) else "sync.certificate"

    def _api(self) -> _Found:
        if self._version != wire.VERSION:
            raise CarriageError("connection.version", ours=wire.VERSION, theirs=self._version)
        try:
            self._client.send(self._request())
        except SendFailed as failure:
            raise CarriageError(failure.id) from None
        return _Found("connection.api.passed", {"version": self._version})

    @property
    def _host(self) -> str:
        try:
            return urlsplit(self._base).hostname or ""
        except ValueError:
            return ""

    @property
    def _port(self) -> int:
        parts = urlsplit(self._base)
        return parts.port or (443 if parts.scheme == "https" else 80)

    def _health(self, started_ms: int) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and the beginning of the body, from whoever answers. Raises OSError, HTTPException."""
        parts, timeout_s = urlsplit(self._base), self._limits.timeout_s
        asking: http.client.HTTPConnection
        if parts.scheme == "https":
            whoever = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            whoever.check_hostname = False
            whoever.verify_mode = ssl.CERT_NONE
            asking = http.client.HTTPSConnection(self._host, self._port, timeout=timeout_s, context=whoever)
        else:
            asking = http.client.HTTPConnection(self._host, self._port, timeout=timeout_s)
        with closing(asking):
            asking.request("GET", parts.path + wire.HEALTH_PATH)
            answer = asking.getresponse()
            body = bytearray()
            while len(body) < _BODY_LIMIT and (piece := answer.read1(_BODY_LIMIT)):
                body += piece
                if self._clock.monotonic_ms() - started_ms > timeout_s * 1000:
                    raise TimeoutError
            return answer.status, answer.headers, bytes(body)


def _health_in(status: int, headers: http.client.HTTPMessage, body: bytes) -> dict[str, Any]:
    """What the centre says of itself. Raises CarriageError when it is not the centre that answered."""
    is_json = headers.get_content_type() == "application/json"
    try:
        table = json.loads(body) if is_json else {}
    except ValueError:
        table = {}
    if not isinstance(table, dict):
        table = {}
    if status == 200 and table.get("status") == "ok" and isinstance(table.get("version"), int):
        return table
    if status in (429, 503):
        raise CarriageError("sync.server_busy")
    if status >= 500 and status != 511:  # network authentication required: a login page again
        raise CarriageError("sync.server_error")
    if 400 <= status < 500:
        raise CarriageError("connection.other_server", status=status)
    raise CarriageError("sync.captive_portal")


def _time_in(headers: http.client.HTTPMessage) -> int | None:
    """An older centre does not tell its time, but what stands before it may."""
    try:
        told = email.utils.parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return int(told.timestamp() * 1000)
