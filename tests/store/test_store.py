"""The database: sealed, signed, chained, durable settings asserted, duplicates found, versions minded."""

import dataclasses
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import form
from kiosk.clock import StillClock
from kiosk.domain.enrolment import Consent, Enrolment
from kiosk.domain.errors import IdentityError, StoreError, StoreFull
from kiosk.domain.record import Record, genesis, seal_info
from kiosk.domain.tariff import BASIC, Month
from kiosk.settings import Settings
from kiosk.store import FILE, Store
from kiosk.store.enrolments import new_id
from kiosk.store.identity import Identity
from kiosk.store.journal import Round, Schedule
from kiosk.store.outbox import Settled, Word
from kiosk.store.sealing import SUITE

CANARY_NIK, CANARY_NAME, CANARY_PHONE = "3372015708759001", "SITI KENARI SPESIMEN", "+6281298765432"
Make = Callable[..., Enrolment]


@pytest.fixture
def store(tmp_path: Path, config: Settings, clock: StillClock) -> Iterator[Store]:
    with Store.open(tmp_path, config.store, clock) as opened:
        yield opened


@pytest.fixture
def make() -> Make:
    def enrolment(serial: int = 9001, **changes: object) -> Enrolment:
        made = Enrolment(
            id=new_id(),
            nik=f"337201570875{serial}",
            name=CANARY_NAME,
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
            market="Pasar Uji",
            branch="Surakarta",
            language="id",
            consents=(Consent("registration", True, "2026-11", "id", 1),),
            phone=CANARY_PHONE,
        )
        return dataclasses.replace(made, **changes)  # type: ignore[arg-type]

    return enrolment


def settle(store: Store, identity: Identity, *settled: Settled) -> None:
    store.outbox.settle(Word(settled, b"receipt"), identity, Round(0, "done"), Schedule(last_success_ms=1))


def test_durable_settings_are_asserted(store: Store, tmp_path: Path) -> None:
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_where_wal_is_not_to_be_had_the_store_does_not_open(
    tmp_path: Path, config: Settings, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("kiosk.store.engine", fromlist=["_PRAGMAS"])._PRAGMAS, "synchronous", 9)
    with pytest.raises(StoreError, match=r"store\.unsafe"):
        Store.open(tmp_path, config.store, clock)


def test_a_kept_enrolment_opens_only_with_the_central_key(
    store: Store, make: Make, identity: Identity, central_key: X25519PrivateKey
) -> None:
    enrolment = make()
    kept = store.enrolments.keep(enrolment, identity)
    (leased,) = store.outbox.lease(10, 1 << 20, 60)
    record = Record.from_bytes(leased.raw)
    assert (kept.seq, record.seq, record.id, kept.state) == (1, 1, enrolment.id, "waiting")
    Ed25519PublicKey.from_public_bytes(identity.public_key).verify(record.signature, record.signed_bytes())
    packed = SUITE.decrypt(record.sealed, central_key, info=seal_info("UJI-1", 1))
    assert form.unpack(packed, record.id) == enrolment
    for key, info in ((X25519PrivateKey.generate(), seal_info("UJI-1", 1)), (central_key, seal_info("UJI-1", 2))):
        with pytest.raises(InvalidTag):
            SUITE.decrypt(record.sealed, key, info=info)


def test_the_chain_has_no_gap(store: Store, make: Make, identity: Identity) -> None:
    for serial in range(9001, 9021):
        store.enrolments.keep(make(serial), identity)
    previous = genesis(identity.kiosk, identity.public_key)
    for seq, leased in enumerate(store.outbox.lease(100, 1 << 20, 60), start=1):
        record = Record.from_bytes(leased.raw)
        assert (record.seq, record.previous) == (seq, previous)
        previous = record.hash()
    assert seq == 20


def test_the_same_nik_and_the_same_id_are_found(store: Store, make: Make, identity: Identity) -> None:
    first = make()
    kept = store.enrolments.keep(first, identity)
    assert store.enrolments.keep(first, identity) == kept  # saved again after a crash between commit and answer
    again = store.enrolments.keep(make(), identity)  # the same person comes back
    assert (again.id, again.code) == (kept.id, kept.code)
    assert store.enrolments.known(CANARY_NIK, identity) == kept
    assert store.enrolments.known("3372015708759002", identity) is None
    assert store.outbox.counts().waiting == 1


def test_a_refused_enrolment_can_be_made_anew(store: Store, make: Make, identity: Identity) -> None:
    first = store.enrolments.keep(make(), identity)
    store.outbox.lease(10, 1 << 20, 60)
    settle(store, identity, Settled(1, 1, "refused", "name"))
    refused = store.enrolments.known(CANARY_NIK, identity)
    assert refused is not None
    assert (refused.code, refused.state, refused.cause) == (first.code, "refused", "name")
    again = make()
    second = store.enrolments.keep(again, identity)
    assert second.seq == 2
    assert second.id != first.id
    assert store.enrolments.known(CANARY_NIK, identity) == second
    assert store.enrolments.keep(make(), identity) == second  # a refusal is replaced once
    assert store.outbox.by_cause("refused") == {"name": 1}


def test_leases(store: Store, make: Make, identity: Identity, clock: StillClock) -> None:
    for serial in range(9001, 9006):
        store.enrolments.keep(make(serial), identity)
    assert [r.seq for r in store.outbox.lease(2, 1 << 20, 60)] == [1, 2]
    assert [r.seq for r in store.outbox.lease(9, 1, 60)] == [3]  # one at least, however small the size
    clock.advance(61)
    assert [r.seq for r in store.outbox.lease(9, 1 << 20, 60)] == [1, 2, 3, 4, 5]
    clock.advance(-(10**6))  # the clock is set back: a lease from the future does not hold the queue
    assert len(store.outbox.lease(9, 1 << 20, 60)) == 5
    settle(store, identity, Settled(1, 1, "accepted"), Settled(2, 2, "duplicate"))
    counts = store.outbox.counts()
    assert (counts.waiting, counts.accepted, counts.duplicate, counts.refused) == (3, 1, 1, 0)
    assert [r.seq for r in store.outbox.lease(9, 1 << 20, 60)] == [3, 4, 5]  # no verdict: they wait again
    assert store.journal.schedule() == Schedule(last_success_ms=1)
    assert [r.outcome for r in store.journal.rounds()] == ["done"]


def test_a_settled_record_stays_settled(store: Store, make: Make, identity: Identity) -> None:
    store.enrolments.keep(make(), identity)
    settle(store, identity, Settled(1, 1, "accepted"))
    settle(store, identity, Settled(1, 1, "refused", "late"))  # an answer that comes late
    assert store.outbox.counts().accepted == 1


def test_nothing_is_kept_on_a_full_disk(
    tmp_path: Path, config: Settings, clock: StillClock, make: Make, identity: Identity
) -> None:
    with Store.open(tmp_path, dataclasses.replace(config.store, free_mb=1_000_000_000), clock) as store:
        with pytest.raises(StoreFull):
            store.enrolments.keep(make(), identity)
        assert store.outbox.counts().waiting == 0


def test_sqlite_out_of_space_is_one_clear_error(store: Store, make: Make, identity: Identity) -> None:
    with store._engine.connect() as connection:  # a database that may not grow: SQLite's own SQLITE_FULL
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    kept = 0
    with pytest.raises(StoreFull) as full:
        for serial in range(9001, 9100):
            store.enrolments.keep(make(serial), identity)
            kept += 1
    assert CANARY_NAME not in repr(full.value)
    assert store.outbox.counts().waiting == kept


def test_a_newer_database_is_left_alone(tmp_path: Path, config: Settings, clock: StillClock) -> None:
    Store.open(tmp_path, config.store, clock).close()
    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.execute("INSERT INTO migration VALUES (99, 0)")
    raw.close()
    with pytest.raises(StoreError, match=r"store\.newer"):
        Store.open(tmp_path, config.store, clock)


def test_identity_survives_and_says_what_is_wrong(tmp_path: Path, identity: Identity) -> None:
    again = Identity.load(tmp_path)
    assert again.public_key == identity.public_key
    assert (tmp_path / "identity.json").stat().st_mode & 0o077 == 0
    (tmp_path / "identity.json").write_text("{")
    with pytest.raises(IdentityError, match=r"identity\.damaged"):
        Identity.load(tmp_path)
    with pytest.raises(IdentityError, match=r"identity\.missing"):
        Identity.load(tmp_path / "elsewhere")


def test_no_canary_in_any_file(store: Store, make: Make, identity: Identity, tmp_path: Path) -> None:
    """After "saved" no byte of the database or its WAL holds the NIK, the name or the phone in clear."""
    for serial in range(9001, 9031):
        store.enrolments.keep(make(serial), identity)
    store.outbox.lease(10, 1 << 20, 60)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {FILE, f"{FILE}-wal"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for canary in (CANARY_NIK[:12], CANARY_NAME, "KENARI", CANARY_PHONE[3:]):
            for coded in (canary.encode(), canary.encode("utf-16-le"), canary.lower().encode()):
                assert coded not in content, path.name


def test_ids_sort_by_time_and_never_repeat() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(isinstance(id, uuid.UUID) and id.version == 7 for id in ids)
    assert sorted(ids) == ids
