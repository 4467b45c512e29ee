"""Only the centre's key opens a record, and only as the record that it was sealed for."""

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.central.opening import OpeningError, opened


def test_it_opens(kiosk, central_key):
    record = kiosk.record(1, bytes(32), enrolment={"v": 1, "name": "Siti Contoh"})
    assert opened(record.to_bytes(), central_key) == {"v": 1, "name": "Siti Contoh"}


@pytest.mark.parametrize(
    "form", [{"v": 1, "name": "Siti Contoh"}, {"v": 2, "name": "Siti Contoh", "association": "KOP", "replaces": ""}]
)
def test_forms_of_both_versions_open(kiosk, central_key, form):
    assert opened(kiosk.record(1, bytes(32), enrolment=form).to_bytes(), central_key) == form


def test_another_key_is_named_as_such(kiosk):
    with pytest.raises(OpeningError, match="other_key"):
        opened(kiosk.next().to_bytes(), X25519PrivateKey.generate())


def test_a_body_moved_to_another_place_stays_shut(kiosk, central_key):
    moved = dataclasses.replace(kiosk.next(), seq=2)
    with pytest.raises(OpeningError, match="seal"):
        opened(moved.to_bytes(), central_key)


@pytest.mark.parametrize("enrolment", [[1], "text", 3])
def test_what_is_no_object_is_no_form(kiosk, central_key, enrolment):
    with pytest.raises(OpeningError, match="form"):
        opened(kiosk.record(1, bytes(32), enrolment=enrolment).to_bytes(), central_key)


def test_bytes_that_are_no_record(central_key):
    with pytest.raises(OpeningError, match="record"):
        opened(b"\x01", central_key)
