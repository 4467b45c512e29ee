"""The client against servers that misbehave: a real socket, hand-written answers, one cause each."""

import dataclasses
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import settings
from kiosk.clock import StillClock
from kiosk.domain.record import Record
from kiosk.store.identity import Identity
from kiosk.words import load
from sync import wire
from sync.client import Client, SendFailed
from sync.token import Token
from sync.wire import Answer, Heartbeat, Judged, Request, Verdict

CENTRE = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
IDENTITY = Identity.fresh("pasar-contoh-1", "http://127.0.0.1:1", bytes(32), CENTRE.public_key().public_bytes_raw())
RECORDS = tuple(
    wire.carried(
        Record(
            "pasar-contoh-1", seq, uuid.UUID(int=seq), 5, uuid.UUID(int=1), 5, b"k" * 8, bytes(32), b"x", bytes(64)
        ).to_bytes()
    )
    for seq in (1, 2)
)
REQUEST = Request("pasar-contoh-1", Heartbeat(5, uuid.UUID(int=1), 5), RECORDS)
BOTH = (Judged(1, 1, Verdict.ACCEPTED), Judged(2, 2, Verdict.DUPLICATE))
SAID = Answer("pasar-contoh-1", 9, BOTH, wire.root_of(one.hash for one in RECORDS), 9)


def signed(**changes: object) -> bytes:
    return wire.sign_answer(dataclasses.replace(SAID, **changes), CENTRE)


GOOD = signed()


def reply(status: str = "200 OK", body: bytes = GOOD, **headers: str | None) -> bytes:
    lines = {"Content-Type": wire.ANSWER_TYPE, "Content-Length": str(len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Server:
    """Reads whole requests from each connection and says for each what it was told to say; then it hangs up."""

    def __init__(self, answers: list[bytes]) -> None:
        self.requests: list[bytes] = []
        self._answers = answers
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def _serve(self) -> None:
        for answer in self._answers:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):  # the client may hang up first
                self.requests.append(_request(connection))
                connection.sendall(answer)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)


def _request(connection: socket.socket) -> bytes:
    taken = b""
    while b"\r\n\r\n" not in taken:
        if not (piece := connection.recv(65536)) or not (taken + piece).startswith(b"POST"):
            return taken
        taken += piece
    head, _, body = taken.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def serve(*answers: bytes) -> Server:
        servers.append(Server(list(answers)))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


def client_of(url: str, timeout_s: float = 5) -> Client:
    limits = dataclasses.replace(settings.load().sync, timeout_s=timeout_s)
    return Client(dataclasses.replace(IDENTITY, central_url=url), limits, StillClock(), lambda: True)


def failure(url: str, timeout_s: float = 5) -> SendFailed:
    client = client_of(url, timeout_s)
    with pytest.raises(SendFailed) as caught:
        client.send(REQUEST)
    client.close()
    return caught.value


def test_the_agreed_answer_is_an_answer(serve):
    server = serve(reply())
    received = client_of(server.url).send(REQUEST)
    assert dataclasses.replace(received.answer, signature=b"") == SAID
    assert (received.bytes_up, received.bytes_down) == (len(wire.encode_request(REQUEST)), len(GOOD))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v2/sync HTTP/1.1")
    assert wire.decode_request(body) == REQUEST
    token = Token.from_header(head.partition(b"Authorization: ")[2].split(b"\r\n")[0].decode())
    assert (token.kiosk, token.is_of(body)) == ("pasar-contoh-1", True)
    assert token.is_signed_by(IDENTITY.public_key)
    assert len(head) < 340, "each header costs as much as half a record"


PORTAL = b"<html>Selamat datang di Wi-Fi pasar</html>"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (reply(body=PORTAL, Content_Type="text/html"), "captive_portal"),
        (reply(Content_Type="text/html"), "captive_portal"),
        (reply(Content_Type="application/cbor"), "captive_portal"),
        (reply(Content_Type=None), "captive_portal"),
        (reply("201 Created"), "captive_portal"),
        (reply("204 No Content", b""), "captive_portal"),
        (reply("302 Found", b"", Location="http://login.example/"), "captive_portal"),
        (reply("511 Network Authentication Required"), "captive_portal"),
        (reply(body=wire.sign_answer(SAID, IDENTITY.signing_key)), "not_understood"),
        (reply(body=signed(kiosk="pasar-contoh-2")), "not_understood"),
        (reply(body=signed(root=bytes(32))), "not_understood"),
        (reply(body=signed(verdicts=BOTH[:1])), "not_understood"),
        (reply(body=b""), "not_understood"),
        (reply(body=GOOD[:-1]), "not_understood"),
        (reply(body=signed(verdicts=(Judged(3, 3, Verdict.ACCEPTED),))), "not_understood"),
        (reply(Content_Length=str(len(GOOD) + 10)), "cut"),
        (reply()[:-5], "cut"),
        (reply()[:10], "cut"),
        (b"", "cut"),
        (b"nonsense\r\n\r\n", "cut"),
        (reply("400 Bad Request"), "refused"),
        (reply("400 Bad Request", b'{"cause":"not_understood"}'), "not_understood"),
        (reply("400 Bad Request", b'{"cause":"digest"}'), "cut"),
        (reply("403 Forbidden"), "refused"),
        (reply("403 Forbidden", b'{"cause":"kiosk_revoked"}'), "revoked"),
        (reply("403 Forbidden", b'{"cause":"kiosk_unknown"}'), "revoked"),
        (reply("403 Forbidden", b"[" * 9000), "refused"),
        (reply("404 Not Found"), "refused"),
        (reply("413 Content Too Large"), "too_large"),
        (reply("429 Too Many Requests"), "server_busy"),
        (reply("500 Internal Server Error"), "server_error"),
        (reply("502 Bad Gateway", PORTAL, Content_Type="text/html"), "server_error"),
        (reply("503 Service Unavailable"), "server_busy"),
    ],
)
def test_anything_else_is_no_acknowledgement(serve, answer, cause):
    assert failure(serve(answer).url).cause == cause


def test_an_endless_answer_is_given_up(serve):
    body = b"x" * (wire.BODY_LIMIT + 100_000)
    assert failure(serve(reply(body=body)).url).cause in ("not_understood", "cut")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read(serve, value, seconds):
    assert failure(serve(reply("503 Service Unavailable", Retry_After=value)).url).retry_after_s == seconds


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}").cause == "refused_connection"


def test_nobody_answers():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert failure(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2).cause == "timeout"


def test_a_name_that_nobody_knows():
    assert failure("https://centre.invalid").cause == "offline"


def test_nobody_but_this_machine_is_spoken_to_in_the_clear():
    assert failure("http://192.0.2.1").cause == "insecure"


@pytest.mark.parametrize("url", ["", "centre", "ftp://centre", "https://", "https://[::1", "https://a:99999"])
def test_an_address_that_is_none(url):
    assert failure(url).cause == "address"


def test_a_server_without_tls_behind_https(serve):
    assert failure(serve(b"HTTP/1.1 400 Bad Request\r\n\r\n").url.replace("http:", "https:")).cause in (
        "certificate",
        "cut",
    )


def test_after_a_cut_the_next_request_is_a_fresh_one(serve):
    server = serve(reply()[:-5], reply())
    client = client_of(server.url)
    with pytest.raises(SendFailed):
        client.send(REQUEST)
    assert client.send(REQUEST).answer.spread_s == 9


CAUSES = [
    "offline", "refused_connection", "timeout", "cut", "certificate", "captive_portal", "server_busy", "server_error",
    "too_large", "refused", "revoked", "not_understood", "address",
    "clock", "insecure",
]  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_a_sentence_and_a_cure(language, cause):
    words = load(language)
    assert f"title.sync.{cause}" in words
    assert SendFailed(cause).message in words
    assert SendFailed(cause).cure in words
