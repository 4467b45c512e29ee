"""An officer's act: readable here, sealed in the chain, and never taken for an enrolment."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk import act_form, form
from kiosk.clock import StillClock
from kiosk.domain.act import Act, Kind
from kiosk.domain.record import Record, seal_info
from kiosk.form import FormError
from kiosk.settings import Settings
from kiosk.store import FILE, Store
from kiosk.store.identity import Identity
from kiosk.store.sealing import SUITE

ENTERED = Act(Kind.ENTERED, "0417")
RESTOCKED = Act(Kind.RESTOCKED, "0417", {"item": "paper", "amount": 30_000})
FACTS = st.dictionaries(st.text(max_size=20), st.text(max_size=40) | st.integers(-(2**62), 2**62), max_size=6)


@pytest.fixture
def store(tmp_path: Path, config: Settings, clock: StillClock) -> Iterator[Store]:
    with Store.open(tmp_path, config.store, clock) as opened:
        yield opened


def test_it_is_read_again_and_waits_for_the_centre(store: Store, identity: Identity, clock: StillClock) -> None:
    first = store.acts.keep(ENTERED, identity)
    clock.advance(60)
    second = store.acts.keep(RESTOCKED, identity)
    assert (first.seq, second.seq, second.at_ms - first.at_ms) == (1, 2, 60_000)
    assert store.acts.latest(9) == [second, first]
    assert store.acts.all_of([Kind.RESTOCKED]) == [second]
    assert store.outbox.counts().waiting == 2


def test_it_stands_in_the_chain_like_an_enrolment(
    store: Store, identity: Identity, central_key: X25519PrivateKey
) -> None:
    for act in (ENTERED, RESTOCKED):
        store.acts.keep(act, identity)
    one, two = (Record.from_bytes(leased.raw) for leased in store.outbox.lease(9, 1_000_000, 60))
    assert two.previous == one.hash()
    plain = SUITE.decrypt(two.sealed, central_key, info=seal_info("UJI-1", 2))
    assert act_form.is_act(plain)
    assert act_form.unpack(plain) == RESTOCKED


def test_it_counts_as_no_enrolment(store: Store, identity: Identity) -> None:
    store.acts.keep(ENTERED, identity)
    assert store.enrolments.count_since(0) == 0
    assert store.enrolments.known("3372015708759001", identity) is None


def test_a_damaged_database_keeps_what_was_done(
    store: Store, identity: Identity, tmp_path: Path, config: Settings, clock: StillClock
) -> None:
    """The page that holds the index of enrolments is gone; acts and their records go on."""
    for amount in range(40):
        store.acts.keep(Act(Kind.RESTOCKED, "0417", {"item": "paper", "amount": amount}), identity)
    store.close()
    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root, size = raw.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema "
            "WHERE name = 'enrolment_fingerprint'"
        ).fetchone()
    raw.close()
    with (tmp_path / FILE).open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with Store.open(tmp_path, config.store, clock) as again:
        assert [kept.act.facts["amount"] for kept in again.acts.all_of([Kind.RESTOCKED])] == list(range(40))
        assert again.enrolments.count_since(0) == 0
        assert again.outbox.counts().waiting == 40


@given(st.sampled_from(Kind), st.from_regex(r"[0-9]{0,4}", fullmatch=True), FACTS)
def test_there_and_back(kind: Kind, officer: str, facts: dict[str, int | str]) -> None:
    act = Act(kind, officer, facts)
    assert act_form.unpack(act_form.pack(act)) == act


@given(st.binary(max_size=80))
def test_anything_else_is_refused(plain: bytes) -> None:
    for garbled in (plain, act_form.MARK + plain):
        with pytest.raises(FormError):
            act_form.unpack(garbled)


def test_no_enrolment_reads_as_an_act() -> None:
    """The first byte of the largest NIK."""
    assert not act_form.is_act((10**form.LENGTH - 1).to_bytes(7, "big"))
