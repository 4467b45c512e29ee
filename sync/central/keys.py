"""The centre's X25519 key pair: whoever has the private half can read every enrolment. One file, its owner's only."""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.domain.errors import IdentityError

FILE = "central.key.pem"


def load_or_make(home: Path) -> X25519PrivateKey:
    """The key in `home`, made when there is none.

    Raises IdentityError `central.key_damaged`, `central.key_unwritable`.
    """
    path = home / FILE
    try:
        if not path.exists():
            _make(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError:
        raise IdentityError("central.key_unwritable", file=FILE) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise IdentityError("central.key_damaged", file=FILE) from None
    if not isinstance(key, X25519PrivateKey):
        raise IdentityError("central.key_damaged", file=FILE)
    return key


def public_bytes(key: X25519PrivateKey) -> bytes:
    """Raw, 32 bytes."""
    return key.public_key().public_bytes_raw()


def _make(path: Path) -> None:
    """Whole or not at all, and the first of two programs wins: a second key would lock the first one's records away."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
