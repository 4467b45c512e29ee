"""A centre in memory of the test run, and a made-up kiosk that signs and chains as a real one does."""

import asyncio
import dataclasses
import http.server
import io
import json
import logging
import socketserver
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import postgres
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from fastapi import FastAPI

from kiosk import act_form, form, logs
from kiosk.clock import StillClock
from kiosk.domain.act import Act, Kind
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.record import Record, genesis, key_id, seal_info
from kiosk.domain.tariff import BASIC, Month
from sync import wire
from sync.central import schema
from sync.central.app import create_app
from sync.central.database import Database
from sync.central.exchange import Exchange
from sync.central.migrations import migrate
from sync.central.opening import SUITE
from sync.central.provisioning import add_kiosk, provision
from sync.central.worker import Worker
from sync.token import Token

CENTRAL_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
ANSWER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
KIOSK_NUMBER_KEY = X25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
NUMBER_KEY = KIOSK_NUMBER_KEY.public_key().public_bytes_raw()
PEOPLE_KEY = bytes(range(96, 128))


def person(serial: int, id: uuid.UUID, **changes: object) -> Enrolment:
    """Made up: no district has the number 99."""
    made = Enrolment(
        id=id, nik=f"33729901018{serial:05d}", name="SITI CONTOH", birth_date=date(1980, 1, 1), sex="male",
        source="typed", occupations=("kuliner",), sector="other", employer=False, married=True, income=1_000_000,
        programmes=BASIC, months=3, start=Month(2026, 11), total=33_600, base=1_000_000, market="Pasar Contoh",
        branch="Contoh", language="id", consents=(),
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


class Kiosk:
    """`next()` makes the next record of its chain; `record(seq, previous)` any other."""

    def __init__(self, name: str, seed: int = 1) -> None:
        self.name = name
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public_key = self.key.public_key().public_bytes_raw()
        self.chain: list[Record] = []
        self.mono_ms = 0

    def next(self, **changes: object) -> Record:
        """`changes` to the person who enrols."""
        seq, id = self._place()
        return self._append(form.pack(person(seq, id, **changes)))

    def act(self, kind: Kind, officer: str = "0417", *, captured_ms: int | None = None, **facts: int | str) -> Record:
        """The next record, of what an officer did."""
        return self._append(act_form.pack(Act(kind, officer, facts)), captured_ms)

    def _place(self) -> tuple[int, uuid.UUID]:
        seq = len(self.chain) + 1
        return seq, uuid.uuid5(uuid.NAMESPACE_URL, f"{self.name}/{seq}")

    def _append(self, plain: bytes, captured_ms: int | None = None) -> Record:
        previous = self.chain[-1].hash() if self.chain else genesis(self.name, self.public_key)
        seq, id = self._place()
        made = self.record(seq, previous, id, plain)
        if captured_ms is not None:
            made = self.sign(dataclasses.replace(made, captured_ms=captured_ms))
        self.chain.append(made)
        return made

    def request(self, *records: Record, beat: dict[str, object] | None = None, **more: object) -> wire.Request:
        """Each with a heartbeat that is newer than the one before."""
        self.mono_ms += 1000
        usual = {"now_ms": 1_795_312_800_000, "boot": uuid.UUID(int=1), "mono_ms": self.mono_ms}
        told = wire.Heartbeat(**usual | {"last_seq": len(self.chain)} | (beat or {}))
        return wire.Request(self.name, told, tuple(wire.carried(record.to_bytes()) for record in records), **more)

    def sent(self, request: wire.Request) -> tuple[Token, bytes]:
        body = wire.encode_request(request)
        return Token.made(self.name, 1, body, self.key), body

    def many(self, number: int) -> list[Record]:
        return [self.next() for _ in range(number)]

    def record(self, seq: int, previous: bytes, id: uuid.UUID | None = None, plain: bytes = b"") -> Record:
        id = id or uuid.uuid5(uuid.NAMESPACE_URL, f"{self.name}/{seq}")
        plain = plain or form.pack(person(seq % 100_000, id))
        public = CENTRAL_KEY.public_key()
        unsigned = Record(
            kiosk=self.name,
            seq=seq,
            id=id,
            captured_ms=1_795_312_800_000 + seq % 1000,
            boot_id=uuid.UUID(int=1),
            monotonic_ms=seq % 10**9,
            central_key_id=key_id(public.public_bytes_raw()),
            previous=previous,
            sealed=SUITE.encrypt(plain, public, info=seal_info(self.name, seq)),
        )
        return self.sign(unsigned)

    def reseal(self, record: Record, plain: bytes, key: X25519PrivateKey) -> Record:
        """The same place in the chain, sealed to another centre's key."""
        public = key.public_key()
        sealed = SUITE.encrypt(plain, public, info=seal_info(self.name, record.seq))
        return self.sign(dataclasses.replace(record, sealed=sealed, central_key_id=key_id(public.public_bytes_raw())))

    def sign(self, record: Record) -> Record:
        return dataclasses.replace(record, signature=self.key.sign(record.signed_bytes()))


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


class Post(socketserver.StreamRequestHandler):
    """As much of a mail server as a client asks for (RFC 5321)."""

    def handle(self) -> None:
        self.wfile.write(b"220 post\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b""
                while (more := self.rfile.readline()) != b".\r\n":
                    letter += more
                self.server.letters.append(letter.decode())  # type: ignore[attr-defined]
            if word == b"RCPT" and b"refused@" in line:
                self.wfile.write(b"550 nobody here\r\n")
                continue
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
            if word == b"QUIT":
                return


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.letters.append(told)
        self.server.heads.append(dict(self.headers))  # type: ignore[attr-defined]  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


def serving(server: socketserver.TCPServer) -> Iterator[socketserver.TCPServer]:
    server.letters, server.heads, server.status = [], [], 200  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


class Http:
    """Requests to an app in this process, one after the other."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://centre") as client:
                return await client.request(method, path, **more)

        return asyncio.run(once())

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)


BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def migrated(postgresql: postgres.Server) -> str:
    """The URL of one database for all tests: its partitions are many files, too many to make for each of them."""
    url = postgresql.create("tests")
    with closing(Database.open(Path(), url)) as database:
        migrate(database, StillClock())
    return url


@pytest.fixture
def emptied(migrated: str) -> str:
    """The URL of a PostgreSQL database without rows."""
    with psycopg.connect(migrated.replace("postgresql+psycopg://centre", "postgresql://postgres")) as connection:
        for table in schema.metadata.tables:
            if table != "migration":
                connection.execute(f"DELETE FROM {table}")
    return migrated


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """SQLite; with `pytestmark = BOTH` PostgreSQL, too."""
    return "" if getattr(request, "param", "sqlite") == "sqlite" else str(request.getfixturevalue("emptied"))


@pytest.fixture
def database(tmp_path: Path, clock: StillClock, url: str) -> Iterator[Database]:
    database = Database.open(tmp_path, url)
    migrate(database, clock)
    yield database
    database.close()


@pytest.fixture
def kiosk(database: Database, clock: StillClock) -> Kiosk:
    """Provisioned at the centre."""
    kiosk = Kiosk("pasar-contoh-1")
    provision(database, add_kiosk(database, kiosk.name), kiosk.public_key, NUMBER_KEY, clock)
    return kiosk


@pytest.fixture
def exchange(database: Database, clock: StillClock) -> Exchange:
    return Exchange(database, ANSWER_KEY, clock, spread_s=7)


@pytest.fixture
def http(database: Database, clock: StillClock) -> Http:
    central_key = CENTRAL_KEY.public_key().public_bytes_raw()
    return Http(create_app(database, central_key, ANSWER_KEY, clock, spread_s=7))


@pytest.fixture
def send(exchange: Exchange, kiosk: Kiosk) -> Callable[..., wire.Answer]:
    """What the centre answers to a request of the kiosk with these records, or with whatever else."""

    def send(*records: Record, sender: Kiosk = kiosk, **more: object) -> wire.Answer:
        done = exchange.answer(*sender.sent(sender.request(*records, **more)))
        return wire.open_answer(done.body, ANSWER_KEY.public_key().public_bytes_raw())

    return send


@pytest.fixture
def other(kiosk: Kiosk, database: Database, clock: StillClock) -> Kiosk:
    """A second kiosk."""
    other = Kiosk("pasar-contoh-2", seed=2)
    provision(database, add_kiosk(database, other.name), other.public_key, NUMBER_KEY, clock)
    return other


@pytest.fixture
def worker(database: Database, clock: StillClock) -> Worker:
    return Worker(database, CENTRAL_KEY, PEOPLE_KEY, clock, ZoneInfo("Asia/Jakarta"))


@pytest.fixture
def central_key() -> X25519PrivateKey:
    return CENTRAL_KEY


@pytest.fixture
def answer_key() -> Ed25519PrivateKey:
    return ANSWER_KEY


@pytest.fixture
def number_key() -> bytes:
    return NUMBER_KEY


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every line that this process logs meanwhile, as the programs write it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines("central"))
    root, ours = logging.getLogger(), logging.getLogger("kiosk")
    before = (root.handlers[:], root.level, ours.level)
    root.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    yield written
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])
