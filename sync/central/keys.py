"""The centre's two key pairs, each in a file that only its owner may read.

X25519: whoever has the private half can read every enrolment. Ed25519: it signs answers, so it speaks for the centre.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.domain.errors import IdentityError

FILE = "central.key.pem"
ANSWER_FILE = "answer.key.pem"
_Key = X25519PrivateKey | Ed25519PrivateKey


def load_or_make(home: Path) -> X25519PrivateKey:
    """The key in `home` that enrolments are sealed to, made when there is none.

    Raises IdentityError `central.key_damaged`, `central.key_unwritable`.
    """
    key = _load_or_make(home / FILE, X25519PrivateKey.generate)
    if not isinstance(key, X25519PrivateKey):
        raise IdentityError("central.key_damaged", file=FILE)
    return key


def load_or_make_answer(home: Path) -> Ed25519PrivateKey:
    """The key in `home` that answers are signed with, made when there is none. Raises as `load_or_make`."""
    key = _load_or_make(home / ANSWER_FILE, Ed25519PrivateKey.generate)
    if not isinstance(key, Ed25519PrivateKey):
        raise IdentityError("central.key_damaged", file=ANSWER_FILE)
    return key


def _load_or_make(path: Path, generate: Callable[[], _Key]) -> object:
    try:
        if not path.exists():
            _make(path, generate())
        return load_pem_private_key(path.read_bytes(), password=None)
    except OSError:
        raise IdentityError("central.key_unwritable", file=path.name) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise IdentityError("central.key_damaged", file=path.name) from None


def public_bytes(key: _Key) -> bytes:
    """Raw, 32 bytes."""
    return key.public_key().public_bytes_raw()


def _make(path: Path, key: _Key) -> None:
    """Whole or not at all, and the first of two programs wins: a second key would lock the first one's records away."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
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
