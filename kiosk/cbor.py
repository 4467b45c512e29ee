"""Deterministic CBOR (RFC 8949 4.2): integers, bytes, text, lists and maps of these, each in its one spelling."""

from typing import Any

import cbor2

# Tags that the library would act on by itself: shared values and string references grow when they are written again,
# a regular expression would be compiled. Every other tag goes to the hook.
_TAGS = (*range(6), 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799)


class CborError(ValueError):
    """Bytes that are not the one spelling of a value. The text says which rule broke and never quotes them."""


def dumps(value: Any) -> bytes:
    """The one spelling of `value`."""
    return cbor2.dumps(value, canonical=True)


def loads(body: bytes, depth: int) -> Any:
    """The value that `body` spells, nested at most `depth` deep. What is in it still has to be checked.

    Raises CborError: garbage, a tag, an indefinite length, a longer spelling, keys out of order, a trailing byte.
    """
    try:
        value = cbor2.loads(
            body,
            max_depth=depth,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            strict_hashable_types=True,
            semantic_decoders=_REFUSED,
            tag_hook=_refuse,
        )
        again = dumps(value)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise CborError("not CBOR") from None
    if again != body:
        raise CborError("not the one encoding")
    return value


def _refuse(*_: object) -> Any:
    raise CborError("tag")


_REFUSED = dict.fromkeys(_TAGS, _refuse)
