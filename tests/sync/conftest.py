"""A kiosk with real enrolments in its outbox, a real centre as a process, and a wait with a deadline."""

import dataclasses
import datetime
import ipaddress
import os
import random
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk import settings
from kiosk.clock import StillClock
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.tariff import Month, Programme
from kiosk.provision import provision
from kiosk.store import Store
from kiosk.store.enrolments import new_id
from kiosk.store.identity import Identity
from kiosk.store.outbox import Leased
from sync import wire
from sync.central import schema
from sync.central.database import Database
from sync.central.provisioning import add_kiosk
from sync.client import Client
from sync.round import Carrier

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)

SITE = """
[store]
fingerprint_memory_kib = 64
fingerprint_passes = 1
[sync]
batch_records = 5
poll_s = 0.05
interval_s = 1
reconcile_h = 24
timeout_s = 5
lease_s = 60
backoff_base_s = 0.05
backoff_cap_s = 0.5
"""


class Kiosk:
    """A home with an identity and a store. `keep(n)` puts n made-up people in the outbox."""

    def __init__(self, home: Path, identity: Identity, clock: StillClock) -> None:
        self.home = home
        self.site = home / "site.toml"
        self.site.write_text(SITE, encoding="utf-8")
        self.settings = settings.load(self.site)
        self.identity = identity
        self.clock = clock
        self.store = Store.open(home, self.settings.store, clock)
        self._people = 0

    def keep(self, number: int) -> None:
        for _ in range(number):
            self._people += 1
            self.store.enrolments.keep(person(self._people), self.identity)

    def request(self, leased: list[Leased]) -> wire.Request:
        beat = wire.Heartbeat(self.clock.wall_ms(), self.clock.boot_id, self.clock.monotonic_ms())
        return wire.Request(self.identity.kiosk, beat, tuple(wire.carried(record.raw) for record in leased))

    def client(self, timeout_s: float = 5) -> Client:
        limits = dataclasses.replace(self.settings.sync, timeout_s=timeout_s)
        return Client(self.identity, limits, self.clock, lambda: self.store.clock_believed)

    def carrier(self, client: object, **limits: object) -> Carrier:
        chosen = dataclasses.replace(self.settings.sync, **limits)
        return Carrier(self.store, client, self.identity, chosen, self.clock, random.Random(1))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=os.environ | dict(environment or {}),
        )  # fmt: skip

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "sync", "--home", str(self.home), "--site", str(self.site), *arguments]


class Centre:
    """`kiosk-central serve` as a process."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._kiosks = 0
        command = [sys.executable, "-m", "sync.central", "serve", "--port", "0", "--home", str(home)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("ready ").strip()

    def code(self) -> str:
        self._kiosks += 1
        with closing(Database.open(self.home)) as database:
            return add_kiosk(database, f"kiosk-{self._kiosks}")

    def arrived(self) -> list[int]:
        with closing(Database.open(self.home)) as database, database.read() as connection:
            return list(connection.scalars(sa.select(schema.enrolment.c.seq)))

    def forget(self, *seqs: int) -> None:
        """As if it had been set back to an older copy of its database."""
        with closing(Database.open(self.home)) as database, database.write() as connection:
            for trigger in connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
            connection.execute(sa.delete(schema.enrolment).where(schema.enrolment.c.seq.in_(seqs)))

    def stop(self) -> str:
        """What it logged."""
        self.process.terminate()
        return self.process.communicate(timeout=30)[1]


class Authority:
    """Signs certificates for 127.0.0.1."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._certificate(self._name, self._key, (NOW - 900 * DAY, NOW + 900 * DAY), ca=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(own.public_bytes(Encoding.PEM))

    def server(self, first: datetime.datetime, last: datetime.datetime, address: str = "127.0.0.1") -> ssl.SSLContext:
        key = generate_private_key(SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "centre")])
        pem = self._certificate(name, key, (first, last), ca=False, address=address).public_bytes(Encoding.PEM)
        pem += key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = self.folder / f"server-{key.public_key().public_numbers().x % 10**9}.pem"
        file.write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _certificate(
        self, subject: x509.Name, key: EllipticCurvePrivateKey, dates: tuple[datetime.datetime, datetime.datetime],
        *, ca: bool, address: str = "127.0.0.1",
    ) -> x509.Certificate:  # fmt: skip
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
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


def person(number: int) -> Enrolment:
    """Made up: no district has the number 99."""
    return Enrolment(
        id=new_id(), nik=f"33729901018{number:05d}", name=f"Orang Contoh {number}", birth_date=date(1980, 1, 1),
        sex="male", source="typed", occupations=("trader",), sector="bpu", employer=False, married=True,
        income=1_000_000, programmes=(Programme.JKK, Programme.JKM), months=3, start=Month(2026, 11), total=33_600,
        base=1_000_000, market="Pasar Contoh", branch="Contoh", language="id", consents=(),
    )  # fmt: skip


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    centre = Centre(tmp_path_factory.mktemp("centre"))
    yield centre
    centre.stop()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def kiosk(centre: Centre, tmp_path: Path, clock: StillClock) -> Iterator[Kiosk]:
    """Provisioned at the centre."""
    kiosk = Kiosk(tmp_path, provision(tmp_path, centre.url, centre.code()), clock)
    yield kiosk
    kiosk.store.close()


@pytest.fixture
def kiosk_of_its_own(tmp_path: Path, clock: StillClock) -> Iterator[tuple[Kiosk, Centre]]:
    """A kiosk and a centre that the test may break."""
    centre = Centre(tmp_path / "centre")
    (tmp_path / "kiosk").mkdir()
    kiosk = Kiosk(tmp_path / "kiosk", provision(tmp_path / "kiosk", centre.url, centre.code()), clock)
    yield kiosk, centre
    kiosk.store.close()
    centre.stop()


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Waits for another process, at most 30 s."""

    def eventually(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, "it never happened"
            time.sleep(0.01)

    return eventually


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "own")


@pytest.fixture
def ends(centre) -> Iterator[object]:
    opened: list[TlsEnd] = []

    def end(context: ssl.SSLContext, behind: str = centre.url) -> str:
        opened.append(TlsEnd(context, int(behind.rpartition(":")[2])))
        return opened[-1].url

    yield end
    for one in opened:
        one.close()
