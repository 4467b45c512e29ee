"""Shared by all tests: shipped rules on a fixed day, a still clock, a throw-away home. All people are fictional."""

import logging
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import logs, settings, tables
from kiosk.clock import StillClock
from kiosk.domain.rules import Rules
from kiosk.settings import Settings
from kiosk.store.identity import Identity

sys.path.append(str(Path(__file__).parents[1] / "scripts"))
import postgres

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A program that was run inside a test sets up its own log; the next test does not have it."""
    loggers = [logging.getLogger(), logging.getLogger("kiosk")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    loggers[0].handlers[:] = [one for one in loggers[0].handlers if not isinstance(one.formatter, logs.JsonLines)]


@pytest.fixture(scope="session")
def rules() -> Rules:
    return tables.rules(TODAY)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def config() -> Settings:
    """The shipped settings with a cheap fingerprint: its memory cost is not what these tests are about."""
    return settings.load(overrides={"store.fingerprint_memory_kib": 64, "store.fingerprint_passes": 1})


@pytest.fixture
def central_key() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


@pytest.fixture
def identity(tmp_path: Path, central_key: X25519PrivateKey) -> Identity:
    made = Identity.fresh("UJI-1", "http://127.0.0.1:1", central_key.public_key().public_bytes_raw())
    made.save(tmp_path)
    return made


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A server of this run, started when the first test asks for it."""
    with postgres.server() as server:
        yield server
