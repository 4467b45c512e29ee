"""The whole way with nothing left out: kept, carried, opened, decided by the branch, told to the kiosk that asked."""

import csv
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cbor
from kiosk.domain.outcome import Due, State
from kiosk.domain.tariff import Month
from sync import wire
from sync.checks import WireError


def test_what_the_branch_decides_reaches_the_kiosk(kiosk_of_its_own, tmp_path):
    kiosk, centre = kiosk_of_its_own

    def at_the_centre(*arguments: str) -> str:
        command = [sys.executable, "-m", "sync.central", *arguments, "--home", str(centre.home)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout

    kiosk.keep(3)
    assert kiosk.run("once").returncode == 0
    at_the_centre("work", "--once")
    at_the_centre("export", "--format", "csv", "--out", str(tmp_path / "branch.csv"))
    rows = list(csv.DictReader((tmp_path / "branch.csv").read_text(encoding="utf-8-sig").splitlines()))
    decided = f"code,state,cause,number\n{rows[0]['code']},accepted,,12345678901\n{rows[1]['code']},refused,phone,\n"
    (tmp_path / "decided.csv").write_text(decided)
    at_the_centre("decide", str(tmp_path / "decided.csv"))
    assert kiosk.run("once").returncode == 0

    known = [kiosk.store.enrolments.known(row["nik"], kiosk.identity) for row in rows]
    assert [(one.state, one.cause, one.number) for one in known] == [
        (State.ACCEPTED, "", "12345678901"),
        (State.REFUSED, "phone", ""),
        (State.SENT, "", ""),
    ]

    (tmp_path / "dues.csv").write_text(f"code,until,payment,amount\n{rows[0]['code']},2027-02,88810012345678,16800\n")
    at_the_centre("dues", str(tmp_path / "dues.csv"))
    assert kiosk.run("once").returncode == 0
    paying = kiosk.store.enrolments.known(rows[0]["nik"], kiosk.identity)
    assert (paying.state, paying.number) == (State.ACCEPTED, "12345678901")  # told without the number, which stays
    assert paying.due == Due(Month(2027, 2), "88810012345678", 16_800)
    for secret in ("12345678901", "88810012345678"):
        assert secret.encode() not in b"".join(path.read_bytes() for path in centre.home.glob("central.sqlite3*"))
    assert "12345678901" not in repr([path.read_bytes() for path in centre.home.glob("central.sqlite3*")])


def test_how_far_the_target_is_may_be_left_out():
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    for reached in (None, 0, 28_000):
        answer = wire.Answer("pasar-1", 5, reached=reached)
        body = wire.sign_answer(answer, key)
        assert wire.open_answer(body, public).reached == reached
        assert len(cbor.loads(body, 6)) == (11 if reached is None else 12)
    for wrong in (-1, "x", None, 2**63):
        plain = cbor.loads(wire.sign_answer(wire.Answer("pasar-1", 5, reached=1), key), 6)
        plain[-2] = wrong
        with pytest.raises(WireError):
            wire.decode_answer(cbor.dumps(plain))
