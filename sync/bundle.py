"""Master data as one signed file: tariffs, occupations, markets, associations and texts of one version.

    KIOSKMASTER1\\n | Ed25519 signature of the centre, 64 B | zstd frame ← signed

In the frame is deterministic CBOR: {"v": 1, "version": n, "at_ms": t, "files": {name: bytes}}. Whoever has it can
check it: it may come over HTTP in pieces, or on a stick.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk import cbor
from kiosk.domain.record import SIGNATURE_BYTES
from sync.checks import WireError, is_whole_number

MAGIC = b"KIOSKMASTER1\n"
BUNDLE_LIMIT = 4 * 1024 * 1024  # bytes
PLAIN_LIMIT = 16 * 1024 * 1024
FILES_LIMIT = 64
_FORM = 1
_NAME = re.compile(r"(words/)?[a-z0-9][a-z0-9._-]{0,62}")  # no way out of the folder that it is written to
_DEPTH = 3
_LEVEL = 19


@dataclass(frozen=True, slots=True)
class Bundle:
    """`files` by name, as in config/, the texts as `words/<language>.po`. `at_ms` is when it was published."""

    version: int
    at_ms: int
    files: Mapping[str, bytes]


def sealed(bundle: Bundle, key: Ed25519PrivateKey) -> bytes:
    """Raises WireError `name` or `too long` for files that no kiosk would take."""
    _check(bundle.files)
    plain = cbor.dumps({"v": _FORM, "version": bundle.version, "at_ms": bundle.at_ms, "files": dict(bundle.files)})
    frame = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compress(plain)
    raw = MAGIC + key.sign(frame) + frame
    if len(plain) > PLAIN_LIMIT or len(raw) > BUNDLE_LIMIT:
        raise WireError("too long")
    return raw


def opened(raw: bytes, public_key: bytes) -> Bundle:
    """Raises WireError unless the centre with this raw Ed25519 key sealed exactly this."""
    start = len(MAGIC) + SIGNATURE_BYTES
    if not raw.startswith(MAGIC) or not start < len(raw) <= BUNDLE_LIMIT:
        raise WireError("bundle")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw[len(MAGIC) : start], raw[start:])
        frame = zstandard.get_frame_parameters(raw[start:])
        if not 0 < frame.content_size <= PLAIN_LIMIT:
            raise WireError("too long")
        message = cbor.loads(zstandard.ZstdDecompressor().decompress(raw[start:], PLAIN_LIMIT), _DEPTH)
    except InvalidSignature:
        raise WireError("signature") from None
    except (zstandard.ZstdError, cbor.CborError):
        raise WireError("bundle") from None
    if not isinstance(message, dict) or message.keys() != {"v", "version", "at_ms", "files"} or message["v"] != _FORM:
        raise WireError("keys")
    version, at_ms, files = message["version"], message["at_ms"], message["files"]
    if not is_whole_number(version, 1, 2**63 - 1) or not is_whole_number(at_ms, 0, 2**63 - 1):
        raise WireError("version")
    if not isinstance(files, dict) or not all(isinstance(one, bytes) for one in files.values()):
        raise WireError("files")
    _check(files)
    return Bundle(version, at_ms, files)


def _check(files: Mapping[str, bytes]) -> None:
    if len(files) > FILES_LIMIT or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in files):
        raise WireError("name")
