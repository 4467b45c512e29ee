"""Records out of a file that SQLite cannot read any more: found by their bytes, proven by hashes.

A row of `enrolment` lies in one piece: id | code | fingerprint | captured_ms | hash of the record | record. A record is
whole when its SHA-256 is what the 32 bytes before it say, or what the record after it names as the one before.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.domain.enrolment import code_of
from kiosk.domain.record import HASH_BYTES, Record, RecordError, hash_of, length_of
from kiosk.store.chain import fingerprint_of_act

_BEGINS = re.compile(rb"\x01[\x01-\x40][A-Za-z0-9]")  # version, length of the kiosk's name, and its first letter
_FINGERPRINT_BYTES = 32


def rows(database: Path) -> dict[int, dict[str, Any]]:
    """Rows of `enrolment` by seq, from the file and its write-ahead log, whatever state both are in."""
    found: list[tuple[Record, dict[str, Any], bool]] = []
    for path in (database, database.with_name(f"{database.name}-wal")):
        if path.exists():
            found += _candidates(path.read_bytes())
    named = {record.previous for record, _, _ in found}
    return {record.seq: row for record, row, proven in found if proven or row["hash"] in named}


def _candidates(content: bytes) -> Iterator[tuple[Record, dict[str, Any], bool]]:
    """What reads as a record, the row that it would be, and whether the hash before it says so, too."""
    for begin in _BEGINS.finditer(content):
        start = begin.start()
        try:
            raw = content[start : start + length_of(content[start : start + 256])]
            record = Record.from_bytes(raw)
        except RecordError:
            continue
        hash = hash_of(raw)
        hash_at = start - HASH_BYTES
        captured_at = hash_at - _bytes_of(record.captured_ms)
        fingerprint = content[captured_at - _FINGERPRINT_BYTES : captured_at]
        row = {
            "seq": record.seq,
            "id": record.id.bytes,
            "code": code_of(record.id),
            "fingerprint": fingerprint,
            "kind": "act" if fingerprint == fingerprint_of_act(record.id) else "enrolment",
            "captured_ms": record.captured_ms,
            "hash": hash,
            "raw": raw,
        }
        yield record, row, content[hash_at:start] == hash


def _bytes_of(number: int) -> int:
    """How many SQLite takes for it (its file format, 2.1)."""
    if number in (0, 1):
        return 0
    return next((size for size in (1, 2, 3, 4, 6) if -(1 << 8 * size - 1) <= number < 1 << 8 * size - 1), 8)
