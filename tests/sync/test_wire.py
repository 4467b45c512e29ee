"""What is written is read back byte for byte; whatever else comes is a WireError that quotes nothing."""

import base64
import dataclasses
import random
import uuid
from contextlib import suppress

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import cbor
from kiosk.domain.record import Record, genesis
from sync import wire
from sync.token import Token, read_receipt_file, read_request_file, receipt_file, request_file
from sync.wire import Answer, Day, Decided, Heartbeat, Judged, Known, Request, Verdict, WireError

CENTRE = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
CENTRE_PUBLIC = CENTRE.public_key().public_bytes_raw()
KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
PUBLIC = KEY.public_key().public_bytes_raw()

SEQ = st.integers(1, wire.SEQ_LIMIT)
NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
CAUSE = st.from_regex(r"[a-z][a-z_]{0,31}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)
TIME = st.integers(0, 2**62)
HASH = st.binary(min_size=32, max_size=32)
BEAT = st.builds(
    Heartbeat, now_ms=st.integers(-(2**62), 2**62), boot=st.uuids(), mono_ms=TIME, app=TEXT, waiting=TIME,
    quarantined=TIME, oldest_ms=TIME, last_seq=TIME, free_mb=TIME, rounds=TIME, master=TIME,
    more=st.dictionaries(TEXT, st.one_of(TEXT, st.integers(-(2**53), 2**53)), max_size=3),
)  # fmt: skip
DAY = st.builds(Day, st.integers(-(10**6), 10**6), st.integers(1, 2**53), HASH)
KNOWN = st.builds(
    lambda day, hashes: Known(day, tuple(sorted(hashes.items()))),
    st.integers(-(10**6), 10**6),
    st.dictionaries(SEQ, st.binary(min_size=8, max_size=8), max_size=5),
)


@st.composite
def chains(draw: st.DrawFn, kiosk: str) -> tuple[wire.Carried, ...]:
    """Runs with gaps, reboots, set clocks, other keys and broken links between them."""
    seq, previous, records = draw(st.integers(1, 2**40)), draw(HASH), []
    for _ in range(draw(st.integers(0, 8))):
        record = Record(
            kiosk, seq, draw(st.uuids()), draw(st.integers(-(2**62), 2**62 - 1)),
            uuid.UUID(int=draw(st.integers(0, 2))), draw(st.integers(0, 2**62 - 1)),
            bytes([draw(st.integers(0, 1))]) * 8, previous, draw(st.binary(max_size=80)),
            draw(st.binary(min_size=64, max_size=64)),
        )  # fmt: skip
        records.append(wire.carried(record.to_bytes()))
        seq += draw(st.sampled_from((1, 1, 1, 5)))
        previous = draw(st.one_of(st.just(record.hash()), st.just(record.hash()), HASH))
    return tuple(records)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    kiosk = draw(NAME)
    days = draw(st.one_of(st.none(), st.lists(DAY, max_size=4, unique_by=lambda day: day.day)))
    return Request(
        kiosk, draw(BEAT), draw(chains(kiosk)), draw(st.integers(0, wire.SEQ_LIMIT)),
        None if days is None else tuple(sorted(days, key=lambda day: day.day)), draw(st.one_of(st.none(), KNOWN)),
    )  # fmt: skip


DECIDED = st.one_of(
    st.builds(Decided, SEQ, st.uuids(), st.sampled_from(("accepted", "member")), st.just(""), st.integers(1, 2**60),
              st.binary(max_size=80)),
    st.builds(Decided, SEQ, st.uuids(), st.just("refused"), CAUSE, st.integers(1, 2**60), st.just(b"")),
)  # fmt: skip


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    verdict = st.one_of(
        st.tuples(st.sampled_from((Verdict.ACCEPTED, Verdict.DUPLICATE)), st.just("")),
        st.tuples(st.just(Verdict.REFUSED), st.sampled_from(("chain", "fork"))),
    )
    judged = draw(st.dictionaries(st.integers(1, 40), verdict, max_size=20))
    numbers = st.lists(SEQ, max_size=5, unique=True).map(lambda found: tuple(sorted(found)))
    outcomes = draw(st.lists(DECIDED, max_size=4, unique_by=lambda one: one.n))
    return Answer(
        draw(NAME), draw(TIME), wire.run_length((seq, *judged[seq]) for seq in sorted(judged)), draw(HASH),
        draw(st.integers(0, wire.SPREAD_LIMIT_S)), tuple(sorted(outcomes, key=lambda one: one.n)), draw(TIME),
        draw(numbers), draw(numbers),
    )  # fmt: skip


@given(requests())
def test_a_request_goes_there_and_back_byte_for_byte(request):
    body = wire.encode_request(request)
    read = wire.decode_request(body)
    assert read == request
    assert [one.raw for one in read.records] == [one.raw for one in request.records]
    assert wire.encode_request(read) == body


@given(answers())
def test_an_answer_goes_there_and_back_and_is_signed(answer):
    body = wire.sign_answer(answer, CENTRE)
    read = wire.open_answer(body, CENTRE_PUBLIC)
    assert dataclasses.replace(read, signature=b"") == answer
    with pytest.raises(WireError, match="signature"):
        wire.open_answer(body, PUBLIC)


def chain(number: int, kiosk: str = "pasar-contoh-1") -> tuple[wire.Carried, ...]:
    previous, records = genesis(kiosk, PUBLIC), []
    for seq in range(1, number + 1):
        unsigned = Record(
            kiosk, seq, uuid.UUID(int=seq), 1_795_312_800_000 + 90_000 * seq, uuid.UUID(int=9), 90_000 * seq, b"k" * 8,
            previous, bytes([seq % 256]) * 98,
        )  # fmt: skip
        records.append(
            wire.carried(dataclasses.replace(unsigned, signature=KEY.sign(unsigned.signed_bytes())).to_bytes())
        )
        previous = records[-1].hash
    return tuple(records)


BEAT_NOW = Heartbeat(1_795_312_800_000, uuid.UUID(int=9), 5_000, "1.0", waiting=3, more={"paper": "low"})
REQUEST = Request(
    "pasar-contoh-1", BEAT_NOW, chain(6), 17, (Day(20_779, 2, bytes(32)),), Known(20_779, ((1, b"12345678"),))
)
BODY = wire.encode_request(REQUEST)
ANSWER = wire.sign_answer(
    Answer(
        "pasar-contoh-1", 1_795_312_800_000, (Judged(1, 5, Verdict.ACCEPTED), Judged(6, 6, Verdict.REFUSED, "chain")),
        wire.root_of(one.hash for one in chain(5)), 300,
        (Decided(1, uuid.UUID(int=1), "accepted", "", 5, b"sealed"),), 4, (20_779,), (2, 3),
    ),
    CENTRE,
)  # fmt: skip


def bent(message: bytes, rng: random.Random) -> bytes:
    """One of the ways in which bytes go wrong."""
    at, size = rng.randrange(len(message)), rng.randrange(1, 9)
    return rng.choice((
        lambda: message[:at] + bytes([message[at] ^ (1 << rng.randrange(8))]) + message[at + 1 :],
        lambda: message[:at] + bytes([rng.randrange(256)]) + message[at + 1 :],
        lambda: message[:at],
        lambda: message[:at] + message[at + size :],
        lambda: message[:at] + rng.randbytes(size) + message[at:],
        lambda: message[:at] + message[at : at + size] * 2 + message[at + size :],
    ))()  # fmt: skip


def test_ten_thousand_bent_messages_never_pass_for_others():
    """Whatever still decodes has one spelling, and then the signatures or the token catch it."""
    rng = random.Random(20261126)
    token = Token.made(REQUEST.kiosk, 1, BODY, KEY)
    passed = 0
    for _ in range(5_000):
        body = bent(BODY, rng)
        if body != BODY:
            assert not token.is_of(body)
            with suppress(WireError):
                read = wire.decode_request(body)
                assert wire.encode_request(read) == body
                passed += 1
        answer = bent(ANSWER, rng)
        if answer != ANSWER:
            with pytest.raises(WireError):
                wire.open_answer(answer, CENTRE_PUBLIC)
    assert passed > 100, "else nothing was shown about the ones that decode"


def test_a_record_bent_in_a_run_fails_its_signature_and_is_never_stored_altered():
    rng, read = random.Random(1), 0
    stored = {one.raw for one in REQUEST.records}
    for _ in range(2_000):
        with suppress(WireError):
            for one in wire.decode_request(bent(BODY, rng)).records:
                if one.raw in stored:
                    continue
                read += 1
                with pytest.raises(InvalidSignature):
                    KEY.public_key().verify(one.record.signature, one.raw[:-64])
    assert read > 100


def test_a_bent_record_on_the_kiosk_spoils_no_other():
    """Its hash does not fit the next one any more: there a new run begins, and the others come as they are."""
    records = list(chain(5))
    raw = bytearray(records[2].raw)
    raw[-70] ^= 1
    records[2] = wire.carried(bytes(raw))
    read = wire.decode_request(wire.encode_request(dataclasses.replace(REQUEST, records=tuple(records)))).records
    assert [one.raw for one in read] == [one.raw for one in records]


@given(st.binary(max_size=300))
def test_garbage_is_refused(garbage):
    for decode in (wire.decode_request, wire.decode_answer):
        with pytest.raises(WireError):
            decode(garbage)


FIELDS = ("v", "kiosk", "beat", "runs", "cursor", "days", "known")
BEAT_FIELDS = tuple(field.name for field in dataclasses.fields(Heartbeat))
PLAIN = dict(zip(FIELDS, cbor.loads(BODY, 6), strict=True))
PLAIN["beat"] = dict(zip(BEAT_FIELDS, PLAIN["beat"], strict=True))
RUN = PLAIN["runs"][0]
ENTRY = RUN[4][0]


def with_entry(**changes: object) -> dict[str, object]:
    names = ("id", "captured", "boot", "monotonic", "sealed", "signature")
    entry = [changes.get(name, value) for name, value in zip(names, ENTRY, strict=True)]
    return PLAIN | {"runs": [[*RUN[:4], [entry]]]}


@pytest.mark.parametrize(
    "message",
    [
        [], 1, None, PLAIN | {"v": 1}, PLAIN | {"v": True}, PLAIN | {"v": 2.0}, PLAIN | {"more": 1},
        {"v": 2, "kiosk": "a", "runs": []}, PLAIN | {"kiosk": ""}, PLAIN | {"kiosk": b"a"}, PLAIN | {"kiosk": "a b"},
        PLAIN | {"kiosk": "x" * 65}, PLAIN | {"runs": {}}, PLAIN | {"runs": [1]}, PLAIN | {"runs": [[1]]},
        PLAIN | {"runs": [RUN, RUN]}, PLAIN | {"runs": [[*RUN[:4], []]]}, PLAIN | {"runs": [[0, *RUN[1:]]]},
        PLAIN | {"runs": [[2**63, *RUN[1:]]]}, PLAIN | {"runs": [[2**63 - 2, *RUN[1:]]]},
        PLAIN | {"runs": [[True, *RUN[1:]]]}, PLAIN | {"runs": [[1, b"short", *RUN[2:]]]},
        PLAIN | {"runs": [[*RUN[:2], b"short", *RUN[3:]]]}, PLAIN | {"runs": [[*RUN[:3], [], RUN[4]]]},
        PLAIN | {"runs": [[*RUN[:3], [*RUN[3], bytes(16)], RUN[4]]]},
        PLAIN | {"runs": [[*RUN[:3], RUN[3] * 2, RUN[4]]]},
        PLAIN | {"runs": [[*RUN[:4], RUN[4][:3]], [4, wire.carried(chain(3)[2].raw).hash, *RUN[2:4], [ENTRY]]]},
        PLAIN | {"runs": [[*RUN[:4], [ENTRY] * 5001]]},
        with_entry(id=b"short"), with_entry(captured=True), with_entry(captured=1.5), with_entry(captured=2**62),
        with_entry(boot=1), with_entry(boot=-1), with_entry(boot=True), with_entry(monotonic=-1),
        with_entry(monotonic=2**62), with_entry(sealed="text"), with_entry(sealed=bytes(64 * 1024 + 1)),
        with_entry(signature=bytes(63)),
        PLAIN | {"cursor": -1}, PLAIN | {"cursor": None}, PLAIN | {"days": []} | {"cursor": 2**63},
        PLAIN | {"days": [[1, 0, bytes(32)]]}, PLAIN | {"days": [[1, 1, bytes(31)]]},
        PLAIN | {"days": [[1, 1, bytes(32)]] * 2}, PLAIN | {"known": [1]}, PLAIN | {"known": [1, [[1, b"1234567"]]]},
        PLAIN | {"known": [1, [[2, bytes(8)], [1, bytes(8)]]]}, PLAIN | {"beat": {}}, PLAIN | {"beat": []},
        PLAIN | {"beat": PLAIN["beat"] | {"boot": bytes(15)}}, PLAIN | {"beat": PLAIN["beat"] | {"waiting": -1}},
        PLAIN | {"beat": PLAIN["beat"] | {"app": "x" * 65}}, PLAIN | {"beat": PLAIN["beat"] | {"app": "\n"}},
        PLAIN | {"beat": PLAIN["beat"] | {"more": {"a": []}}}, PLAIN | {"beat": PLAIN["beat"] | {"more": {1: 1}}},
        PLAIN | {"beat": PLAIN["beat"] | {"more": {str(n): n for n in range(33)}}},
    ],
)  # fmt: skip
def test_a_request_of_another_shape_is_refused(message):
    with pytest.raises(WireError):
        wire.decode_request(spelled(message))


def spelled(message: object) -> bytes:
    """Fields by name, as the list that they are on the wire."""
    if isinstance(message, dict):
        beat = message.get("beat")
        told = list(beat.values()) if isinstance(beat, dict) else beat
        message = list((message | {"beat": told} if "beat" in message else message).values())
    return cbor2.dumps(message, canonical=True)


def test_what_is_spelled_unaltered_is_the_request():
    assert spelled(PLAIN) == BODY
    assert spelled(ANSWERED) == ANSWER


ANSWER_FIELDS = (
    "v", "kiosk", "at_ms", "verdicts", "root", "spread_s", "outcomes", "master", "asks", "lacks", "signature",
)  # fmt: skip
ANSWERED = dict(zip(ANSWER_FIELDS, cbor.loads(ANSWER, 6), strict=True))
ID = bytes(16)


@pytest.mark.parametrize(
    "changes",
    [
        {"verdicts": [[1, 1, "maybe", ""]]}, {"verdicts": [[1, 1, "accepted", "cause"]]},
        {"verdicts": [[1, 1, "refused", ""]]}, {"verdicts": [[1, 1, "refused", "Not a cause"]]},
        {"verdicts": [[1, 1, "refused", "x" * 33]]}, {"verdicts": [[2, 1, "accepted", ""]]},
        {"verdicts": [[0, 1, "accepted", ""]]}, {"verdicts": [[1, 5001, "accepted", ""]]},
        {"verdicts": [[1, 2**62, "accepted", ""]]}, {"verdicts": [[1, 2, "accepted", ""], [2, 3, "duplicate", ""]]},
        {"verdicts": [[1, 2, "accepted", ""], [3, 3, "accepted", ""]]}, {"verdicts": [[1, 1, "accepted"]]},
        {"root": bytes(31)}, {"root": "x"}, {"signature": bytes(63)}, {"spread_s": -1}, {"spread_s": 86_401},
        {"spread_s": 1.5}, {"at_ms": -1}, {"master": None}, {"asks": [2, 1]}, {"asks": [1, 1]}, {"lacks": [0]},
        {"outcomes": [[1, ID, "waiting", "", 1, b""]]}, {"outcomes": [[1, ID, "refused", "", 1, b""]]},
        {"outcomes": [[1, ID, "refused", "phone", 1, b"number"]]}, {"outcomes": [[1, ID, "accepted", "x", 1, b""]]},
        {"outcomes": [[1, ID, "accepted", "", 0, b""]]}, {"outcomes": [[1, ID, "accepted", "", 1, bytes(257)]]},
        {"outcomes": [[1, ID, "accepted", "", 1, b""]] * 2}, {"outcomes": [[1, b"", "accepted", "", 1, b""]]},
        {"outcomes": [[n, ID, "accepted", "", 1, b""] for n in range(1, 202)]},
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused(changes):
    with pytest.raises(WireError):
        wire.decode_answer(spelled(ANSWERED | changes))


@pytest.mark.parametrize(
    "body",
    [
        BODY + b"\x00",  # something after the end
        BODY[:-1],
        b"\xd9\xd9\xf7" + BODY,  # a tag
        b"\xbf" + BODY[1:] + b"\xff",  # indefinite length
        BODY[:1] + b"\x18" + BODY[1:],  # 2 in two bytes
        BODY[:1] + b"\xc2\x41" + BODY[1:],  # 2 as a bignum
        BODY.replace(b"epaper", b"\x78\x05paper"),  # a length in two bytes
        b"\x81" * 100_000,
        bytes.fromhex("9bffffffffffffffff"),
        bytes.fromhex("5bffffffffffffffff"),
        bytes.fromhex("d81c81d81d00"),  # a list that holds itself
        b"\xd9\x01\x00\x82\x59\xff\xff"
        + bytes(65_535)
        + b"\x99\xff\xff"
        + b"\xd8\x19\x00" * 65_535,  # 4 GB of references
        b"\xd8\x23\x68(a+)+\x24\x24\x24",  # a regular expression
        b"\x00" * (wire.BODY_LIMIT + 1),
    ],
)
def test_there_is_one_encoding_and_no_bomb(body):
    for decode in (wire.decode_request, wire.decode_answer):
        with pytest.raises(WireError):
            decode(body)


def test_the_error_quotes_nothing():
    canary = "3372990101800001"
    with pytest.raises(WireError) as caught:
        wire.decode_request(spelled(PLAIN | {"kiosk": f"<{canary}>"}))
    assert canary not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(NAME, st.integers(-(2**63), 2**63 - 1), st.binary(max_size=99))
def test_a_token_goes_there_and_back_and_fits_one_body(name, issued_ms, body):
    token = Token.made(name, issued_ms, body, KEY)
    assert Token.from_header(token.header()) == token
    assert token.is_of(body)
    assert not token.is_of(body + b"x")
    assert token.is_signed_by(PUBLIC)
    assert not token.is_signed_by(CENTRE_PUBLIC)


@settings(max_examples=300)
@given(st.data())
def test_a_bent_token_is_not_the_kiosks(data):
    header = Token.made("pasar-contoh-1", 5, b"body", KEY).header()
    at = data.draw(st.integers(0, len(header) - 1))
    with suppress(WireError):
        token = Token.from_header(header[:at] + data.draw(st.characters()) + header[at + 1 :])
        assert token.header() == header or not token.is_signed_by(PUBLIC)


@pytest.mark.parametrize(
    "header",
    [None, "", "Kiosk ", "Bearer abc", "Kiosk a", "Kiosk " + "A" * 400, "Kiosk é", "Kiosk AAAA====", "kiosk AAAA",
     "Kiosk " + base64.urlsafe_b64encode(b" " + bytes(104)).decode()],
)  # fmt: skip
def test_what_is_no_token(header):
    with pytest.raises(WireError, match="token"):
        Token.from_header(header)


def test_no_signature_of_a_record_stands_for_a_token():
    record = chain(1)[0]
    with pytest.raises(WireError):
        Token.from_bytes(record.raw)


def test_the_same_bytes_travel_in_a_file():
    token = Token.made("pasar-contoh-1", 5, BODY, KEY)
    assert read_request_file(request_file(token, BODY)) == (token, BODY)
    assert read_receipt_file(receipt_file(ANSWER)) == ANSWER
    file = request_file(token, BODY)
    for wrong in (b"", file[1:], file[:11], file[:12], file[:50], b"x" + file):
        with pytest.raises(WireError):
            read_request_file(wrong)
    with pytest.raises(WireError):
        read_receipt_file(b"KIOSKSYNC1\n")


def test_run_length_is_the_shortest():
    verdicts = [(1, Verdict.ACCEPTED, ""), (2, Verdict.ACCEPTED, ""), (4, Verdict.ACCEPTED, ""),
                (5, Verdict.REFUSED, "fork"), (6, Verdict.REFUSED, "chain")]  # fmt: skip
    spans = wire.run_length(verdicts)
    assert [(one.first, one.last) for one in spans] == [(1, 2), (4, 4), (5, 5), (6, 6)]
    assert list(Answer("a", 0, spans).each()) == verdicts


def test_the_budget_on_the_wire():
    """98 bytes around what is sealed, and 48 of sealing: a record of 200 may hold a form of 54 bytes."""
    body = wire.encode_request(dataclasses.replace(REQUEST, records=chain(200), days=None, known=None))
    sealed = sum(len(one.record.sealed) for one in chain(200))
    assert (len(body) - sealed) / 200 <= 98
    answer = wire.sign_answer(Answer("pasar-contoh-1", 1_795_312_800_000, (Judged(1, 200, Verdict.ACCEPTED),)), CENTRE)
    assert len(answer) / 200 <= 10 - 150 / 200  # with the headers of HTTP
