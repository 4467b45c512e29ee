"""What every part of a message is checked with. An error says which rule broke and never quotes what broke it."""

import itertools
import re
from typing import Any, TypeGuard

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CAUSE = re.compile(r"[a-z][a-z_]{0,31}")
_TEXT_LIMIT = 64


class WireError(ValueError):
    """Bytes that are not a message of this version. The text says which rule broke and never quotes them."""


def is_name(text: object) -> TypeGuard[str]:
    """Whether `text` may be the name of a kiosk: 1..64 of A-Z a-z 0-9 . _ -"""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def is_cause(text: object) -> TypeGuard[str]:
    """Whether `text` is a cause id; anything else from the network is never shown, stored or logged."""
    return isinstance(text, str) and _CAUSE.fullmatch(text) is not None


def is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) <= _TEXT_LIMIT and value.isprintable()


def is_whole_number(value: object, low: int, high: int) -> TypeGuard[int]:
    return type(value) is int and low <= value <= high


def is_bytes(value: object, size: int) -> TypeGuard[bytes]:
    return isinstance(value, bytes) and len(value) == size


def number(value: Any, low: int, high: int, what: str) -> int:
    """`value` within its bounds. Raises WireError `what`, as all below."""
    if not is_whole_number(value, low, high):
        raise WireError(what)
    return value


def entries(value: Any, width: int, limit: int, what: str) -> list[list[Any]]:
    """At most `limit` lists of `width` items each."""
    if not isinstance(value, list) or len(value) > limit:
        raise WireError(what)
    if not all(isinstance(entry, list) and len(entry) == width for entry in value):
        raise WireError(what)
    return value


def numbers(value: Any, limit: int, low: int, high: int, what: str) -> tuple[int, ...]:
    """At most `limit` numbers, each greater than the one before."""
    if not isinstance(value, list) or len(value) > limit:
        raise WireError(what)
    found = [number(one, low, high, what) for one in value]
    rising(found, what)
    return tuple(found)


def rising(found: list[int], what: str) -> None:
    if any(after <= one for one, after in itertools.pairwise(found)):
        raise WireError(what)
