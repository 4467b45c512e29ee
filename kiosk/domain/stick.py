"""A USB stick that is in just now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stick:
    """`name` of its folder where sticks appear; `free` and `size` in bytes; `writable` for this program."""

    name: str
    free: int
    size: int
    writable: bool
