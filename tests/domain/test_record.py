"""The record's bytes: exactly one reading, nothing else accepted. And the receipt code's check letter."""

import dataclasses
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.enrolment import _CODE_LETTERS, code_of, code_valid
from kiosk.domain.record import Record, RecordError, genesis

RECORD = Record(
    kiosk="UJI-1",
    seq=7,
    id=uuid.UUID(int=7),
    captured_ms=-5,
    boot_id=uuid.UUID(int=1),
    monotonic_ms=9,
    central_key_id=b"k" * 8,
    previous=b"p" * 32,
    sealed=b"sealed",
    signature=b"s" * 64,
)


def test_round_trip() -> None:
    assert Record.from_bytes(RECORD.to_bytes()) == RECORD
    assert len(RECORD.hash()) == 32


def test_every_cut_and_every_extra_byte_is_refused() -> None:
    raw = RECORD.to_bytes()
    for length in range(len(raw)):
        with pytest.raises(RecordError):
            Record.from_bytes(raw[:length])
    with pytest.raises(RecordError):
        Record.from_bytes(raw + b"\0")


def test_every_field_is_signed() -> None:
    others = {"kiosk": "UJI-2", "seq": 8, "id": uuid.UUID(int=8), "captured_ms": 0, "boot_id": uuid.UUID(int=2),
              "monotonic_ms": 1, "central_key_id": b"x" * 8, "previous": b"x" * 32, "sealed": b"x"}  # fmt: skip
    assert others.keys() | {"signature"} == {field.name for field in dataclasses.fields(Record)}
    for name, value in others.items():
        assert dataclasses.replace(RECORD, **{name: value}).signed_bytes() != RECORD.signed_bytes()


@given(st.binary(max_size=400))
def test_garbage_is_refused(raw: bytes) -> None:
    try:
        record = Record.from_bytes(raw)
    except RecordError:
        return
    assert record.to_bytes() == raw


def test_genesis_ties_name_and_key() -> None:
    assert len({genesis(name, key) for name in ("A", "B") for key in (b"1" * 32, b"2" * 32)}) == 4


@given(st.uuids(), st.integers(0, 8), st.sampled_from(_CODE_LETTERS))
def test_one_wrong_letter_in_a_code_is_found(id: uuid.UUID, place: int, letter: str) -> None:
    code = code_of(id)
    letters = list(code.replace("-", ""))
    assert code_valid(code)
    if letters[place] != letter:
        letters[place] = letter
        assert not code_valid("".join(letters))
