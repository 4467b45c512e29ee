"""A damaged database is put aside; every whole record goes on, and no number is ever given twice."""

import random
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kiosk.clock import EARLIEST_MS, StillClock
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.errors import StoreError
from kiosk.domain.record import Record
from kiosk.domain.tariff import BASIC, Month
from kiosk.settings import Settings
from kiosk.store import FILE, Store
from kiosk.store.enrolments import new_id
from kiosk.store.identity import Identity
from kiosk.store.journal import Round, Schedule
from kiosk.store.outbox import Settled, Word


def person(number: int) -> Enrolment:
    return Enrolment(
        id=new_id(), nik=f"33729901018{number:05d}", name=f"ORANG CONTOH {number}", birth_date=date(1980, 1, 1),
        sex="male", source="typed", occupations=("kuliner",), sector="other", employer=False, married=True,
        income=1_000_000, programmes=BASIC, months=3, start=Month(2026, 11), total=33_600, base=1_000_000,
        market="Pasar Uji", branch="Surakarta", language="id", consents=(),
    )  # fmt: skip


@pytest.fixture
def filled(tmp_path: Path, config: Settings, clock: StillClock, identity: Identity) -> Callable[[], Store]:
    """Sixty records, twenty of them answered for; gives it opened again."""

    def opened() -> Store:
        return Store.open(tmp_path, config.store, clock)

    with opened() as store:
        for number in range(1, 61):
            store.enrolments.keep(person(number), identity)
        word = Word((Settled(1, 20, "accepted"),), b"receipt", cursor=7)
        store.outbox.settle(word, identity, Round(0, "done"), Schedule())
    return opened


def aside(home: Path) -> list[Path]:
    return sorted(home.glob("damaged-*"))


def test_what_is_no_database_is_put_aside_and_the_kiosk_goes_on(
    tmp_path: Path, config: Settings, clock: StillClock, identity: Identity
) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)
    with Store.open(tmp_path, config.store, clock) as store:
        kept = store.enrolments.keep(person(1), identity)
        assert kept.seq > (clock.wall_ms() - EARLIEST_MS) // 1000, "nobody knows which numbers were given"
        assert [deed.kind for deed in store.journal.rounds()] == ["rescue"]
    (folder,) = aside(tmp_path)
    assert (folder / FILE).read_bytes().startswith(b"not a database")


@pytest.mark.parametrize("seed", range(12))
def test_every_whole_record_is_saved(
    tmp_path: Path, filled: Callable[[], Store], identity: Identity, seed: int
) -> None:
    """One to four pages are overwritten; what SQLite can still read and whose hash fits is saved."""
    rng = random.Random(seed)
    path = tmp_path / FILE
    with sqlite3.connect(path) as raw:
        whole = {seq: bytes(body) for seq, body in raw.execute("SELECT seq, raw FROM enrolment")}
    raw.close()
    content = bytearray(path.read_bytes())
    pages = len(content) // 4096
    for page in rng.sample(range(2, pages), rng.randrange(1, 5)):
        content[page * 4096 : page * 4096 + 4096] = rng.randbytes(4096)
    path.write_bytes(content)
    store = filled()
    if not aside(tmp_path):  # quick_check had nothing to say: the damage is in bodies, and found when they are sent
        store.close()
        return
    saved = {seq: body for seq, body, _ in store.ledger.raws() if body}
    assert all(whole[seq] == body for seq, body in saved.items())
    kept = store.enrolments.keep(person(99), identity)
    assert kept.seq > max(whole), "a number is never given twice"
    record = Record.from_bytes(next(body for seq, body, _ in store.ledger.raws() if seq == kept.seq))
    assert record.seq == kept.seq
    assert store.enrolments.known(person(99).nik, identity) == kept
    store.close()
    with filled() as again:
        assert len(again.ledger.raws()) >= len(saved), "and it opens as any other"
    assert len(aside(tmp_path)) == 1


def damage_page_of(path: Path, seq: int, size: int) -> None:
    """The first `size` bytes of the page that holds the record."""
    content = bytearray(path.read_bytes())
    with sqlite3.connect(path) as raw:
        (body,) = raw.execute("SELECT raw FROM enrolment WHERE seq = ?", (seq,)).fetchone()
    raw.close()
    start = content.index(body) // 4096 * 4096
    content[start : start + size] = b"\xff" * size
    path.write_bytes(content)


def test_a_lost_page_loses_only_its_own_records(tmp_path: Path, filled: Callable[[], Store]) -> None:
    damage_page_of(tmp_path / FILE, 30, 4096)
    with filled() as store:
        saved = [seq for seq, body, _ in store.ledger.raws() if body]
        assert 30 not in saved
        assert 45 <= len(saved) < 60
        assert store.outbox.carriage().cursor == 7
        assert store.outbox.counts().accepted >= 10


def test_a_page_that_only_sqlite_cannot_read_loses_nothing(
    tmp_path: Path, filled: Callable[[], Store], identity: Identity
) -> None:
    """Its header is gone; the records in it are found by their bytes, with what finds the same person again."""
    damage_page_of(tmp_path / FILE, 30, 8)
    with filled() as store:
        assert [seq for seq, body, _ in store.ledger.raws() if body] == list(range(1, 61))
        assert all(store.enrolments.known(person(number).nik, identity) for number in range(1, 61))


def test_without_its_first_page_every_record_is_found_again(tmp_path: Path, filled: Callable[[], Store]) -> None:
    """SQLite takes it for no database at all; a bit more is wrong with one record and the hash before another."""
    path = tmp_path / FILE
    with sqlite3.connect(path) as raw:
        bodies = dict(raw.execute("SELECT seq, raw FROM enrolment"))
    raw.close()
    content = bytearray(path.read_bytes())
    content[:4096] = bytes(4096)
    content[content.index(bodies[10]) + 150] ^= 1
    content[content.index(bodies[20]) - 5] ^= 1
    path.write_bytes(content)
    with filled() as store:
        assert {seq for seq, body, _ in store.ledger.raws() if body} == set(range(1, 61)) - {10}
        assert store.outbox.counts().waiting == 59, "where they stood is not known: they are sent again"


def test_nothing_is_put_aside_under_the_other_programs_hands(
    tmp_path: Path, filled: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.store.lock._WAIT_S", 0.2)
    with filled():
        path = tmp_path / FILE
        path.write_bytes(b"x" * len(path.read_bytes()))
        with pytest.raises(StoreError, match=r"store\.damaged"):
            filled()
        assert not aside(tmp_path)
    filled().close()
    assert len(aside(tmp_path)) == 1
