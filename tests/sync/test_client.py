"""The client against servers that misbehave: a real socket, hand-written answers, one cause each."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from kiosk.words import load
from sync import wire
from sync.client import Client, SendFailed
from sync.wire import Answer, Batch, Judged, Verdict

BATCH = Batch("pasar-contoh-1", ((1, b"one"), (2, b"two")))
GOOD = wire.encode_answer(Answer((Judged(1, Verdict.ACCEPTED), Judged(2, Verdict.DUPLICATE)), 9))


def reply(status: str = "200 OK", body: bytes = GOOD, **headers: str | None) -> bytes:
    lines = {"Content-Type": wire.ANSWER_TYPE, "Content-Digest": wire.digest(body), "Content-Length": str(len(body))}
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


def failure(url: str, timeout_s: float = 5) -> SendFailed:
    client = Client(url, timeout_s)
    with pytest.raises(SendFailed) as caught:
        client.send(BATCH)
    client.close()
    return caught.value


def test_the_agreed_answer_is_an_answer(serve):
    server = serve(reply())
    received = Client(server.url, 5).send(BATCH)
    assert received.answer == wire.decode_answer(GOOD)
    assert (received.bytes_up, received.bytes_down) == (len(wire.encode_batch(BATCH)), len(GOOD))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/batch HTTP/1.1")
    assert wire.decode_batch(body) == BATCH
    assert wire.digest(body).encode() in head


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
        (reply(Content_Digest=None), "not_understood"),
        (reply(Content_Digest=wire.digest(b"another")), "not_understood"),
        (reply(body=b""), "not_understood"),
        (reply(body=GOOD[:-1]), "not_understood"),
        (reply(body=wire.encode_answer(Answer((Judged(3, Verdict.ACCEPTED),)))), "not_understood"),
        (reply(Content_Length=str(len(GOOD) + 10)), "cut"),
        (reply()[:-5], "cut"),
        (reply()[:10], "cut"),
        (b"", "cut"),
        (b"nonsense\r\n\r\n", "cut"),
        (reply("400 Bad Request"), "refused"),
        (reply("403 Forbidden"), "refused"),
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
    assert failure("http://centre.invalid").cause == "offline"


@pytest.mark.parametrize("url", ["", "centre", "ftp://centre", "http://", "http://[::1", "http://a:99999"])
def test_an_address_that_is_none(url):
    assert failure(url).cause == "address"


def test_a_server_without_tls_behind_https(serve):
    assert failure(serve(b"HTTP/1.1 400 Bad Request\r\n\r\n").url.replace("http:", "https:")).cause in (
        "certificate",
        "cut",
    )


def test_after_a_cut_the_next_request_is_a_fresh_one(serve):
    server = serve(reply()[:-5], reply())
    client = Client(server.url, 5)
    with pytest.raises(SendFailed):
        client.send(BATCH)
    assert client.send(BATCH).answer.spread_s == 9


CAUSES = [
    "offline", "refused_connection", "timeout", "cut", "certificate", "captive_portal", "server_busy", "server_error",
    "too_large", "refused", "not_understood", "address",
]  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_a_sentence_and_a_cure(language, cause):
    words = load(language)
    assert SendFailed(cause).message in words
    assert SendFailed(cause).cure in words
