"""A USB stick that is in just now, and the room that an export takes there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stick:
    """`name` of its folder where sticks appear; `free` and `size` in bytes; `writable` for this program."""

    name: str
    free: int
    size: int
    writable: bool


RECORDS = 2000  # in one file
FILE_BYTES = 64 * 1024  # beside its records: what a stick rounds a file up to


def room_for(records: int, size: int) -> int:
    """Bytes that so many records of `size` bytes together take on a stick, at most."""
    return size + -(-records // RECORDS) * FILE_BYTES
