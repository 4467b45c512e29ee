"""What schemathesis loads to speak the wire: bodies of its shape with anything in them, and tokens that fit most.

Without the token nothing would come past the door; with it each body is judged as a kiosk's that went bad.
"""

import dataclasses
import hashlib
import os
import uuid
from typing import Any

import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st
from schemathesis.core import NOT_SET

from kiosk import cbor
from sync import wire
from sync.token import Token

KIOSK = "kios-skema"  # as in faults_api
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(os.environ["KIOSK_KEY"]))

_NUMBER = st.one_of(st.integers(0, 40), st.integers(-(2**63), 2**64 - 1), st.sampled_from([2**53, 2**63 - 1, 2**63]))
_LEAF = st.one_of(_NUMBER, st.binary(max_size=40), st.text(max_size=20), st.none(), st.booleans())
_ANY = st.recursive(_LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner))
_HASH = st.binary(min_size=32, max_size=32)
_ENTRY = st.tuples(st.binary(min_size=16, max_size=16), _NUMBER, _NUMBER, _NUMBER, st.binary(max_size=200),
                   st.binary(min_size=64, max_size=64)).map(list)  # fmt: skip
_BOOTS = st.lists(st.binary(min_size=16, max_size=16), max_size=2)
_RUN = st.tuples(_NUMBER, _HASH, st.binary(min_size=8, max_size=8), _BOOTS, st.lists(_ENTRY, max_size=3)).map(list)
_NUMBERS = (
    "now_ms", "mono_ms", "waiting", "quarantined", "oldest_ms", "last_seq", "free_mb", "rounds", "master",
)  # fmt: skip
_BEAT = st.fixed_dictionaries(
    dict.fromkeys(_NUMBERS, _NUMBER)
    | {
        "boot": st.just(uuid.UUID(int=1).bytes),
        "app": st.text(max_size=20),
        "more": st.dictionaries(st.text(max_size=9), _LEAF, max_size=3),
    }
)
_REQUEST = st.fixed_dictionaries(
    {
        "v": st.sampled_from([wire.VERSION] * 6 + [1]),
        "kiosk": st.sampled_from([KIOSK] * 6 + ["kios-x"]),
        "beat": st.one_of(_BEAT, _BEAT, _ANY),
        "runs": st.one_of(st.lists(_RUN, max_size=3), st.just([]), _ANY),
        "cursor": _NUMBER,
        "days": st.one_of(st.none(), st.lists(st.tuples(_NUMBER, _NUMBER, _HASH).map(list), max_size=3), _ANY),
        "known": st.one_of(
            st.none(),
            st.tuples(
                _NUMBER, st.lists(st.tuples(_NUMBER, st.binary(min_size=8, max_size=8)).map(list), max_size=3)
            ).map(list),
            _ANY,
        ),
    }
)


def _spelled(message: dict[str, Any]) -> bytes:
    """As the lists that they are on the wire."""
    beat, names = message["beat"], [field.name for field in dataclasses.fields(wire.Heartbeat)]
    if isinstance(beat, dict) and beat.keys() == set(names):
        beat = [beat[name] for name in names]
    return cbor.dumps(list((message | {"beat": beat}).values()))


schemathesis.openapi.media_type(wire.REQUEST_TYPE, st.one_of(_REQUEST.map(_spelled), st.binary(max_size=500)))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Signs three of four requests for what is really sent; the others keep what schemathesis made up."""
    body = case.body if isinstance(case.body, bytes) else getattr(case.body, "data", b"")
    if case.body is NOT_SET:
        body = b""
    if isinstance(body, bytes) and hashlib.sha256(body).digest()[0] % 4:
        case.headers["Authorization"] = Token.made(KIOSK, 0, body, KEY).header()
