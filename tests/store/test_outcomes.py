"""What the branch decided: kept beside the record, shown to who comes back, mended by a record that names it."""

import sqlite3
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import form
from kiosk.clock import StillClock
from kiosk.domain.enrolment import Consent, Enrolment
from kiosk.domain.errors import StoreError
from kiosk.domain.outcome import DECISIONS, Due, Outcome, State
from kiosk.domain.record import Record, seal_info
from kiosk.domain.tariff import BASIC, Month
from kiosk.settings import Settings
from kiosk.store import FILE, Store, migrations, sealing
from kiosk.store.engine import open_engine
from kiosk.store.enrolments import new_id
from kiosk.store.identity import Identity
from kiosk.store.journal import Round, Schedule
from kiosk.store.outbox import Settled, Word

NIK, NUMBER = "3372015708759001", "12345678901"


@pytest.fixture
def store(tmp_path: Path, config: Settings, clock: StillClock) -> Iterator[Store]:
    with Store.open(tmp_path, config.store, clock) as opened:
        yield opened


def enrolment(nik: str = NIK) -> Enrolment:
    return Enrolment(
        id=new_id(),
        nik=nik,
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
        market="Pasar Uji",
        branch="Surakarta",
        language="id",
        consents=(Consent("registration", True, "2026-11", "id", 1),),
    )


def state(store: Store, identity: Identity) -> tuple[str, str, str]:
    known = store.enrolments.known(NIK, identity)
    assert known is not None
    return known.state, known.cause, known.number


def test_from_waiting_to_accepted(store: Store, identity: Identity) -> None:
    kept = store.enrolments.keep(enrolment(), identity)
    assert state(store, identity) == ("waiting", "", "")
    store.outbox.lease(10, 1 << 20, 60)
    assert state(store, identity) == ("waiting", "", "")  # on its way is not there
    store.outbox.settle(Word((Settled(1, 1, "duplicate"),), b"receipt"), identity, Round(0, "done"), Schedule())
    assert state(store, identity) == ("sent", "", "")
    assert store.enrolments.set_outcome(kept.id, Outcome(State.ACCEPTED), 1000, identity)
    assert state(store, identity) == ("accepted", "", "")  # no number was sent: none is shown
    assert store.enrolments.set_outcome(kept.id, Outcome(State.ACCEPTED, number=NUMBER), 2000, identity)
    assert state(store, identity) == ("accepted", "", NUMBER)


def test_what_is_due_is_told_apart_from_the_number(store: Store, identity: Identity, tmp_path: Path) -> None:
    kept = store.enrolments.keep(enrolment(), identity)
    due = Due(Month(2027, 1), "88810012345678", 16_800)

    def known() -> tuple[str, Due | None]:
        found = store.enrolments.known(NIK, identity)
        assert found is not None
        return found.number, found.due

    store.enrolments.set_outcome(kept.id, Outcome(State.ACCEPTED, number=NUMBER), 1000, identity)
    store.enrolments.set_outcome(kept.id, Outcome(State.ACCEPTED, due=due), 2000, identity)
    assert known() == (NUMBER, due)
    store.enrolments.set_outcome(kept.id, Outcome(State.MEMBER, number=NUMBER), 3000, identity)
    assert known() == (NUMBER, due)  # a number told again says nothing of what is due
    store.enrolments.set_outcome(kept.id, Outcome(State.REFUSED, "name_differs"), 4000, identity)
    assert known() == ("", None)
    assert b"88810012345678" not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("text", ["2027-01;88810;16800", "2027-01;8881;0", "2027-13;8881;5", "2027-01;8;5", "x", ";;"])
def test_what_a_due_may_say(text: str) -> None:
    if text == "2027-01;88810;16800":
        assert str(Due.parse(text)) == text
        assert Outcome.told(State.ACCEPTED, "", f"{NUMBER};{text}").number == NUMBER
        return
    with pytest.raises(ValueError):  # noqa: PT011 it never quotes what it was
        Due.parse(text)


def test_outcomes_come_twice_late_and_for_strangers(store: Store, identity: Identity) -> None:
    kept = store.enrolments.keep(enrolment(), identity)
    refused = Outcome(State.REFUSED, "name_differs")
    assert store.enrolments.set_outcome(kept.id, refused, 2000, identity)
    assert not store.enrolments.set_outcome(kept.id, refused, 2000, identity)
    assert not store.enrolments.set_outcome(kept.id, Outcome(State.ACCEPTED), 1999, identity)
    assert not store.enrolments.set_outcome(uuid.uuid4(), refused, 9000, identity)
    assert state(store, identity) == ("refused", "name_differs", "")
    assert store.enrolments.set_outcome(kept.id, Outcome(State.MEMBER, number=NUMBER), 3000, identity)
    assert state(store, identity) == ("member", "", NUMBER)


def test_a_corrected_enrolment_names_the_one_it_replaces(
    store: Store, identity: Identity, central_key: X25519PrivateKey
) -> None:
    first = store.enrolments.keep(enrolment(), identity)
    store.enrolments.set_outcome(first.id, Outcome(State.REFUSED, "name_differs"), 2000, identity)
    second = store.enrolments.keep(enrolment(), identity)
    assert (second.seq, state(store, identity)) == (2, ("waiting", "", ""))
    plain = []
    for leased in store.outbox.lease(10, 1 << 20, 60):
        record = Record.from_bytes(leased.raw)
        packed = sealing.SUITE.decrypt(record.sealed, central_key, info=seal_info("UJI-1", record.seq))
        plain.append(form.unpack(packed, record.id))
    assert [one.replaces for one in plain] == [None, first.id]


def test_the_refused_one_saved_again_stays_itself(store: Store, identity: Identity) -> None:
    """A crash between commit and answer: the same visit's enrolment is no correction of itself."""
    made = enrolment()
    first = store.enrolments.keep(made, identity)
    store.enrolments.set_outcome(first.id, Outcome(State.REFUSED, "phone"), 2000, identity)
    assert store.enrolments.keep(made, identity).id == first.id
    assert store.outbox.counts().waiting == 1


def test_the_number_is_not_in_clear_and_opens_only_here(store: Store, identity: Identity, tmp_path: Path) -> None:
    kept = store.enrolments.keep(enrolment(), identity)
    store.enrolments.set_outcome(kept.id, Outcome(State.ACCEPTED, number=NUMBER), 1000, identity)
    for path in (tmp_path / FILE, tmp_path / f"{FILE}-wal"):
        assert NUMBER.encode() not in path.read_bytes()
    locked = sealing.lock(NUMBER, identity, kept.id)
    assert sealing.unlock(locked, identity, kept.id) == NUMBER
    for other in (locked[:-1] + bytes([locked[-1] ^ 1]), locked[:5]):
        with pytest.raises((InvalidTag, ValueError)):
            sealing.unlock(other, identity, kept.id)
    with pytest.raises(InvalidTag):
        sealing.unlock(locked, identity, uuid.uuid4())


def test_an_altered_number_is_a_damaged_store(store: Store, identity: Identity, tmp_path: Path) -> None:
    kept = store.enrolments.keep(enrolment(), identity)
    store.enrolments.set_outcome(kept.id, Outcome(State.ACCEPTED, number=NUMBER), 1000, identity)
    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.execute("UPDATE outbox SET number = zeroblob(length(number))")
    raw.close()
    with pytest.raises(StoreError, match=r"store\.damaged"):
        store.enrolments.known(NIK, identity)


def test_a_database_of_the_first_version_gets_the_columns(
    tmp_path: Path, config: Settings, clock: StillClock, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / FILE
    monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
    engine = open_engine(path)
    migrations.migrate(engine, clock)
    engine.dispose()
    with sqlite3.connect(path) as raw:
        made = enrolment()
        mark = sealing.fingerprint(NIK, identity, config.store)
        raw.execute(
            "INSERT INTO enrolment VALUES (1, ?, ?, ?, 1, ?, ?)", (made.id.bytes, made.code, mark, b"h" * 32, b"raw")
        )
        raw.execute("INSERT INTO outbox (seq, state) VALUES (1, 'accepted')")
    raw.close()
    monkeypatch.undo()
    with Store.open(tmp_path, config.store, clock) as store:
        assert state(store, identity) == ("sent", "", "")
        assert store.enrolments.set_outcome(made.id, Outcome(State.REFUSED, "phone"), 5, identity)
        assert state(store, identity) == ("refused", "phone", "")


@pytest.mark.parametrize(
    ("kind", "cause", "number"),
    [
        (State.WAITING, "", ""),
        (State.REFUSED, "", ""),
        (State.ACCEPTED, "name", ""),
        (State.ACCEPTED, "", "12"),
        (State.ACCEPTED, "", "../etc/pass"),
        (State.REFUSED, "name", NUMBER),
    ],
)
def test_what_cannot_be_an_outcome(kind: State, cause: str, number: str) -> None:
    with pytest.raises(ValueError, match=r"state|number"):
        Outcome(kind, cause, number)
    assert NUMBER not in repr(Outcome(State.ACCEPTED, number=NUMBER))
    assert State.WAITING not in DECISIONS
