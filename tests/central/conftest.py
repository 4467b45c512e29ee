"""A centre in memory of the test run, and a made-up kiosk that signs and chains as a real one does."""

import dataclasses
import io
import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import postgres
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import logs
from kiosk.clock import StillClock
from kiosk.domain.record import Record, genesis, key_id, seal_info
from sync.central import schema
from sync.central.database import Database
from sync.central.migrations import migrate
from sync.central.opening import SUITE
from sync.central.provisioning import add_kiosk, provision

CENTRAL_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))


class Kiosk:
    """`next()` makes the next record of its chain; `record(seq, previous)` any other."""

    def __init__(self, name: str, seed: int = 1) -> None:
        self.name = name
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public_key = self.key.public_key().public_bytes_raw()
        self.chain: list[Record] = []

    def next(self) -> Record:
        previous = self.chain[-1].hash() if self.chain else genesis(self.name, self.public_key)
        self.chain.append(self.record(len(self.chain) + 1, previous))
        return self.chain[-1]

    def many(self, number: int) -> list[Record]:
        return [self.next() for _ in range(number)]

    def record(self, seq: int, previous: bytes, id: uuid.UUID | None = None, enrolment: object = None) -> Record:
        plain = json.dumps(enrolment or {"v": 1, "nik": f"33729901018{seq % 100000:05d}"}).encode()
        public = CENTRAL_KEY.public_key()
        unsigned = Record(
            kiosk=self.name,
            seq=seq,
            id=id or uuid.uuid5(uuid.NAMESPACE_URL, f"{self.name}/{seq}"),
            captured_ms=1_795_312_800_000 + seq % 1000,
            boot_id=uuid.UUID(int=1),
            monotonic_ms=seq,
            central_key_id=key_id(public.public_bytes_raw()),
            previous=previous,
            sealed=SUITE.encrypt(plain, public, info=seal_info(self.name, seq)),
        )
        return self.sign(unsigned)

    def reseal(self, record: Record, enrolment: object, key: X25519PrivateKey) -> Record:
        """The same place in the chain, sealed to another centre's key."""
        public = key.public_key()
        sealed = SUITE.encrypt(json.dumps(enrolment).encode(), public, info=seal_info(self.name, record.seq))
        return self.sign(dataclasses.replace(record, sealed=sealed, central_key_id=key_id(public.public_bytes_raw())))

    def sign(self, record: Record) -> Record:
        return dataclasses.replace(record, signature=self.key.sign(record.signed_bytes()))


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def migrated(postgresql: postgres.Server) -> str:
    """The URL of one database for all tests: its partitions are many files, too many to make for each of them."""
    url = postgresql.create("tests")
    with closing(Database.open(Path(), url)) as database:
        migrate(database, StillClock())
    return url


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """SQLite; with `pytestmark = BOTH` a PostgreSQL database without rows, too."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    url = str(request.getfixturevalue("migrated"))
    with psycopg.connect(url.replace("postgresql+psycopg://centre", "postgresql://postgres")) as connection:
        for table in schema.metadata.tables:
            if table != "migration":
                connection.execute(f"DELETE FROM {table}")
    return url


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
    provision(database, add_kiosk(database, kiosk.name), kiosk.public_key, clock)
    return kiosk


@pytest.fixture
def central_key() -> X25519PrivateKey:
    return CENTRAL_KEY


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every line that this process logs meanwhile, as the programs write it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines("central"))
    root, ours = logging.getLogger(), logging.getLogger("kiosk")
    root.addHandler(handler)
    before = ours.level
    ours.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    ours.setLevel(before)
