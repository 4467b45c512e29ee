"""The worker says no where anybody would, to the right one of two, and the same again after it was killed."""

import signal
import subprocess
import sys
import threading
import uuid
from datetime import date

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk.clock import StillClock
from kiosk.domain.outcome import Outcome, State
from kiosk.domain.tariff import Month
from sync.central import arrivals, keys, outcomes, people
from sync.central.database import Database
from sync.central.examination import day_of, examine, rules_of
from sync.central.schema import arrival, enrolment, examined, outcome, person
from sync.central.worker import Worker, again

from .conftest import BOTH, CENTRAL_KEY, PEOPLE_KEY
from .conftest import person as somebody

NIK = "3372990101800001"
ONE = uuid.UUID(int=1)
TODAY = date(2026, 11, 22)


def drain(worker: Worker) -> int:
    number = 0
    while step := worker.step():
        number += step
    return number


def told(database: Database) -> list[tuple[str, int, str, str]]:
    """(kiosk, seq, state, cause) in the order told."""
    query = (
        sa.select(outcome.c.kiosk, enrolment.c.seq, outcome.c.state, outcome.c.cause)
        .select_from(outcome.join(enrolment, (enrolment.c.kiosk == outcome.c.kiosk) & (enrolment.c.id == outcome.c.id)))
        .order_by(outcome.c.kiosk, outcome.c.n)
    )
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def causes(database: Database) -> dict[int, str]:
    with database.read() as connection:
        return {row.seq: row.cause for row in connection.execute(sa.select(examined))}


def decide(database: Database, kiosk: str, id: uuid.UUID, result: Outcome) -> None:
    with database.write() as connection:
        outcomes.append(connection, kiosk, [outcomes.Decision(id, result)], 1)


@BOTH
def test_what_is_sound_is_left_to_the_branch(worker, send, kiosk, database):
    send(*kiosk.many(3))
    assert drain(worker) == 3
    assert causes(database) == {1: "", 2: "", 3: ""}
    assert told(database) == []
    assert worker.step() == 0


@BOTH
@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"nik": "3372990101800000"}, "nik_not_found"),
        ({"nik": "1111111111111111"}, "nik_not_found"),
        ({"name": " "}, "incomplete"),
        ({"months": 0}, "incomplete"),
        ({"months": 2**62}, "incomplete"),
        ({"start": Month(5, 1)}, "incomplete"),
        ({"start": Month(10**9, 1)}, "incomplete"),
        ({"income": -1}, "incomplete"),
        ({"total": 2**63}, "incomplete"),
        ({"occupations": ("x",) * 1000}, "incomplete"),
        ({"birth_date": date(1950, 1, 1)}, "too_old"),
        ({"birth_date": date(2015, 1, 1), "married": False}, "too_young"),
    ],
)
def test_what_cannot_be_is_refused_once(worker, send, kiosk, database, changes, cause):
    send(kiosk.next(**changes))
    drain(worker)
    with database.write() as connection:
        arrivals.add(connection, database, kiosk.name, [1])
    drain(worker)
    assert told(database) == [(kiosk.name, 1, "refused", cause)]


@BOTH
def test_the_second_of_two_at_different_kiosks_is_refused(worker, send, kiosk, other, database):
    send(kiosk.next(nik=NIK))
    drain(worker)
    send(other.next(nik=NIK), sender=other)
    drain(worker)
    assert told(database) == [(other.name, 1, "refused", "enrolled_elsewhere")]


@BOTH
def test_two_in_one_request_count_once(worker, send, kiosk, database):
    send(kiosk.next(nik=NIK), kiosk.next(), kiosk.next(nik=NIK))
    drain(worker)
    assert told(database) == [(kiosk.name, 3, "refused", "enrolled_elsewhere")]


@BOTH
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Outcome(State.REFUSED, "name_differs"), {}),
        (Outcome(State.MEMBER), {}),
        (Outcome(State.ACCEPTED), {"start": Month(2027, 2)}),
    ],
    ids=["refused before", "decided as a member", "what was paid for is over"],
)
def test_who_enrols_again_for_a_reason_is_not_refused(worker, send, kiosk, other, database, first, second):
    send(kiosk.next(nik=NIK))
    drain(worker)
    decide(database, kiosk.name, kiosk.chain[0].id, first)
    send(other.next(nik=NIK, **second), sender=other)
    drain(worker)
    assert causes(database)[1] == ""
    assert len(told(database)) == 1
    with database.read() as connection:
        assert connection.scalar(sa.select(person.c.kiosk)) == other.name


@BOTH
def test_a_correction_takes_the_place_of_what_it_replaces(worker, send, kiosk, database):
    first = kiosk.next(nik=NIK)
    send(first, kiosk.next(nik=NIK, replaces=first.id))
    drain(worker)
    assert told(database) == []


@BOTH
def test_accepted_and_still_paid_for_holds(worker, send, kiosk, other, database):
    send(kiosk.next(nik=NIK))
    drain(worker)
    decide(database, kiosk.name, kiosk.chain[0].id, Outcome(State.ACCEPTED))
    send(other.next(nik=NIK, start=Month(2027, 1)), sender=other)
    drain(worker)
    assert told(database)[-1] == (other.name, 1, "refused", "enrolled_elsewhere")


@BOTH
def test_the_tables_do_not_know_who_it_is(worker, send, kiosk, database, postgresql):
    send(kiosk.next(nik=NIK, name="SITI CONTOH", phone="+6281200000000"))
    drain(worker)
    with database.read() as connection:
        rows = [connection.execute(sa.select(table)).all() for table in (enrolment, examined, outcome, person, arrival)]
    assert NIK not in repr(rows)
    assert NIK not in postgresql.log
    assert people.mark(PEOPLE_KEY, NIK) in {bytes(row.mark) for row in rows[3]}


@BOTH
def test_what_another_key_was_needed_for_is_opened_when_it_is_there(send, kiosk, database, clock, worker):
    old = X25519PrivateKey.generate()
    sealed = kiosk.reseal(kiosk.record(1, kiosk.next().previous), b"nothing", old)
    send(sealed)
    drain(worker)
    assert causes(database) == {1: "other_key"}
    assert told(database) == []
    assert again(database) == 1
    drain(Worker(database, old, PEOPLE_KEY, clock, worker._zone))
    assert causes(database) == {1: "form"}


@BOTH
def test_a_decision_of_the_branch_stands(worker, send, kiosk, database):
    record = kiosk.next(name=" ")
    send(record)
    decide(database, kiosk.name, record.id, Outcome(State.ACCEPTED))
    drain(worker)
    assert told(database) == [(kiosk.name, 1, "accepted", "")]


@BOTH
def test_a_lease_that_nobody_honours_ends(send, kiosk, database, clock, worker):
    send(*kiosk.many(2))
    assert arrivals.lease(database, clock) == arrivals.Arrival(kiosk.name, 1, 2)
    assert worker.step() == 0
    clock.advance(arrivals.LEASE_S)
    assert drain(worker) == 2


@BOTH
def test_half_done_is_done_again_without_a_trace(send, kiosk, other, database, clock, worker):
    """As after a kill between any two transactions: claimed, or examined and refused, and the run still there."""
    send(kiosk.next(nik=NIK), kiosk.next(name=" "))
    send(other.next(nik=NIK), sender=other)
    drain(worker)
    before = (told(database), causes(database))
    for sender in (kiosk, other):
        with database.write() as connection:
            arrivals.add(connection, database, sender.name, [record.seq for record in sender.chain])
    drain(worker)
    assert (told(database), causes(database)) == before


@BOTH
def test_several_workers_share_the_work(send, kiosk, other, database, clock, worker):
    for _ in range(8):
        send(*kiosk.many(3))
        send(*[other.next(nik=f"3372990101800{record.seq:03}") for record in kiosk.chain[-3:]], sender=other)
    found: list[int] = []

    def work() -> None:
        found.append(drain(Worker(database, CENTRAL_KEY, PEOPLE_KEY, StillClock(), worker._zone)))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(found) == 48
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(examined)) == 48
        assert connection.scalar(sa.select(sa.func.count()).select_from(arrival)) == 0
        assert connection.scalar(sa.select(sa.func.count()).select_from(person)) == 24
    assert len({(name, seq) for name, seq, _, _ in told(database)}) == len(told(database)) == 24


def test_killed_again_and_again_it_ends_where_one_run_ends(tmp_path, database, send, kiosk, other):
    """A process, ended by kill -9 as soon as it has written something; the last one may finish."""
    keys._write(tmp_path / keys.FILE, CENTRAL_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    keys._write(tmp_path / keys.PEOPLE_FILE, PEOPLE_KEY)
    for number in range(1, 25):
        for sender in (kiosk, other):
            send(sender.next(nik=f"33729901018{number:05}"), sender=sender)
    command = [sys.executable, "-m", "sync.central", "work", "--home", str(tmp_path)]
    for _ in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            assert running.stdout.readline() == "ready\n"
            running.stderr.readline()
            running.send_signal(signal.SIGKILL)
        with database.write() as connection:
            connection.execute(sa.update(arrival).values(leased_until_ms=0))
    assert subprocess.run([*command, "--once"], timeout=60, check=False, stderr=subprocess.DEVNULL).returncode == 0
    states = told(database)
    assert len(states) == 24
    assert {cause for *_, cause in states} == {"enrolled_elsewhere"}
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(examined)) == 48
        assert connection.scalar(sa.select(sa.func.count()).select_from(person)) == 24


def test_the_day_of_a_dead_clock_is_the_day_of_arrival(worker):
    zone = worker._zone
    arrived = 1_795_312_800_000
    assert day_of(arrived - 86_400_000, arrived, zone) == date(2026, 11, 21)
    for wrong in (0, -(2**62), 2**62, arrived + 10 * 86_400_000):
        assert day_of(wrong, arrived, zone) == TODAY


def test_doubts_are_named_and_refuse_nobody():
    rules = rules_of(TODAY)
    findings = examine(somebody(1, ONE), rules)
    assert findings.refusal == ""
    assert set(findings.doubts) == {"region_unknown", "no_consent"}
    odd = somebody(1, ONE, occupations=(), employer=True, total=1, birth_date=date(1981, 1, 1))
    assert {"no_job", "employer_needs_jht", "total_differs", "birth_date_differs"} <= set(examine(odd, rules).doubts)
