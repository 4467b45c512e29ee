"""A stick brings the same bytes as the air, and takes the same receipts back."""

import pytest

from kiosk.domain.errors import SettingsError
from sync import token, wire
from sync.central import fleet, sticks

from .conftest import ANSWER_KEY, BOTH

PUBLIC = ANSWER_KEY.public_key().public_bytes_raw()


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def put(stick, kiosk, first: int, last: int, **more):
    name = f"{kiosk.name}-{first}-{last}.kiosk"
    who, body = kiosk.sent(kiosk.request(*kiosk.chain[first - 1 : last], **more))
    (stick / name).write_bytes(token.request_file(who, body))
    return stick / name


def bring(exchange, stick):
    return sticks.bring(exchange, sticks.files(stick), lambda _: None)


@BOTH
def test_records_come_in_and_receipts_go_out(exchange, kiosk, stick):
    kiosk.many(12)
    put(stick, kiosk, 10, 12)
    put(stick, kiosk, 1, 9)
    found = bring(exchange, stick)
    assert [(one.name, one.accepted) for one in found] == [
        (f"{kiosk.name}-1-9.kiosk", 9),
        (f"{kiosk.name}-10-12.kiosk", 3),
    ]
    receipt = (stick / f"{kiosk.name}-1-9.receipt").read_bytes()
    answer = wire.open_answer(token.read_receipt_file(receipt), PUBLIC)
    assert answer.root == wire.root_of(record.hash() for record in kiosk.chain[:9])
    assert [(one.accepted, one.duplicate) for one in bring(exchange, stick)] == [(0, 9), (0, 3)]


def test_what_came_by_air_meanwhile_is_a_duplicate(exchange, send, kiosk, stick):
    kiosk.many(3)
    put(stick, kiosk, 1, 3)
    send(*kiosk.chain)
    assert [(one.accepted, one.duplicate) for one in bring(exchange, stick)] == [(0, 3)]


def test_every_file_has_its_own_result(exchange, kiosk, other, stick, database, clock):
    kiosk.many(2)
    good = put(stick, kiosk, 1, 2)
    bent = bytearray(good.read_bytes())
    bent[-1] ^= 1
    (stick / "a-1-2.kiosk").write_bytes(bent)
    (stick / "b-1-2.kiosk").write_bytes(b"KIOSKSYNC2\n")
    (stick / "c-1-2.kiosk").write_bytes(b"")
    (stick / "d-1-2.kiosk").write_bytes(good.read_bytes()[: len(good.read_bytes()) // 2])
    (stick / "e-1-2.kiosk").write_bytes(bytes(wire.BODY_LIMIT + 2000))
    (stick / "photo.jpg").write_bytes(b"x")
    stranger = type(kiosk)("nobody", seed=8)
    stranger.many(1)
    put(stick, stranger, 1, 1)
    forger = type(kiosk)(kiosk.name, seed=9)
    forger.many(1)
    who, body = forger.sent(forger.request(*forger.chain))
    (stick / "f-1-1.kiosk").write_bytes(token.request_file(who, body))
    found = {one.name: one.problem for one in bring(exchange, stick)}
    assert found == {
        good.name: "",
        "a-1-2.kiosk": "digest",
        "b-1-2.kiosk": "not_understood",
        "c-1-2.kiosk": "not_understood",
        "d-1-2.kiosk": "digest",
        "e-1-2.kiosk": "not_understood",
        "f-1-1.kiosk": "token",
        "nobody-1-1.kiosk": "kiosk_unknown",
    }
    assert [path.name for path in stick.glob("*.receipt")] == [good.with_suffix(".receipt").name]


def test_a_revoked_kiosks_stick_is_taken_as_far_as_it_was_known(exchange, send, kiosk, stick, database, clock):
    kiosk.many(3)
    send(beat={"last_seq": 2})
    put(stick, kiosk, 1, 3)
    fleet.revoke(database, kiosk.name, clock.wall_ms())
    (one,) = bring(exchange, stick)
    assert (one.accepted, one.refused, one.problem) == (2, 1, "")


def test_a_receipt_that_cannot_be_written_is_said(exchange, kiosk, stick):
    kiosk.many(1)
    put(stick, kiosk, 1, 1)
    (stick / f"{kiosk.name}-1-1.receipt").mkdir()
    assert [one.problem for one in bring(exchange, stick)] == ["unreadable"]
    assert sorted(path.name for path in stick.iterdir()) == [f"{kiosk.name}-1-1.kiosk", f"{kiosk.name}-1-1.receipt"]


def test_a_folder_that_is_not_there(stick):
    with pytest.raises(SettingsError, match=r"file\.missing"):
        sticks.files(stick / "none")
