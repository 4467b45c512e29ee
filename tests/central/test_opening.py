"""Only the centre's key opens a record, and only as the record that it was sealed for."""

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.central.opening import OpeningError, opened


def test_it_opens(kiosk, central_key):
    record = kiosk.record(7, bytes(32))
    enrolment = opened(record.to_bytes(), central_key)
    assert (enrolment.id, enrolment.nik, enrolment.name) == (record.id, "3372990101800007", "SITI CONTOH")


def test_another_key_is_named_as_such(kiosk):
    with pytest.raises(OpeningError, match="other_key"):
        opened(kiosk.next().to_bytes(), X25519PrivateKey.generate())


def test_a_body_moved_to_another_place_stays_shut(kiosk, central_key):
    moved = dataclasses.replace(kiosk.next(), seq=2)
    with pytest.raises(OpeningError, match="seal"):
        opened(moved.to_bytes(), central_key)


@pytest.mark.parametrize("plain", [b"x", b"{}", bytes(60)])
def test_what_is_no_form(kiosk, central_key, plain):
    with pytest.raises(OpeningError, match="form"):
        opened(kiosk.record(1, bytes(32), plain=plain).to_bytes(), central_key)


def test_bytes_that_are_no_record(central_key):
    with pytest.raises(OpeningError, match="record"):
        opened(b"\x01", central_key)
