"""One-time codes of six digits (TOTP, RFC 6238). Their secrets are kept encrypted: a copy of the database has none."""

import base64
import hmac
import secrets
import urllib.parse

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_S = 30
_SECRET_BYTES, _NONCE_BYTES = 20, 12
_DIGITS = 6
_AROUND = (0, -1, 1)  # steps by which a telephone's clock may be off
_ISSUER = "Market kiosk"


class Codes:
    """`key`: the 32 bytes of console.key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def fresh(self) -> bytes:
        return secrets.token_bytes(_SECRET_BYTES)

    def sealed(self, secret: bytes, account: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, account.encode())

    def opened(self, sealed: bytes, account: str) -> bytes | None:
        """None when it is another account's, or of another key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], account.encode())
        except InvalidTag:
            return None

    def step_of(self, secret: bytes, code: str, now_ms: int) -> int | None:
        """The step whose code this is, of those around now; None for none."""
        code = code.replace(" ", "")
        if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
            return None
        now = now_ms // 1000 // STEP_S
        for step in (now + way for way in _AROUND):
            if hmac.compare_digest(self.at(secret, step * STEP_S * 1000), code):
                return step
        return None

    def at(self, secret: bytes, now_ms: int) -> str:
        """The code of a time."""
        return TOTP(secret, _DIGITS, SHA1(), STEP_S).generate(now_ms // 1000).decode()  # noqa: S303 RFC 6238

    def spoken(self, secret: bytes) -> str:
        """Base 32, as a person types it into a telephone."""
        return base64.b32encode(secret).decode()

    def heard(self, spoken: str) -> bytes:
        """What `spoken` was made of."""
        return base64.b32decode(spoken)

    def uri(self, secret: bytes, account: str) -> str:
        """What the QR code holds."""
        label = urllib.parse.quote(f"{_ISSUER}:{account}")
        return f"otpauth://totp/{label}?secret={self.spoken(secret)}&issuer={urllib.parse.quote(_ISSUER)}"
