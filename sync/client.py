"""One request to the centre. The one place where an error of the network gets a cause a person can act on.

CarriageError
 └─ SendFailed   offline             no network, or the centre's name is not known here
                 refused_connection  the machine answers, the central API does not
                 timeout             no answer in time
                 cut                 the connection broke half-way
                 certificate         TLS: the centre is not who it says, or the clock is wrong
                 captive_portal      somebody else answered: not the agreed status and content type
                 server_busy         503 or 429; `retry_after_s` says when to come back
                 server_error        another 5xx
                 too_large           413
                 refused             another 4xx: the centre does not take this kiosk's batches
                 not_understood      the centre's own content type, but not an answer to this batch
                 address             the address of the centre is not an http(s) URL
"""

import email.utils
import errno
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
import urllib3

from kiosk.domain.errors import CarriageError
from sync import wire

_OFFLINE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL})
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
    """The centre's word, and the size of the two bodies in bytes."""

    answer: wire.Answer
    bytes_up: int
    bytes_down: int


class Client:
    """Keeps one connection open while it drains. At most one request is under way."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = url.rstrip("/") + wire.PATH
        self._timeout_s = timeout_s
        self._session = self._fresh_session()

    def send(self, batch: wire.Batch) -> Received:
        """Raises SendFailed unless the centre answered this batch as agreed."""
        body = wire.encode_batch(batch)
        status, headers, answer_body = self._exchange(body)
        if status != 200:
            raise _not_agreed(status, headers, len(answer_body))
        if headers.get("Content-Type", "") != wire.ANSWER_TYPE:
            raise SendFailed("captive_portal", bytes_down=len(answer_body))
        if not wire.is_whole(answer_body, headers.get(wire.DIGEST_HEADER)):
            raise SendFailed("not_understood", bytes_down=len(answer_body))
        try:
            answer = wire.decode_answer(answer_body)
        except wire.WireError:
            raise SendFailed("not_understood", bytes_down=len(answer_body)) from None
        if not {judged.seq for judged in answer.verdicts} <= {seq for seq, _ in batch.records}:
            raise SendFailed("not_understood", bytes_down=len(answer_body))
        return Received(answer, len(body), len(answer_body))

    def drop_connection(self) -> None:
        """After a request that was abandoned half-way: nobody may read the rest of its answer as the next one."""
        self._session.close()
        self._session = self._fresh_session()

    def close(self) -> None:
        self._session.close()

    def _exchange(self, body: bytes) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes]:
        try:
            with self._session.post(
                self._url, data=body, headers={wire.DIGEST_HEADER: wire.digest(body)}, timeout=self._timeout_s,
                allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                return response.status_code, response.headers, self._read(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self.drop_connection()
            raise SendFailed(_cause_of(error)) from None

    def _read(self, response: requests.Response) -> bytes:
        """The body, bounded in bytes and in time: a server that drips one byte a second must not hold the queue."""
        deadline = time.monotonic() + self._timeout_s
        body = bytearray()
        while piece := response.raw.read1(_READ_BYTES, decode_content=False):
            body += piece
            if len(body) > wire.BODY_LIMIT:
                raise SendFailed("not_understood", bytes_down=len(body))
            if time.monotonic() > deadline:
                raise SendFailed("timeout", bytes_down=len(body))
        return bytes(body)

    def _fresh_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # no proxy and no .netrc from the surroundings
        session.headers.clear()
        session.headers.update(
            {"Content-Type": wire.BATCH_TYPE, "Accept": wire.ANSWER_TYPE, "Accept-Encoding": "identity",
             "User-Agent": "market-kiosk"}
        )  # fmt: skip
        return session


def _not_agreed(status: int, headers: requests.structures.CaseInsensitiveDict[str], size: int) -> SendFailed:
    if status in (429, 503):
        return SendFailed("server_busy", retry_after_s=_retry_after_s(headers.get("Retry-After")), bytes_down=size)
    if status < 400 or status == 511:  # 511 is "network authentication required"; a redirect leads to a login page
        return SendFailed("captive_portal", bytes_down=size)
    if status == 413:
        return SendFailed("too_large", bytes_down=size)
    return SendFailed("server_error" if status >= 500 else "refused", bytes_down=size)


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


def _cause_of(error: BaseException) -> str:
    """Looks through the layers (requests, urllib3, socket) for the reason that a person can act on."""
    chain = _chain(error)
    if any(isinstance(e, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema) for e in chain):
        return "address"
    if any(isinstance(e, requests.exceptions.MissingSchema | urllib3.exceptions.LocationParseError) for e in chain):
        return "address"
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
