"""The centre's keys, each in a file of its own that only its owner may read: each program gets only what it needs.

central.key.pem  X25519, private: whoever has it can read every enrolment. For the worker and the branch's exports.
central.pub.pem  its public half, which kiosks seal to: all that the web server needs
answer.key.pem   Ed25519: it signs answers and master data, so it speaks for the centre
people.key       32 bytes that key the hashes by which the worker finds people enrolled twice
console.key      32 bytes that encrypt the secrets of the one-time codes with which people sign in
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from kiosk.domain.errors import IdentityError

FILE, PUBLIC_FILE, ANSWER_FILE, PEOPLE_FILE = "central.key.pem", "central.pub.pem", "answer.key.pem", "people.key"
CONSOLE_FILE = "console.key"
_SECRET_BYTES = 32
_Key = X25519PrivateKey | Ed25519PrivateKey


def make(home: Path) -> None:
    """Makes whatever is missing. A public half without its private one stays as it is: the private one is elsewhere.

    Raises IdentityError `central.key_damaged`, `central.key_unwritable`.
    """
    private, public = home / FILE, home / PUBLIC_FILE
    if private.exists() or not public.exists():
        key = load_or_make(home)
        _write(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    load_or_make_answer(home)


def load_or_make(home: Path) -> X25519PrivateKey:
    """The private key that enrolments are opened with, made when there is none. Raises as `make`."""
    key = _load_or_make(home / FILE, X25519PrivateKey.generate)
    if not isinstance(key, X25519PrivateKey):
        raise IdentityError("central.key_damaged", file=FILE)
    return key


def load_or_make_answer(home: Path) -> Ed25519PrivateKey:
    """The key that answers are signed with, made when there is none. Raises as `make`."""
    key = _load_or_make(home / ANSWER_FILE, Ed25519PrivateKey.generate)
    if not isinstance(key, Ed25519PrivateKey):
        raise IdentityError("central.key_damaged", file=ANSWER_FILE)
    return key


def load(home: Path) -> X25519PrivateKey:
    """The private key. Raises IdentityError `central.key_missing`, `central.key_damaged`, `central.key_unwritable`."""
    if not (home / FILE).exists():
        raise IdentityError("central.key_missing", file=FILE, home=str(home))
    return load_or_make(home)


def load_answer(home: Path) -> Ed25519PrivateKey:
    """The key that answers are signed with. Raises as `load`."""
    if not (home / ANSWER_FILE).exists():
        raise IdentityError("central.key_missing", file=ANSWER_FILE, home=str(home))
    return load_or_make_answer(home)


def load_public(home: Path) -> bytes:
    """Raw X25519, 32 bytes. Raises as `load`."""
    path = home / PUBLIC_FILE
    try:
        key = load_pem_public_key(path.read_bytes())
    except FileNotFoundError:
        raise IdentityError("central.key_missing", file=PUBLIC_FILE, home=str(home)) from None
    except OSError:
        raise IdentityError("central.key_unwritable", file=PUBLIC_FILE) from None
    except (ValueError, UnsupportedAlgorithm):
        raise IdentityError("central.key_damaged", file=PUBLIC_FILE) from None
    if not isinstance(key, X25519PublicKey):
        raise IdentityError("central.key_damaged", file=PUBLIC_FILE)
    return key.public_bytes_raw()


def load_people(home: Path, *, new: bool) -> bytes:
    """32 bytes, made when there are none and nobody is known by them. Raises as `make`, and `central.key_elsewhere`."""
    if not new and not (home / PEOPLE_FILE).exists():
        raise IdentityError("central.key_elsewhere", file=PEOPLE_FILE, home=str(home))
    return _secret(home / PEOPLE_FILE)


def load_console(home: Path) -> bytes:
    """32 bytes, made when there are none: the codes that were set up before are then void. Raises as `make`."""
    return _secret(home / CONSOLE_FILE)


def check_known(home: Path) -> None:
    """That the keys are here which kiosks have been given. New ones would speak for another centre.

    Raises IdentityError `central.key_elsewhere`.
    """
    for file in (PUBLIC_FILE, ANSWER_FILE):
        derivable = file == PUBLIC_FILE and (home / FILE).exists()
        if not derivable and not (home / file).exists():
            raise IdentityError("central.key_elsewhere", file=file, home=str(home))


def can_open(home: Path) -> bool:
    """Whether this process could read the private key there."""
    return os.access(home / FILE, os.R_OK)


def public_bytes(key: _Key) -> bytes:
    """Raw, 32 bytes."""
    return key.public_key().public_bytes_raw()


def _secret(path: Path) -> bytes:
    try:
        _write(path, secrets.token_bytes(_SECRET_BYTES))
        key = path.read_bytes()
    except OSError:
        raise IdentityError("central.key_unwritable", file=path.name) from None
    if len(key) != _SECRET_BYTES:
        raise IdentityError("central.key_damaged", file=path.name)
    return key


def _load_or_make(path: Path, generate: Callable[[], _Key]) -> object:
    try:
        if not path.exists():
            _write(path, generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return load_pem_private_key(path.read_bytes(), password=None)
    except OSError:
        raise IdentityError("central.key_unwritable", file=path.name) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise IdentityError("central.key_damaged", file=path.name) from None


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and the first of two programs wins: a second key would lock the first one's records away."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
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
