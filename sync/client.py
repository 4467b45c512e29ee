"""One request to the centre. The one place where an error of the network gets a cause a person can act on.

CarriageError
 └─ SendFailed   offline             no network, or the centre's name is not known here
                 refused_connection  the machine answers, the central API does not
                 timeout             no answer in time
                 cut                 the connection broke half-way
                 certificate         TLS: the centre is not who it says
                 clock               TLS: its certificate does not hold at the time that this clock shows
                 insecure            plain http to another machine
                 captive_portal      somebody else answered: not the agreed status and content type
                 server_busy         503 or 429; `retry_after_s` says when to come back
                 server_error        another 5xx
                 too_large           413
                 revoked             403 kiosk_revoked, kiosk_unknown: the centre does not know this kiosk any more
                 refused             another 4xx: the centre does not take this kiosk's requests
                 not_understood      the centre's own content type, but not its signed answer to this request
                 address             the address of the centre is not an http(s) URL
"""

import email.utils
import errno
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
import urllib3

from kiosk import settings
from kiosk.clock import Clock
from kiosk.domain.errors import CarriageError
from kiosk.store.identity import Identity
from kiosk.tls import is_about_dates, is_allowed, mount
from sync import wire
from sync.token import Token
from sync.wire import Verdict

_OFFLINE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL})
# What the centre says of itself in a 4xx → the cause here; a digest that does not fit was bent on the way.
_CAUSES = {"kiosk_revoked": "revoked", "kiosk_unknown": "revoked", "digest": "cut", "not_understood": "not_understood"}
_CLOCK_IS_RIGHT_MS = 24 * 3_600_000  # a certificate that is refused by a clock this close to the centre's is not valid
_READ_BYTES = 64 * 1024


class SendFailed(CarriageError):
    """No acknowledgement: every record of the batch still waits. `cause` is one of the ids above."""

    def __init__(self, cause: str, *, retry_after_s: float | None = None, bytes_down: int = 0) -> None:
        super().__init__(f"sync.{cause}")
        self.cause = cause
        self.retry_after_s = retry_after_s
        self.bytes_down = bytes_down


@dataclass(frozen=True, slots=True)
class Received:
    """The centre's word, checked; `body` is what it signed, and the receipt. `bytes_up` of the request's body."""

    answer: wire.Answer
    body: bytes
    bytes_up: int

    @property
    def bytes_down(self) -> int:
        return len(self.body)


class Client:
    """Keeps one connection open while it drains. At most one request is under way.

    clock     the machine's own clock, the one that TLS looks at
    believed  whether that clock can be right; if not, nobody looks at the dates of certificates
    """

    def __init__(self, identity: Identity, limits: settings.Sync, clock: Clock, believed: Callable[[], bool]) -> None:
        self._identity = identity
        self._base = identity.central_url.rstrip("/")
        self._limits = limits
        self._clock = clock
        self._believed = believed
        self._looks_at_dates = believed()
        self._session = self._fresh_session()

    def send(self, request: wire.Request) -> Received:
        """Raises SendFailed unless the centre has signed an answer to this request."""
        body = wire.encode_request(request)
        status, headers, answer_body = self._exchange("POST", wire.PATH, body)
        if status != 200:
            raise _not_agreed(status, headers, answer_body)
        if headers.get("Content-Type", "") != wire.ANSWER_TYPE:
            raise SendFailed("captive_portal", bytes_down=len(answer_body))
        try:
            answer = checked(answer_body, {one.seq: one.hash for one in request.records}, self._identity)
        except wire.WireError:
            raise SendFailed("not_understood", bytes_down=len(answer_body)) from None
        wrong_ms = abs(answer.at_ms - self._clock.wall_ms())
        if not self._looks_at_dates and self._believed() and wrong_ms < _CLOCK_IS_RIGHT_MS:
            self.drop_connection()  # so it is the certificate that is wrong, not the clock
            raise SendFailed("certificate", bytes_down=len(answer_body))
        return Received(answer, answer_body, len(body))

    def get(self, path: str, **headers: str) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes]:
        """Status, headers and body of a signed GET. Raises SendFailed when there is no answer at all, or 4xx, 5xx."""
        status, answered, body = self._exchange("GET", path, b"", headers)
        if status >= 400 and status not in (404, 416):
            raise _not_agreed(status, answered, body)
        return status, answered, body

    def drop_connection(self) -> None:
        """After a request that was abandoned half-way: nobody may read the rest of its answer as the next one."""
        self._session.close()
        self._session = self._fresh_session()

    def close(self) -> None:
        self._session.close()

    def _exchange(
        self, method: str, path: str, body: bytes, more: Mapping[str, str] | None = None
    ) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes]:
        if not is_allowed(self._base):
            raise SendFailed("insecure" if self._base.startswith("http://") else "address")
        if self._looks_at_dates != (believed := self._believed()):
            self._look_at_dates(believed)
        token = Token.made(self._identity.kiosk, self._clock.wall_ms(), body, self._identity.signing_key)
        headers: dict[str, str | bytes | None] = {"Authorization": token.header(), **(more or {})}
        if method == "GET":
            headers["Content-Type"] = None  # requests: not the session's
        try:
            return self._once(method, path, body, headers)
        except _Failed as error:
            if not (self._looks_at_dates and is_about_dates(error.reason)):
                raise SendFailed(error.cause) from None
        self._look_at_dates(False)  # what the centre signs will tell who is wrong
        try:
            return self._once(method, path, body, headers)
        except _Failed as error:
            raise SendFailed(error.cause) from None

    def _once(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str | bytes | None]
    ) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes]:
        try:
            with self._session.request(
                method, self._base + path, data=body or None, headers=headers, timeout=self._limits.timeout_s,
                allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                return response.status_code, response.headers, self._read(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self.drop_connection()
            raise _Failed(error) from None

    def _read(self, response: requests.Response) -> bytes:
        """The body, bounded in bytes and in time: a server that drips one byte a second must not hold the queue."""
        deadline = time.monotonic() + self._limits.timeout_s
        body = bytearray()
        while piece := response.raw.read1(_READ_BYTES, decode_content=False):
            body += piece
            if len(body) > wire.BODY_LIMIT:
                raise SendFailed("not_understood", bytes_down=len(body))
            if time.monotonic() > deadline:
                raise SendFailed("timeout", bytes_down=len(body))
        return bytes(body)

    def _look_at_dates(self, looks: bool) -> None:
        self._looks_at_dates = looks
        self.drop_connection()

    def _fresh_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # no proxy and no .netrc from the surroundings
        session.headers.clear()
        session.headers["Content-Type"] = wire.REQUEST_TYPE
        for unsaid in ("Accept-Encoding", "User-Agent"):  # each header costs as much as half a record
            session.headers[unsaid] = urllib3.util.SKIP_HEADER
        if self._base.startswith("https://"):
            mount(session, self._limits.ca_file, look_at_dates=self._looks_at_dates)
        return session


class _Failed(Exception):
    """`reason` is what happened deepest down, `cause` the id for it."""

    def __init__(self, error: BaseException) -> None:
        chain = _chain(error)
        self.cause = cause_of(error)
        self.reason = next((one for one in chain if is_about_dates(one)), error)


def checked(body: bytes, hashes: Mapping[int, bytes], identity: Identity) -> wire.Answer:
    """The answer to this kiosk, signed by the centre, over records whose `hashes` (by seq) it has. Raises WireError."""
    answer = wire.open_answer(body, identity.answer_public_key)
    if answer.kiosk != identity.kiosk or not {seq for seq, _, _ in answer.each()} <= hashes.keys():
        raise wire.WireError("another request")
    if answer.root != wire.root_of(hashes[seq] for seq, verdict, _ in answer.each() if verdict != Verdict.REFUSED):
        raise wire.WireError("root")
    return answer


def _not_agreed(status: int, headers: requests.structures.CaseInsensitiveDict[str], body: bytes) -> SendFailed:
    size = len(body)
    if status in (429, 503):
        return SendFailed("server_busy", retry_after_s=_retry_after_s(headers.get("Retry-After")), bytes_down=size)
    if status < 400 or status == 511:  # 511 is "network authentication required"; a redirect leads to a login page
        return SendFailed("captive_portal", bytes_down=size)
    if status == 413:
        return SendFailed("too_large", bytes_down=size)
    if status >= 500:
        return SendFailed("server_error", bytes_down=size)
    return SendFailed(_CAUSES.get(_cause_said(body), "refused"), bytes_down=size)


def _cause_said(body: bytes) -> str:
    """The id in `{"cause": id}`, "" when it says nothing that may be repeated."""
    try:
        cause = json.loads(body)["cause"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return cause if wire.is_cause(cause) else ""


def _retry_after_s(value: str | None) -> float | None:
    """RFC 9110 10.2.3: seconds, or a date. None when there is no usable one."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value[:10])
    try:
        asked = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if asked.tzinfo is None:
        asked = asked.replace(tzinfo=UTC)
    return max(0.0, (asked - datetime.now(UTC)).total_seconds())


def cause_of(error: BaseException) -> str:
    """Looks through the layers (requests, urllib3, socket) for the reason that a person can act on."""
    chain = _chain(error)
    if any(isinstance(e, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema) for e in chain):
        return "address"
    if any(isinstance(e, requests.exceptions.MissingSchema | urllib3.exceptions.LocationParseError) for e in chain):
        return "address"
    if any(is_about_dates(e) for e in chain):
        return "clock"
    if any(isinstance(e, requests.exceptions.SSLError | urllib3.exceptions.SSLError) for e in chain):
        return "certificate"
    if any(isinstance(e, socket.gaierror | urllib3.exceptions.NameResolutionError) for e in chain):
        return "offline"
    if any(isinstance(e, OSError) and e.errno in _OFFLINE for e in chain):
        return "offline"
    if any(isinstance(e, ConnectionRefusedError) for e in chain):
        return "refused_connection"
    if any(isinstance(e, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError) for e in chain):
        return "timeout"
    return "cut"


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo and len(found) < 20:
        one = todo.pop()
        if isinstance(one, BaseException) and not any(one is e for e in found):
            found.append(one)
            todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found
