"""The wire, version 2: one request for everything that goes up, one signed answer for everything that comes down.

wire.md beside this file is the contract; messages.py holds the values, packing.py the records, token.py who speaks.
Deterministic CBOR: whatever is not the one spelling of a message of this version is a WireError.
"""

import dataclasses
import hashlib
import itertools
import uuid
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk import cbor
from kiosk.domain.record import HASH_BYTES, SIGNATURE_BYTES
from sync.checks import (
    WireError,
    entries,
    is_bytes,
    is_cause,
    is_name,
    is_text,
    is_whole_number,
    number,
    numbers,
    rising,
)  # fmt: skip
from sync.messages import Answer, Day, Decided, Heartbeat, Judged, Known, Request, Verdict
from sync.packing import ID_BYTES, RECORDS_LIMIT, SEQ_LIMIT, Carried, carried, pack, unpack

__all__ = [
    "RECORDS_LIMIT", "SEQ_LIMIT", "Answer", "Carried", "Day", "Decided", "Heartbeat", "Judged", "Known", "Request",
    "Verdict", "WireError", "carried", "is_cause", "is_name",
]  # fmt: skip

VERSION = 2
PATH = "/v2/sync"
MASTER_PATH = "/v2/master"
PROVISION_PATH = "/v2/provision"
HEALTH_PATH = "/v2/health"
REQUEST_TYPE = "application/vnd.market-kiosk.sync.v2+cbor"
ANSWER_TYPE = "application/vnd.market-kiosk.answer.v2+cbor"
BODY_LIMIT = 4 * 1024 * 1024  # bytes, both directions
SPREAD_LIMIT_S = 86_400
OUTCOMES_LIMIT = 200
DAYS_LIMIT = 400
KNOWN_LIMIT = 100_000
SHORT_HASH_BYTES = 8
DAY_MS = 86_400_000

_DEPTH = 6  # message → runs → run → entries → entry
_TIME = 2**63 - 1
_COUNT = 2**53
_MORE_LIMIT = 32
_NUMBER_LIMIT = 256  # bytes of a sealed membership number
_REQUEST_WIDTH, _ANSWER_WIDTH = 7, 11  # of the two lists, the version first
_BEAT = tuple(field.name for field in dataclasses.fields(Heartbeat))  # its fields in their order
_SIGNED = frozenset({"now_ms", "oldest_ms"})  # a clock before 1970 is told like any other
_STATES = frozenset({"accepted", "member", "refused"})


def root_of(hashes: Iterable[bytes]) -> bytes:
    """SHA-256 over the hashes of records in `seq` order."""
    return hashlib.sha256(b"".join(hashes)).digest()


def run_length(verdicts: Iterable[tuple[int, Verdict, str]]) -> tuple[Judged, ...]:
    """The shortest spans that say the same. `verdicts` ascending by seq, none twice."""
    spans: list[Judged] = []
    for seq, verdict, cause in verdicts:
        last = spans[-1] if spans else None
        if last and (last.last + 1, last.verdict, last.cause) == (seq, verdict, cause):
            spans[-1] = dataclasses.replace(last, last=seq)
        else:
            spans.append(Judged(seq, seq, verdict, cause))
    return tuple(spans)


def encode_request(request: Request) -> bytes:
    """Raises WireError when a record is another kiosk's or out of order."""
    beat, known = request.beat, request.known
    told = [beat.boot.bytes if name == "boot" else getattr(beat, name) for name in _BEAT]
    runs = pack(request.kiosk, request.records)
    days = None if request.days is None else [[day.day, day.count, day.root] for day in request.days]
    hashes = None if known is None else [known.day, [[seq, short] for seq, short in known.hashes]]
    return cbor.dumps([VERSION, request.kiosk, told, runs, request.cursor, days, hashes])


def decode_request(body: bytes) -> Request:
    """Raises WireError unless `body` is exactly what `encode_request` writes."""
    kiosk, beat, runs, cursor, days, known = _message(body, _REQUEST_WIDTH)
    return Request(
        kiosk=kiosk,
        beat=_beat(beat),
        records=unpack(kiosk, runs),
        cursor=number(cursor, 0, SEQ_LIMIT, "cursor"),
        days=None if days is None else _days(days),
        known=None if known is None else _known(known),
    )


def sign_answer(answer: Answer, key: Ed25519PrivateKey) -> bytes:
    """The body of a signed answer; the signature covers everything else in it."""
    plain = _plain_answer(answer)
    return cbor.dumps([*plain, key.sign(cbor.dumps(plain))])


def open_answer(body: bytes, public_key: bytes) -> Answer:
    """As `decode_answer`. Raises WireError `signature` unless the centre with this raw Ed25519 key signed it."""
    answer = decode_answer(body)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(answer.signature, cbor.dumps(_plain_answer(answer)))
    except InvalidSignature:
        raise WireError("signature") from None
    return answer


def decode_answer(body: bytes) -> Answer:
    """Raises WireError unless `body` is exactly what `sign_answer` writes. The signature is not looked at."""
    message = _message(body, _ANSWER_WIDTH, _ANSWER_WIDTH + 1)
    kiosk, at_ms, verdicts, root, spread_s, outcomes, master, asks, lacks, *reached, signature = message
    if not is_bytes(root, HASH_BYTES) or not is_bytes(signature, SIGNATURE_BYTES):
        raise WireError("bytes")
    return Answer(
        kiosk=kiosk,
        at_ms=number(at_ms, 0, _TIME, "at_ms"),
        verdicts=_verdicts(verdicts),
        root=root,
        spread_s=number(spread_s, 0, SPREAD_LIMIT_S, "spread_s"),
        outcomes=_outcomes(outcomes),
        master=number(master, 0, SEQ_LIMIT, "master"),
        asks=numbers(asks, DAYS_LIMIT, -_TIME, _TIME, "asks"),
        lacks=numbers(lacks, KNOWN_LIMIT, 1, SEQ_LIMIT, "lacks"),
        reached=number(reached[0], 0, SEQ_LIMIT, "reached") if reached else None,
        signature=signature,
    )


def _plain_answer(answer: Answer) -> list[Any]:
    return [
        VERSION,
        answer.kiosk,
        answer.at_ms,
        [[one.first, one.last, str(one.verdict), one.cause] for one in answer.verdicts],
        answer.root,
        answer.spread_s,
        [[o.n, o.id.bytes, o.state, o.cause, o.decided_ms, o.number] for o in answer.outcomes],
        answer.master,
        list(answer.asks),
        list(answer.lacks),
        *([] if answer.reached is None else [answer.reached]),
    ]


def _message(body: bytes, *widths: int) -> list[Any]:
    """What follows the version; the first of it is the name of a kiosk."""
    if len(body) > BODY_LIMIT:
        raise WireError("too long")
    try:
        message = cbor.loads(body, _DEPTH)
    except cbor.CborError as error:
        raise WireError(str(error)) from None
    if not isinstance(message, list) or len(message) not in widths:
        raise WireError("message")
    if not is_whole_number(message[0], VERSION, VERSION):
        raise WireError("version")
    if not is_name(message[1]):
        raise WireError("kiosk")
    return message[1:]


def _beat(value: Any) -> Heartbeat:
    if not isinstance(value, list) or len(value) != len(_BEAT):
        raise WireError("beat")
    told = dict(zip(_BEAT, value, strict=True))
    more = told["more"]
    if not is_bytes(told["boot"], ID_BYTES) or not is_text(told["app"]):
        raise WireError("beat")
    if not isinstance(more, dict) or len(more) > _MORE_LIMIT:
        raise WireError("beat")
    if not all(is_text(key) and (is_text(one) or is_whole_number(one, -_COUNT, _COUNT)) for key, one in more.items()):
        raise WireError("beat")
    for name in told.keys() - {"boot", "app", "more"}:
        number(told[name], -_TIME if name in _SIGNED else 0, _TIME, "beat")
    return Heartbeat(**told | {"boot": uuid.UUID(bytes=told["boot"])})


def _days(value: Any) -> tuple[Day, ...]:
    found = []
    for entry in entries(value, 3, DAYS_LIMIT, "days"):
        day, count, root = entry
        if not is_bytes(root, HASH_BYTES):
            raise WireError("days")
        found.append(Day(number(day, -_TIME, _TIME, "days"), number(count, 1, _COUNT, "days"), root))
    rising([one.day for one in found], "days")
    return tuple(found)


def _known(value: Any) -> Known:
    if not isinstance(value, list) or len(value) != 2:
        raise WireError("known")
    day, hashes = value
    found = []
    for seq, short in entries(hashes, 2, KNOWN_LIMIT, "known"):
        if not is_whole_number(seq, 1, SEQ_LIMIT) or not is_bytes(short, SHORT_HASH_BYTES):
            raise WireError("known")
        found.append((seq, short))
    rising([seq for seq, _ in found], "known")
    return Known(number(day, -_TIME, _TIME, "known"), tuple(found))


def _verdicts(value: Any) -> tuple[Judged, ...]:
    found: list[Judged] = []
    total = 0
    for first, last, verdict, cause in entries(value, 4, RECORDS_LIMIT, "verdicts"):
        if not is_whole_number(first, 1, SEQ_LIMIT) or not is_whole_number(last, first, SEQ_LIMIT):
            raise WireError("verdicts")
        total += last - first + 1
        if total > RECORDS_LIMIT or not isinstance(verdict, str) or verdict not in set(Verdict):
            raise WireError("verdicts")
        if not (is_cause(cause) if verdict == Verdict.REFUSED else cause == ""):
            raise WireError("cause")
        found.append(Judged(first, last, Verdict(verdict), cause))
    for one, after in itertools.pairwise(found):
        same = (one.verdict, one.cause) == (after.verdict, after.cause)
        if after.first <= one.last or (same and after.first == one.last + 1):
            raise WireError("verdicts")
    return tuple(found)


def _outcomes(value: Any) -> tuple[Decided, ...]:
    found = []
    for n, id, state, cause, decided_ms, sealed in entries(value, 6, OUTCOMES_LIMIT, "outcomes"):
        if not is_whole_number(n, 1, SEQ_LIMIT) or not is_bytes(id, ID_BYTES) or not isinstance(state, str):
            raise WireError("outcomes")
        refused = state == "refused"
        if state not in _STATES or not (is_cause(cause) if refused else cause == ""):
            raise WireError("outcomes")
        if not isinstance(sealed, bytes) or len(sealed) > _NUMBER_LIMIT or (sealed and refused):
            raise WireError("outcomes")
        decided_ms = number(decided_ms, 1, _TIME, "outcomes")
        found.append(Decided(n, uuid.UUID(bytes=id), state, cause, decided_ms, sealed))
    rising([one.n for one in found], "outcomes")
    return tuple(found)
