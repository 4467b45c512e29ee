"""The record: one enrolment as it travels. Sealed for the centre, signed by the kiosk, chained to the one before.

Byte layout, big-endian, so that the signature covers exactly one reading of the fields:

    version u8 | kiosk length u8 | kiosk ascii | seq u64 | id 16 B | captured_ms i64 | boot id 16 B | monotonic_ms u64
    | central key id 8 B | previous hash 32 B | sealed length u32 | sealed bytes        ← signed
    | Ed25519 signature 64 B                                                          ← appended
"""

import hashlib
import struct
import uuid
from dataclasses import dataclass

VERSION = 1
HASH_BYTES = 32
SIGNATURE_BYTES = 64
KEY_ID_BYTES = 8
SEALED_LIMIT = 64 * 1024  # a form has well under 2 KiB; this only bounds a hostile sender

_HEAD = struct.Struct(">BB")
_BODY = struct.Struct(">Q16sq16sQ8s32sI")


class RecordError(ValueError):
    """Bytes that are not a record. The text never quotes them."""


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One enrolment on the wire.

    kiosk          name of the kiosk, 1..64 ASCII characters
    seq            1, 2, 3 … without a gap, per kiosk
    id             UUIDv7, chosen before the commit: the idempotency key, for ever
    captured_ms    the kiosk's wall clock in ms since 1970 (may be wrong; order by seq, never by time)
    boot_id        which boot of the machine, so that `monotonic_ms` can be compared
    monotonic_ms   ms since that boot
    central_key_id the central public key that `sealed` was sealed to
    previous       hash of the record with seq - 1, or `genesis` for the first
    sealed         HPKE (RFC 9180) of the enrolment
    signature      Ed25519 over `signed_bytes()`
    """

    kiosk: str
    seq: int
    id: uuid.UUID
    captured_ms: int
    boot_id: uuid.UUID
    monotonic_ms: int
    central_key_id: bytes
    previous: bytes
    sealed: bytes
    signature: bytes = b""

    def signed_bytes(self) -> bytes:
        kiosk = self.kiosk.encode("ascii")
        body = _BODY.pack(
            self.seq,
            self.id.bytes,
            self.captured_ms,
            self.boot_id.bytes,
            self.monotonic_ms,
            self.central_key_id,
            self.previous,
            len(self.sealed),
        )
        return _HEAD.pack(VERSION, len(kiosk)) + kiosk + body + self.sealed

    def to_bytes(self) -> bytes:
        return self.signed_bytes() + self.signature

    def hash(self) -> bytes:
        """What the next record chains to."""
        return hash_of(self.to_bytes())

    def __repr__(self) -> str:
        return f"Record({self.kiosk} #{self.seq} {self.id})"

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Record":
        """Raises RecordError unless `raw` is exactly one record of this version."""
        try:
            version, name_length = _HEAD.unpack_from(raw)
            if version != VERSION:
                raise RecordError("version")
            name_end = _HEAD.size + name_length
            kiosk = raw[_HEAD.size : name_end].decode("ascii")
            seq, id_, captured, boot, monotonic, key_id, previous, length = _BODY.unpack_from(raw, name_end)
        except (struct.error, UnicodeDecodeError):
            raise RecordError("truncated") from None
        start = name_end + _BODY.size
        if not 1 <= name_length <= 64 or not kiosk.isprintable() or length > SEALED_LIMIT:
            raise RecordError("bounds")
        if len(raw) != start + length + SIGNATURE_BYTES:
            raise RecordError("length")
        return cls(
            kiosk=kiosk,
            seq=seq,
            id=uuid.UUID(bytes=id_),
            captured_ms=captured,
            boot_id=uuid.UUID(bytes=boot),
            monotonic_ms=monotonic,
            central_key_id=key_id,
            previous=previous,
            sealed=raw[start : start + length],
            signature=raw[start + length :],
        )


def length_of(begin: bytes) -> int:
    """Bytes of the whole record that begins so; 256 of them are always enough. Raises RecordError."""
    try:
        version, name_length = _HEAD.unpack_from(begin)
        length = _BODY.unpack_from(begin, _HEAD.size + name_length)[-1]
    except struct.error:
        raise RecordError("truncated") from None
    if version != VERSION or length > SEALED_LIMIT:
        raise RecordError("bounds")
    return int(_HEAD.size + name_length + _BODY.size + length + SIGNATURE_BYTES)


def hash_of(raw: bytes) -> bytes:
    """SHA-256 of a whole record's bytes."""
    return hashlib.sha256(raw).digest()


def genesis(kiosk: str, public_key: bytes) -> bytes:
    """The `previous` of a kiosk's first record: ties the chain to its name and key."""
    return hashlib.sha256(b"market-kiosk genesis\0" + kiosk.encode("ascii") + b"\0" + public_key).digest()


def seal_info(kiosk: str, seq: int) -> bytes:
    """HPKE `info`: a sealed body opens only as the record that it was sealed for."""
    return f"enrol/{VERSION}|{kiosk}|{seq}".encode("ascii")


def number_info(kiosk: str, id: uuid.UUID) -> bytes:
    """HPKE `info` of a membership number that the centre seals to a kiosk: it opens only for this enrolment."""
    return f"number/1|{kiosk}|{id}".encode("ascii")


def key_id(public_key: bytes) -> bytes:
    """Short name of a public key (its first SHA-256 bytes)."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]
