"""What is purged, when, and that nothing of it is left; receipts, days, the ballast and the room that is left."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kiosk.clock import Contact, CorrectedClock, StillClock
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.errors import StoreFull
from kiosk.domain.tariff import BASIC, Month
from kiosk.settings import Settings
from kiosk.store import FILE, Store, enrolments
from kiosk.store.ballast import Ballast
from kiosk.store.enrolments import new_id
from kiosk.store.identity import Identity
from kiosk.store.journal import Round, Schedule
from kiosk.store.outbox import Settled, Word


@pytest.fixture
def store(tmp_path: Path, config: Settings, clock: StillClock) -> Iterator[Store]:
    with Store.open(tmp_path, config.store, clock) as opened:
        yield opened


def keep(store: Store, identity: Identity, *numbers: int) -> None:
    for number in numbers:
        made = Enrolment(
            id=new_id(), nik=f"33729901018{number:05d}", name=f"ORANG CONTOH {number}", birth_date=date(1980, 1, 1),
            sex="male", source="typed", occupations=("kuliner",), sector="other", employer=False, married=True,
            income=1_000_000, programmes=BASIC, months=3, start=Month(2026, 11), total=33_600, base=1_000_000,
            market="Pasar Uji", branch="Surakarta", language="id", consents=(),
        )  # fmt: skip
        store.enrolments.keep(made, identity)


def settle(store: Store, identity: Identity, *settled: Settled, **more: object) -> None:
    store.outbox.settle(Word(settled, b"receipt", **more), identity, Round(0, "done"), Schedule())  # type: ignore[arg-type]


def test_only_what_is_answered_for_is_purged_and_leaves_nothing(
    store: Store, identity: Identity, clock: StillClock, tmp_path: Path
) -> None:
    keep(store, identity, *range(1, 9))
    bodies = {seq: raw for seq, raw, _ in store.ledger.raws()}
    settle(store, identity, Settled(1, 3, "accepted"), Settled(4, 4, "refused", "chain"), Settled(5, 5, "duplicate"))
    assert store.ledger.receipts_due(clock.wall_ms()) == [], "not older than that"
    clock.advance(10)
    (receipt,) = store.ledger.receipts_due(clock.wall_ms())
    assert (receipt.body, sorted(receipt.hashes)) == (b"receipt", [1, 2, 3, 4, 5])
    assert store.ledger.purge([receipt.number]) == 4
    assert store.ledger.empty_wal()
    assert [seq for seq, raw, _ in store.ledger.raws() if not raw] == [1, 2, 3, 5]
    assert store.ledger.receipts_due(clock.wall_ms()) == []
    files = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE}*"))
    assert {seq for seq, raw in bodies.items() if raw[-90:-10] in files} == {4, 6, 7, 8}
    known = store.enrolments.known("3372990101800001", identity)
    assert known is not None
    assert known.state == "sent", "the row stays"


def test_what_was_purged_cannot_be_queued_again_and_that_is_told(
    store: Store, identity: Identity, clock: StillClock
) -> None:
    keep(store, identity, 1, 2)
    settle(store, identity, Settled(1, 1, "accepted"))
    settle(store, identity, Settled(2, 2, "accepted"))
    clock.advance(10)
    store.ledger.purge([store.ledger.receipts_due(clock.wall_ms())[0].number])
    queued = store.outbox.settle(Word(lacks=(1, 2)), identity, Round(0, "done"), Schedule())
    assert queued == 1
    assert [row.seq for row in store.outbox.lease(9, 10**6, 60)] == [2]


def test_days_and_hashes(store: Store, identity: Identity, clock: StillClock) -> None:
    keep(store, identity, 1, 2)
    clock.advance(86_400)
    keep(store, identity, 3)
    settle(store, identity, Settled(1, 1, "accepted"), Settled(3, 3, "duplicate"))
    first, second = store.ledger.days()
    assert (first.count, second.count, second.day - first.day) == (1, 1, 1)
    assert [seq for seq, _ in store.ledger.hashes_of(first.day)] == [1]


def test_hold_release_and_retry_are_written_down(store: Store, identity: Identity) -> None:
    keep(store, identity, 1, 2, 3)
    assert store.outbox.move("hold", ("waiting",), "held", [2]) == 1
    assert [row.seq for row in store.outbox.lease(9, 10**6, 60)] == [1, 3]
    counts = store.outbox.counts()
    assert (counts.waiting, counts.held, counts.unanswered) == (2, 1, 3)
    assert store.outbox.move("release", ("held",), "waiting") == 1
    assert [(deed.kind, deed.sent, deed.first) for deed in store.journal.rounds()] == [
        ("release", 1, 2),
        ("hold", 1, 2),
    ]
    assert [deed.kind for deed in store.journal.rounds(record=3)] == []
    assert store.outbox.seq_of(enrolments.new_id().hex) is None


def test_the_ballast_is_let_go_for_what_was_begun(
    tmp_path: Path, config: Settings, clock: StillClock, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballast = Ballast(tmp_path, 1, 1)
    assert ballast.fill()
    assert ballast.held
    assert (tmp_path / "ballast").stat().st_blocks * 512 >= 1 << 20
    assert ballast.room(10, 20) == 10
    assert ballast.let_go()
    assert not ballast.let_go()
    monkeypatch.setattr("kiosk.store.ballast.free_mb", lambda _: 1)
    assert not ballast.fill(), "not the last megabyte"
    assert ballast.room(0, 20_000) == 0


def test_a_full_disk_ends_what_it_has_begun(store: Store, identity: Identity) -> None:
    """The disk is full between the look for room and the commit: SQLite itself says so, at a page limit."""
    keep(store, identity, 1)
    assert store.ballast.fill()
    with sqlite3.connect(store.home / FILE) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.close()
    with store._engine.connect() as connection:  # type: ignore[union-attr]
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        keep(store, identity, *range(2, 60))
    assert not store.ballast.held, "it was given for the last one"


@pytest.mark.parametrize(("wrong_ms", "boot"), [(-(10**12), 1), (10**12, 1), (-(10**12), 2), (10**12, 2)])
def test_a_wrong_clock_is_put_right_by_what_the_centre_signed(wrong_ms: int, boot: int) -> None:
    clock = StillClock()
    true_ms = clock.now_ms
    clock.now_ms += wrong_ms
    clock.booted_ms += wrong_ms
    contact = Contact(true_ms, clock.wall_ms(), clock.monotonic_ms(), clock.boot_id)
    corrected = CorrectedClock(clock, lambda: contact)
    assert corrected.wall_ms() == true_ms
    clock.advance(3600)
    clock.boot_id = type(clock.boot_id)(int=boot)
    assert corrected.wall_ms() == true_ms + 3_600_000


def test_a_clock_that_is_about_right_is_left_alone() -> None:
    clock = StillClock()
    contact = Contact(clock.now_ms + 60_000, clock.wall_ms(), clock.monotonic_ms(), clock.boot_id)
    assert CorrectedClock(clock, lambda: contact).wall_ms() == clock.now_ms
    assert CorrectedClock(clock, lambda: None).wall_ms() == clock.now_ms


def test_a_clock_without_a_battery_never_falls_behind_the_last_signed_time() -> None:
    clock = StillClock()
    contact = Contact(clock.now_ms, clock.wall_ms(), clock.monotonic_ms(), clock.boot_id)
    clock.boot_id = type(clock.boot_id)(int=2)
    clock.now_ms = 0
    assert CorrectedClock(clock, lambda: contact).wall_ms() == contact.at_ms
