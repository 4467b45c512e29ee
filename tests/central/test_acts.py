"""What officers did arrives as records among the enrolments, and counts as none of them."""

import json

import pytest
import sqlalchemy as sa

from kiosk import act_form, cbor
from kiosk.domain.act import Act, Kind
from kiosk.domain.enrolment import code_of
from sync.central import acts, arrivals, decisions, listing
from sync.central.opening import OpeningError, opened
from sync.central.schema import act, arrival, examined, outcome, person

from .conftest import BOTH, CENTRAL_KEY, PEOPLE_KEY


def drain(worker):
    while worker.step():
        continue


@BOTH
def test_acts_are_kept_once_and_are_no_enrolments(worker, send, kiosk, database):
    send(kiosk.act(Kind.ENTERED), kiosk.next(), kiosk.act(Kind.LEFT, reason="idle\0é"))
    for _ in range(2):
        drain(worker)
        with database.write() as connection:
            arrivals.add(connection, database, kiosk.name, [1, 2, 3])
    drain(worker)
    with database.read() as connection:
        found = acts.newest(connection, kiosk.name, 10)
        assert connection.scalars(sa.select(examined.c.seq)).all() == [2]
        assert connection.scalar(sa.select(sa.func.count()).select_from(person)) == 1
        assert connection.scalar(sa.select(sa.func.count()).select_from(arrival)) == 0
        assert connection.execute(sa.select(outcome)).all() == []
        assert [one.seq for one in acts.newest(connection, kiosk.name, 1)] == [3]
        assert [one.seq for one in acts.newest(connection, kiosk.name, 10, [Kind.ENTERED])] == [1]
    assert [(one.seq, one.act) for one in found] == [
        (1, Act(Kind.ENTERED, "0417", {})),
        (3, Act(Kind.LEFT, "0417", {"reason": "idle\0é"})),
    ]
    assert [one.row.seq for one in listing.arrived(database, CENTRAL_KEY)] == [2]


@BOTH
def test_nobody_decides_about_an_act(worker, send, kiosk, database, clock, tmp_path):
    record = kiosk.act(Kind.ENTERED)
    send(record)
    drain(worker)
    (tmp_path / "decided.csv").write_text(f"code,state\n{code_of(record.id)},accepted\n")
    decided = decisions.decide(database, tmp_path / "decided.csv", PEOPLE_KEY, clock)
    assert (decided.new, [one.reason for one in decided.wrong]) == (0, ["unknown"])


@BOTH
def test_an_act_that_only_a_later_version_knows_waits_until_it_is_there(worker, send, kiosk, database):
    plain = act_form.MARK + cbor.dumps([1, "polished", "0417", {}])
    send(kiosk.record(1, kiosk.next().previous, plain=plain), kiosk.record(2, b"\0" * 32))
    drain(worker)
    with database.read() as connection:
        assert connection.execute(sa.select(examined.c.seq, examined.c.cause)).first() == (1, "form")
        assert connection.execute(sa.select(act)).all() == []


@pytest.mark.parametrize(
    "body",
    [
        [1, "entered", "0417", {"x": 2**63}],
        [1, "entered", "0" * 17, {}],
        [1, "entered", "04\x0017", {}],
        [1, "entered", 417, {}],
        [2, "entered", "0417", {}],
        [1, "entered", "0417", {"x": True}],
        [1, "entered", "0417", {"x": "y" * 201}],
        [1, "entered", "0417", {f"x{n}": n for n in range(65)}],
        {"x": 1},
    ],
)
def test_what_is_no_act_is_refused_as_a_form(kiosk, body):
    record = kiosk.record(1, bytes(32), plain=act_form.MARK + cbor.dumps(body))
    with pytest.raises(OpeningError, match="form"):
        opened(record.to_bytes(), CENTRAL_KEY)


def test_when_it_happened_is_when_it_came_where_the_clock_cannot_be_right(kiosk):
    day = 86_400_000
    came = 1_795_312_800_000
    for at_ms, believed in ((came - day, True), (0, False), (came + 2 * day, False)):
        one = acts.Arrived(1, kiosk.next().id, at_ms, came, Act(Kind.ENTERED))
        assert one.happened_ms == (at_ms if believed else came)
        assert json.loads(json.dumps(one.kept.at_ms)) == at_ms
