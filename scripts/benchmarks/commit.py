"""What keeping an enrolment costs beside the least that durability can cost: append to a file and fdatasync.

One round keeps one enrolment and appends as many bytes as SQLite writes for it (three pages of WAL), turn by turn in
the same folder, so that both meet the same disk at the same moment.

commit_p50_ms   the transaction that makes it durable: BEGIN IMMEDIATE to COMMIT, looked up, chained and inserted
keep_p50_ms     the whole call: with HPKE, signature and a cheap fingerprint (the shipped argon2id cost is chosen, not
                met: see `[store] fingerprint_memory_kib`)
"""

import os
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import settings
from kiosk.clock import SystemClock
from kiosk.domain.enrolment import Consent, Enrolment
from kiosk.domain.tariff import BASIC, Month
from kiosk.store import Store, sealing
from kiosk.store.enrolments import new_id
from kiosk.store.identity import Identity

WARM_UP, ROUNDS = 50, 1000
BLOCK = 3 * 4096


def measure(_arguments: list[str]) -> dict[str, float | int]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        return _measure(Path(folder))


def _measure(home: Path) -> dict[str, float | int]:
    config = settings.load(
        overrides={"store.fingerprint_memory_kib": 64, "store.fingerprint_passes": 1, "store.free_mb": 1}
    )
    clock = SystemClock()
    central = X25519PrivateKey.generate().public_key().public_bytes_raw()
    identity = Identity.fresh("BENCH-1", "http://127.0.0.1:1", central)
    raw = os.open(home / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    block = os.urandom(BLOCK)
    keeps: list[float] = []
    commits: list[float] = []
    appends: list[float] = []
    with Store.open(home, config.store, clock) as store:
        watch = _Transactions(store._engine)
        for number in range(1, WARM_UP + ROUNDS + 1):
            enrolment = _enrolment(number)
            began = time.perf_counter()
            store.enrolments.keep(enrolment, identity)
            keeps.append(time.perf_counter() - began)
            commits.append(watch.last_s)

            began = time.perf_counter()
            os.write(raw, block)
            os.fdatasync(raw)
            appends.append(time.perf_counter() - began)
    os.close(raw)
    commit, append, keep = (statistics.median(times[WARM_UP:]) * 1000 for times in (commits, appends, keeps))
    return {
        "commit_p50_ms": commit,
        "fdatasync_p50_ms": append,
        "ratio": commit / append,
        "keep_p50_ms": keep,
        "rounds": ROUNDS,
    }


class _Transactions:
    """Times from BEGIN to the end of COMMIT, less the sealing, which is work on the processor and not on the disk."""

    def __init__(self, engine: sa.Engine) -> None:
        self.last_s = 0.0
        self._began = 0.0
        self._sealing = 0.0
        sa.event.listen(engine, "begin", self._begin)
        commit = engine.dialect.do_commit
        seal = sealing.seal

        def timed_commit(connection: object) -> None:
            commit(connection)  # type: ignore[arg-type]
            self.last_s = time.perf_counter() - self._began - self._sealing

        def timed_seal(*arguments: object, **named: object) -> object:
            began = time.perf_counter()
            record = seal(*arguments, **named)  # type: ignore[arg-type]
            self._sealing = time.perf_counter() - began
            return record

        engine.dialect.do_commit = timed_commit  # type: ignore[method-assign]
        sealing.seal = timed_seal  # type: ignore[assignment]

    def _begin(self, _connection: sa.Connection) -> None:
        self._began = time.perf_counter()


def _enrolment(number: int) -> Enrolment:
    return Enrolment(
        id=new_id(),
        nik=f"33720157{number // 10000 + 1:02}75{number % 10000:04}",
        name="SITI SPESIMEN",
        birth_date=date(1975, 8, 17),
        sex="female",
        source="ktp",
        occupations=("kuliner",),
        sector="other",
        employer=False,
        married=False,
        income=1_000_000,
        programmes=BASIC,
        months=3,
        start=Month(2026, 11),
        total=33_600,
        base=1_000_000,
        market="Pasar Klewer",
        branch="Surakarta",
        language="id",
        consents=(Consent("registration", True, "2026-11", "id", 1),),
    )
