"""Who speaks: a short token, signed by the kiosk, that fits one body only. And the same bytes in a file on a stick.

    token     kiosk name | issued_ms i64 | SHA-256 of the body 32 B | Ed25519 signature over what stands before 64 B
    header    Authorization: Kiosk <base64url of the token, without padding>
    request   NAME-FIRST-LAST.kiosk      magic | token length u8 | token | request body
    receipt   NAME-FIRST-LAST.receipt    magic | answer body

A record begins with the byte 1 and a name never does, so no signature of one can stand for the other.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.checks import WireError, is_name

MAGIC = b"KIOSKSYNC2\n"
REQUEST_SUFFIX = ".kiosk"
RECEIPT_SUFFIX = ".receipt"

_SCHEME = "Kiosk "
_TAIL = struct.Struct(">q32s")
_SIGNATURE_BYTES = 64
_TOKEN_LIMIT = 64 + _TAIL.size + _SIGNATURE_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """`issued_ms` is the kiosk's clock: it tells, it never decides."""

    kiosk: str
    issued_ms: int
    body_hash: bytes
    signature: bytes

    @classmethod
    def made(cls, kiosk: str, issued_ms: int, body: bytes, key: Ed25519PrivateKey) -> "Token":
        body_hash = hashlib.sha256(body).digest()
        return cls(kiosk, issued_ms, body_hash, key.sign(_signed(kiosk, issued_ms, body_hash)))

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Token":
        """Raises WireError `token`."""
        name_end = len(raw) - _TAIL.size - _SIGNATURE_BYTES
        if not 1 <= name_end <= 64:
            raise WireError("token")
        kiosk = raw[:name_end].decode("ascii", "replace")
        if not is_name(kiosk):
            raise WireError("token")
        issued_ms, body_hash = _TAIL.unpack_from(raw, name_end)
        return cls(kiosk, issued_ms, body_hash, raw[-_SIGNATURE_BYTES:])

    @classmethod
    def from_header(cls, header: str | None) -> "Token":
        """Raises WireError `token`."""
        if header is None or not header.startswith(_SCHEME) or len(header) > 2 * _TOKEN_LIMIT:
            raise WireError("token")
        text = header.removeprefix(_SCHEME)
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise WireError("token") from None
        token = cls.from_bytes(raw)
        if token.header() != header:
            raise WireError("token")
        return token

    def to_bytes(self) -> bytes:
        return _signed(self.kiosk, self.issued_ms, self.body_hash) + self.signature

    def header(self) -> str:
        """The value of `Authorization`."""
        return _SCHEME + base64.urlsafe_b64encode(self.to_bytes()).decode().rstrip("=")

    def is_of(self, body: bytes) -> bool:
        """Whether it was made for this body; if not, the body was bent on the way."""
        return hmac.compare_digest(self.body_hash, hashlib.sha256(body).digest())

    def is_signed_by(self, public_key: bytes) -> bool:
        """`public_key` is raw Ed25519, 32 bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(
                self.signature, _signed(self.kiosk, self.issued_ms, self.body_hash)
            )
        except InvalidSignature:
            return False
        return True


def request_file(token: Token, body: bytes) -> bytes:
    raw = token.to_bytes()
    return MAGIC + bytes([len(raw)]) + raw + body


def read_request_file(file: bytes) -> tuple[Token, bytes]:
    """The token and the request body. Raises WireError `file`, `token`."""
    start = len(MAGIC) + 1
    if not file.startswith(MAGIC) or len(file) < start or len(file) < start + file[start - 1]:
        raise WireError("file")
    end = start + file[start - 1]
    return Token.from_bytes(file[start:end]), file[end:]


def receipt_file(answer: bytes) -> bytes:
    return MAGIC + answer


def read_receipt_file(file: bytes) -> bytes:
    """The answer body. Raises WireError `file`."""
    if not file.startswith(MAGIC):
        raise WireError("file")
    return file.removeprefix(MAGIC)


def _signed(kiosk: str, issued_ms: int, body_hash: bytes) -> bytes:
    return kiosk.encode("ascii") + _TAIL.pack(issued_ms, body_hash)
