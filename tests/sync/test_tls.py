"""Real TLS with an own authority: a stranger is refused whatever the clock, dates only while the clock can be right."""

import dataclasses
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk.clock import EARLIEST_MS, SystemClock
from kiosk.domain.errors import CarriageError
from kiosk.provision import provision
from sync.client import Client, SendFailed

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates for 127.0.0.1."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._certificate(self._name, self._key, (NOW - 900 * DAY, NOW + 900 * DAY), ca=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(own.public_bytes(Encoding.PEM))

    def server(self, first: datetime.datetime, last: datetime.datetime) -> ssl.SSLContext:
        key = generate_private_key(SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "centre")])
        pem = self._certificate(name, key, (first, last), ca=False).public_bytes(Encoding.PEM)
        pem += key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = self.folder / f"server-{key.public_key().public_numbers().x % 10**9}.pem"
        file.write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _certificate(
        self, subject: x509.Name, key: EllipticCurvePrivateKey, dates: tuple[datetime.datetime, datetime.datetime],
        *, ca: bool,
    ) -> x509.Certificate:  # fmt: skip
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        usage = x509.KeyUsage(True, False, False, False, False, ca, ca, False, False)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = (
            builder.serial_number(x509.random_serial_number()).not_valid_before(dates[0]).not_valid_after(dates[1])
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        builder = builder.add_extension(usage, critical=True).add_extension(names, critical=False)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        if ca:
            builder = builder.add_extension(identifier, critical=False)
        else:
            above = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
            builder = builder.add_extension(above, critical=False)
        return builder.sign(self._key, hashes.SHA256())


class TlsEnd:
    """Ends TLS and passes the bytes on to the centre, as nginx does."""

    def __init__(self, context: ssl.SSLContext, port: int) -> None:
        self._context, self._port = context, port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        there = ("127.0.0.1", self._port)
        with (
            suppress(OSError),
            self._context.wrap_socket(raw, server_side=True) as near,
            socket.create_connection(there) as far,
        ):
            threading.Thread(target=_pass_on, args=(far, near), daemon=True).start()
            _pass_on(near, far)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, ValueError):
        while piece := source.recv(65_536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "own")


@pytest.fixture
def ends(centre) -> Iterator[object]:
    opened: list[TlsEnd] = []

    def end(context: ssl.SSLContext) -> str:
        opened.append(TlsEnd(context, int(centre.url.rpartition(":")[2])))
        return opened[-1].url

    yield end
    for one in opened:
        one.close()


def send(kiosk, url: str, ca_file: str, *, believed: bool = True) -> int:
    identity = dataclasses.replace(kiosk.identity, central_url=url)
    limits = dataclasses.replace(kiosk.settings.sync, ca_file=ca_file)
    client = Client(identity, limits, SystemClock(), lambda: believed)
    try:
        return client.send(kiosk.request([])).answer.at_ms
    finally:
        client.close()


def test_an_own_authority_is_enough_and_without_it_nobody_is_believed(kiosk, authority, ends):
    url = ends(authority.server(NOW - DAY, NOW + DAY))
    assert send(kiosk, url, str(authority.file)) > EARLIEST_MS
    with pytest.raises(SendFailed) as caught:
        send(kiosk, url, "")
    assert caught.value.cause == "certificate"


@pytest.mark.parametrize("believed", [True, False])
def test_a_stranger_is_refused_whatever_the_clock(kiosk, authority, ends, tmp_path, believed):
    stranger = Authority(tmp_path, "stranger")
    with pytest.raises(SendFailed) as caught:
        send(kiosk, ends(stranger.server(NOW - DAY, NOW + DAY)), str(authority.file), believed=believed)
    assert caught.value.cause == "certificate"


def test_a_dead_clock_connects_and_is_told_the_time(kiosk, authority, ends):
    """Two certificates that this clock does not believe; with a clock that cannot be right nobody asks for its word."""
    for dates in ((NOW + 3 * DAY, NOW + 9 * DAY), (NOW - 9 * DAY, NOW - 3 * DAY)):
        url = ends(authority.server(*dates))
        assert send(kiosk, url, str(authority.file), believed=False) > EARLIEST_MS


@pytest.mark.parametrize("days", [(3, 9), (-9, -3)])
def test_with_a_right_clock_it_is_the_certificate_that_is_wrong(kiosk, authority, ends, days):
    url = ends(authority.server(NOW + days[0] * DAY, NOW + days[1] * DAY))
    with pytest.raises(SendFailed) as caught:
        send(kiosk, url, str(authority.file))
    assert caught.value.cause == "certificate"


def test_a_file_that_holds_no_certificate_is_named(kiosk, tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    for file in ("ca.pem", "none.pem"):
        with pytest.raises(CarriageError, match=r"sync\.ca_file"):
            send(kiosk, "https://127.0.0.1:9", str(tmp_path / file))


def test_a_kiosk_is_made_over_tls(centre, authority, ends, tmp_path):
    url = ends(authority.server(NOW - DAY, NOW + DAY))
    assert provision(tmp_path, url, centre.code(), str(authority.file)).central_url == url
    with pytest.raises(CarriageError, match=r"central\.certificate"):
        provision(tmp_path / "other", url, "AAAA-AAAA-AAAA")
