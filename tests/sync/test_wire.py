"""What is written is read back; whatever else comes is a WireError that quotes nothing."""

from contextlib import suppress

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import wire
from sync.wire import Answer, Batch, Judged, Verdict, WireError

SEQ = st.integers(1, wire.SEQ_LIMIT)
NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
CAUSE = st.from_regex(r"[a-z][a-z_]{0,31}", fullmatch=True)
JUDGED = st.one_of(
    st.builds(Judged, SEQ, st.sampled_from([Verdict.ACCEPTED, Verdict.DUPLICATE])),
    st.builds(Judged, SEQ, st.just(Verdict.REFUSED), CAUSE),
)
BATCH = wire.encode_batch(Batch("pasar-contoh-1", ((1, b"one"), (2, b"two"))))
ANSWER = wire.encode_answer(Answer((Judged(1, Verdict.ACCEPTED), Judged(2, Verdict.REFUSED, "chain")), 300))


def _once(entries, seq):
    return tuple({seq(entry): entry for entry in entries}.values())


@given(NAME, st.lists(st.tuples(SEQ, st.binary(max_size=200)), max_size=20))
def test_a_batch_goes_there_and_back(name, records):
    batch = Batch(name, _once(records, lambda entry: entry[0]))
    assert wire.decode_batch(wire.encode_batch(batch)) == batch


@given(st.lists(JUDGED, max_size=20), st.integers(0, wire.SPREAD_LIMIT_S))
def test_an_answer_goes_there_and_back(verdicts, spread_s):
    answer = Answer(_once(verdicts, lambda judged: judged.seq), spread_s)
    assert wire.decode_answer(wire.encode_answer(answer)) == answer


@given(st.binary(max_size=300))
def test_garbage_is_refused(garbage):
    for decode in (wire.decode_batch, wire.decode_answer):
        with pytest.raises(WireError):
            decode(garbage)


@given(st.sampled_from([BATCH, ANSWER]), st.data())
def test_a_bent_message_is_refused_or_another_message_of_one_encoding(message, data):
    at = data.draw(st.integers(0, len(message) - 1))
    bent = message[:at] + bytes([message[at] ^ data.draw(st.integers(1, 255))]) + message[at + 1 :]
    for decode, encode in ((wire.decode_batch, wire.encode_batch), (wire.decode_answer, wire.encode_answer)):
        with suppress(WireError):
            assert encode(decode(bent)) == bent
    assert not wire.is_whole(bent, wire.digest(message))


PLAIN = {"v": 1, "kiosk": "a", "records": [[1, b"x"]]}


@pytest.mark.parametrize(
    "message",
    [
        [],
        1,
        None,
        PLAIN | {"v": 2},
        PLAIN | {"v": True},
        PLAIN | {"v": 1.0},
        PLAIN | {"more": 1},
        {"kiosk": "a", "v": 1, "records": []},
        {"v": 1, "kiosk": "a"},
        PLAIN | {"kiosk": ""},
        PLAIN | {"kiosk": b"a"},
        PLAIN | {"kiosk": "a b"},
        PLAIN | {"kiosk": "x" * 65},
        PLAIN | {"records": {}},
        PLAIN | {"records": [1]},
        PLAIN | {"records": [[1]]},
        PLAIN | {"records": [[1, "x"]]},
        PLAIN | {"records": [[0, b"x"]]},
        PLAIN | {"records": [[-1, b"x"]]},
        PLAIN | {"records": [[True, b"x"]]},
        PLAIN | {"records": [[1.0, b"x"]]},
        PLAIN | {"records": [[2**63, b"x"]]},
        PLAIN | {"records": [[1, b"x"], [1, b"y"]]},
        PLAIN | {"records": [[1, b"x", 1]]},
        PLAIN | {"records": [[n + 1, b""] for n in range(wire.RECORDS_LIMIT + 1)]},
    ],
)
def test_a_batch_of_another_shape_is_refused(message):
    with pytest.raises(WireError):
        wire.decode_batch(cbor2.dumps(message))


@pytest.mark.parametrize(
    "verdict",
    [[1, "maybe", ""], [1, "accepted", "cause"], [1, "refused", ""], [1, "refused", "Not a cause"],
     [1, "refused", "x" * 33], [1, 1, ""], ["1", "accepted", ""], [1, "accepted"], [1, "accepted", None]],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused(verdict):
    with pytest.raises(WireError):
        wire.decode_answer(cbor2.dumps({"v": 1, "verdicts": [verdict], "spread_s": 0}))


@pytest.mark.parametrize("spread_s", [-1, 86_401, 1.5, "0", None])
def test_a_spread_out_of_bounds_is_refused(spread_s):
    with pytest.raises(WireError):
        wire.decode_answer(cbor2.dumps({"v": 1, "verdicts": [], "spread_s": spread_s}))


@pytest.mark.parametrize(
    "body",
    [
        BATCH + b"\x00",  # something after the end
        BATCH[:-1],
        b"\xd9\xd9\xf7" + BATCH,  # a tag
        b"\xbf" + BATCH[1:] + b"\xff",  # indefinite length
        BATCH.replace(b"\x61v\x01", b"\x61v\x18\x01"),  # 1 in two bytes
        BATCH.replace(b"\x61v\x01", b"\x61v\xc2\x41\x01"),  # 1 as a bignum
        b"\x81" * 100_000,
        bytes.fromhex("9bffffffffffffffff"),
        bytes.fromhex("5bffffffffffffffff"),
        b"\x00" * (wire.BODY_LIMIT + 1),
    ],
)
def test_there_is_one_encoding_and_no_bomb(body):
    with pytest.raises(WireError):
        wire.decode_batch(body)


def test_the_error_quotes_nothing():
    canary = "3372990101800001"
    with pytest.raises(WireError) as caught:
        wire.decode_batch(cbor2.dumps(PLAIN | {"kiosk": f"<{canary}>", canary: canary}))
    assert canary not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_digest_fits_one_body():
    assert wire.is_whole(b"body", wire.digest(b"body"))
    assert not wire.is_whole(b"bodY", wire.digest(b"body"))
    assert not wire.is_whole(b"body", None)
    assert not wire.is_whole(b"body", "sha-256=:é:")
