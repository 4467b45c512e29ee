"""Records in runs: what the centre can compute is left out, and rebuilt byte for byte because the signature covers it.

    run      [first seq, previous hash, central key id, [boot id, …], [entry, …]]
    entry    [id, captured_ms, boot index, monotonic_ms, sealed, signature]

captured_ms and monotonic_ms are differences to the entry before, the first ones whole, and of monotonic_ms only what
differs from the difference of captured_ms: nothing as long as the clock is not set. Boot ids stand in the order of
their first use. A run ends where `seq` leaps, the key changes or the chain does not hold, so one bent record on a
kiosk's disk spoils no other.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kiosk.domain.record import HASH_BYTES, KEY_ID_BYTES, SEALED_LIMIT, SIGNATURE_BYTES, Record, hash_of
from sync.checks import WireError, is_bytes, is_whole_number

RECORDS_LIMIT = 5000  # in one request
SEQ_LIMIT = 2**63 - 1  # what a BIGINT holds
ID_BYTES = 16
_CAPTURED = range(-(2**62), 2**62)  # so that no difference of differences leaves the 64 bits of CBOR
_MONOTONIC = range(2**62)


@dataclass(frozen=True, slots=True)
class Carried:
    """A record and its bytes. `raw` is `Record.to_bytes()`, `hash` its SHA-256."""

    record: Record
    raw: bytes
    hash: bytes

    @property
    def seq(self) -> int:
        return self.record.seq


def carried(raw: bytes) -> Carried:
    """Raises RecordError."""
    return Carried(Record.from_bytes(raw), raw, hash_of(raw))


def pack(kiosk: str, records: Iterable[Carried]) -> list[Any]:
    """The runs of records of `kiosk`, in ascending `seq`. Raises WireError `kiosk`, `order`."""
    runs: list[Any] = []
    boots: dict[bytes, int] = {}
    before: Carried | None = None
    for one in records:
        record = one.record
        if record.kiosk != kiosk:
            raise WireError("kiosk")
        if before is not None and record.seq <= before.seq:
            raise WireError("order")
        if record.captured_ms not in _CAPTURED or record.monotonic_ms not in _MONOTONIC:
            raise WireError("clock")
        follows = (
            before is not None
            and (record.seq, record.previous) == (before.seq + 1, before.hash)
            and record.central_key_id == before.record.central_key_id
        )
        if not follows:
            boots = {}
            runs.append([record.seq, record.previous, record.central_key_id, [], []])
        *_, run_boots, entries = runs[-1]
        boot = record.boot_id.bytes
        if boot not in boots:
            boots[boot] = len(boots)
            run_boots.append(boot)
        captured, monotonic = record.captured_ms, record.monotonic_ms
        if follows and before is not None:
            captured -= before.record.captured_ms
            monotonic -= before.record.monotonic_ms + captured
        entries.append([record.id.bytes, captured, boots[boot], monotonic, record.sealed, record.signature])
        before = one
    return runs


def unpack(kiosk: str, runs: Any) -> tuple[Carried, ...]:
    """The records that `pack` was given. Raises WireError unless `runs` is what it writes."""
    if not isinstance(runs, list) or len(runs) > RECORDS_LIMIT:
        raise WireError("runs")
    records: list[Carried] = []
    for run in runs:
        records += _unpack_run(kiosk, run, records[-1] if records else None)
        if len(records) > RECORDS_LIMIT:
            raise WireError("records")
    return tuple(records)


def _unpack_run(kiosk: str, run: Any, before: Carried | None) -> list[Carried]:
    if not isinstance(run, list) or len(run) != 5:
        raise WireError("run")
    first, previous, key, boots, entries = run
    if (
        not is_whole_number(first, 1, SEQ_LIMIT)
        or not is_bytes(previous, HASH_BYTES)
        or not is_bytes(key, KEY_ID_BYTES)
    ):
        raise WireError("run")
    if before is not None and first <= before.seq:
        raise WireError("order")
    if not isinstance(entries, list) or not 1 <= len(entries) <= RECORDS_LIMIT or first + len(entries) - 1 > SEQ_LIMIT:
        raise WireError("entries")
    if before is not None and (first, previous, key) == (before.seq + 1, before.hash, before.record.central_key_id):
        raise WireError("run in two")
    if not isinstance(boots, list) or not all(is_bytes(boot, ID_BYTES) for boot in boots):
        raise WireError("boots")
    boot_ids = [uuid.UUID(bytes=boot) for boot in boots]
    if len(set(boot_ids)) != len(boot_ids):
        raise WireError("boots")
    found: list[Carried] = []
    captured = monotonic = used = 0
    for seq, entry in enumerate(entries, first):
        if not isinstance(entry, list) or len(entry) != 6:
            raise WireError("entry")
        id, captured_more, boot, monotonic_more, sealed, signature = entry
        if not is_bytes(id, ID_BYTES) or not is_bytes(signature, SIGNATURE_BYTES) or not isinstance(sealed, bytes):
            raise WireError("entry")
        if not type(captured_more) is type(monotonic_more) is type(boot) is int or len(sealed) > SEALED_LIMIT:
            raise WireError("entry")
        captured += captured_more
        monotonic += monotonic_more + (captured_more if found else 0)
        if captured not in _CAPTURED or monotonic not in _MONOTONIC or not 0 <= boot <= min(used, len(boots) - 1):
            raise WireError("entry")
        used = max(used, boot + 1)
        record = Record(
            kiosk, seq, uuid.UUID(bytes=id), captured, boot_ids[boot], monotonic, key, previous, sealed, signature
        )
        raw = record.to_bytes()
        previous = hash_of(raw)
        found.append(Carried(record, raw, previous))
    if used != len(boots):
        raise WireError("boots")
    return found
