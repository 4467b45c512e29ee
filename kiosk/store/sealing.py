"""Sealing at capture: after it the kiosk itself cannot read the enrolment any more, and no one can alter it unseen."""

import dataclasses
import os
import uuid

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk import settings
from kiosk.domain.record import Record, key_id, number_info, seal_info
from kiosk.store.identity import Identity

_NONCE_BYTES = 12
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)  # RFC 9180


def seal(
    plaintext: bytes,
    identity: Identity,
    *,
    seq: int,
    id: uuid.UUID,
    captured_ms: int,
    boot_id: uuid.UUID,
    monotonic_ms: int,
    previous: bytes,
) -> Record:
    """A record that only the centre can open (HPKE) and only this kiosk could have made (Ed25519)."""
    central = X25519PublicKey.from_public_bytes(identity.central_public_key)
    unsigned = Record(
        kiosk=identity.kiosk,
        seq=seq,
        id=id,
        captured_ms=captured_ms,
        boot_id=boot_id,
        monotonic_ms=monotonic_ms,
        central_key_id=key_id(identity.central_public_key),
        previous=previous,
        sealed=SUITE.encrypt(plaintext, central, info=seal_info(identity.kiosk, seq)),
    )
    return dataclasses.replace(unsigned, signature=identity.signing_key.sign(unsigned.signed_bytes()))


def fingerprint(nik: str, identity: Identity, cost: settings.Store) -> bytes:
    """32 bytes that find the same NIK again (argon2id, RFC 9106), keyed by the site secret.

    The NIK space is small; the secret and the memory cost are what stands between a stolen database and a list of NIKs.
    """
    return hash_secret_raw(
        secret=nik.encode("ascii"),
        salt=identity.site_secret,
        time_cost=cost.fingerprint_passes,
        memory_cost=cost.fingerprint_memory_kib,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )


def lock(text: str, identity: Identity, id: uuid.UUID) -> bytes:
    """A short text that this kiosk has to show again, unreadable without its site secret and bound to one enrolment."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _key(identity).encrypt(nonce, text.encode(), id.bytes)


def unlock(locked: bytes, identity: Identity, id: uuid.UUID) -> str:
    """Raises InvalidTag when it was locked elsewhere, for another enrolment, or altered."""
    return _key(identity).decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], id.bytes).decode()


def open_number(sealed: bytes, identity: Identity, id: uuid.UUID) -> str:
    """A membership number that the centre sealed to this kiosk. Raises InvalidTag, ValueError."""
    return SUITE.decrypt(sealed, identity.number_key, info=number_info(identity.kiosk, id)).decode("ascii")


def _key(identity: Identity) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=None, info=b"market-kiosk number").derive(identity.site_secret))
