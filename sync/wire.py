"""The wire, version 1: a batch of records up, a verdict per record down. CBOR, plain types, one encoding per meaning.

    batch    {"v": 1, "kiosk": name, "records": [[seq, record bytes], …]}
    answer   {"v": 1, "verdicts": [[seq, "accepted" | "duplicate" | "refused", cause], …], "spread_s": seconds}

`seq` stands beside the bytes so that a record too damaged to be read still gets its verdict and never blocks the rest.
Both directions carry `Content-Digest` (RFC 9530), so a body bent on the way is sent again instead of being judged.
"""

import base64
import enum
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any, TypeGuard

import cbor2

VERSION = 1
PATH = "/v1/batch"
PROVISION_PATH = "/v1/provision"
HEALTH_PATH = "/v1/health"
BATCH_TYPE = "application/vnd.market-kiosk.batch.v1+cbor"
ANSWER_TYPE = "application/vnd.market-kiosk.answer.v1+cbor"
DIGEST_HEADER = "Content-Digest"
BODY_LIMIT = 4 * 1024 * 1024  # bytes, both directions
RECORDS_LIMIT = 5000
SEQ_LIMIT = 2**63 - 1  # what a BIGINT holds
SPREAD_LIMIT_S = 86_400

_DEPTH = 3  # map → list → entry
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CAUSE = re.compile(r"[a-z][a-z_]{0,31}")


class WireError(ValueError):
    """Bytes that are not a message of this version. The text says which rule broke and never quotes them."""


class Verdict(enum.StrEnum):
    ACCEPTED = "accepted"  # committed by this very request
    DUPLICATE = "duplicate"  # the same record was committed before
    REFUSED = "refused"  # never will be; the cause says why


@dataclass(frozen=True, slots=True)
class Batch:
    """`records` are (seq, record bytes), oldest first, no seq twice."""

    kiosk: str
    records: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    seq: int
    verdict: Verdict
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`spread_s`: over how many seconds a kiosk should spread its first contact after an outage."""

    verdicts: tuple[Judged, ...]
    spread_s: int = 0


def is_name(text: object) -> TypeGuard[str]:
    """Whether `text` may be the name of a kiosk: 1..64 of A-Z a-z 0-9 . _ -"""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def is_cause(text: object) -> TypeGuard[str]:
    """Whether `text` is a cause id; anything else from the network is never shown, stored or logged."""
    return isinstance(text, str) and _CAUSE.fullmatch(text) is not None


def digest(body: bytes) -> str:
    """The `Content-Digest` value of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def is_whole(body: bytes, header: str | None) -> bool:
    """Whether the body is the one that the header was made for."""
    return header is not None and hmac.compare_digest(header.strip().encode(), digest(body).encode())


def encode_batch(batch: Batch) -> bytes:
    return cbor2.dumps({"v": VERSION, "kiosk": batch.kiosk, "records": [[seq, raw] for seq, raw in batch.records]})


def encode_answer(answer: Answer) -> bytes:
    verdicts = [[judged.seq, str(judged.verdict), judged.cause] for judged in answer.verdicts]
    return cbor2.dumps({"v": VERSION, "verdicts": verdicts, "spread_s": answer.spread_s})


def decode_batch(body: bytes) -> Batch:
    """Raises WireError unless `body` is exactly what `encode_batch` writes."""
    message = _message(body, ("v", "kiosk", "records"))
    if not is_name(message["kiosk"]):
        raise WireError("kiosk")
    records = []
    for entry in _entries(message["records"], 2):
        seq, raw = entry
        if not _is_whole_number(seq, 1, SEQ_LIMIT) or not isinstance(raw, bytes):
            raise WireError("record")
        records.append((seq, raw))
    _once_each([seq for seq, _ in records])
    return Batch(message["kiosk"], tuple(records))


def decode_answer(body: bytes) -> Answer:
    """Raises WireError unless `body` is exactly what `encode_answer` writes."""
    message = _message(body, ("v", "verdicts", "spread_s"))
    if not _is_whole_number(message["spread_s"], 0, SPREAD_LIMIT_S):
        raise WireError("spread_s")
    verdicts = []
    for entry in _entries(message["verdicts"], 3):
        seq, verdict, cause = entry
        if not _is_whole_number(seq, 1, SEQ_LIMIT) or not isinstance(verdict, str) or verdict not in set(Verdict):
            raise WireError("verdict")
        if is_cause(cause) != (verdict == Verdict.REFUSED) or (verdict != Verdict.REFUSED and cause != ""):
            raise WireError("cause")
        verdicts.append(Judged(seq, Verdict(verdict), cause))
    _once_each([judged.seq for judged in verdicts])
    return Answer(tuple(verdicts), message["spread_s"])


def _message(body: bytes, keys: tuple[str, ...]) -> dict[str, Any]:
    if len(body) > BODY_LIMIT:
        raise WireError("too long")
    try:
        message = cbor2.loads(body, max_depth=_DEPTH, allow_indefinite=False)
        again = cbor2.dumps(message)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise WireError("not CBOR") from None
    if again != body:  # a tag, a trailing byte, a longer spelling of a number: two readings of one signed thing
        raise WireError("not the one encoding")
    if not isinstance(message, dict) or tuple(message) != keys:
        raise WireError("keys")
    if not _is_whole_number(message["v"], VERSION, VERSION):
        raise WireError("version")
    return message


def _entries(value: object, width: int) -> list[list[Any]]:
    if not isinstance(value, list) or len(value) > RECORDS_LIMIT:
        raise WireError("list")
    if not all(isinstance(entry, list) and len(entry) == width for entry in value):
        raise WireError("entry")
    return value


def _is_whole_number(value: object, low: int, high: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _once_each(seqs: list[int]) -> None:
    if len(set(seqs)) != len(seqs):
        raise WireError("seq twice")
