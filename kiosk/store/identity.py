"""Who this kiosk is: its name, its keys and its centre. One file, readable by its owner only, made by `kiosk init`."""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kiosk.domain.errors import IdentityError
from kiosk.sharing import create

FILE = "identity.json"
PENDING = "identity.pending.json"  # the key of a provisioning whose answer has not arrived yet


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """
    kiosk               name that the centre gave
    central_url         where the sync daemon goes
    central_public_key  raw X25519, 32 bytes: enrolments are sealed to it
    answer_public_key   raw Ed25519, 32 bytes: the centre signs its answers with the other half
    signing_key         the kiosk's own Ed25519 key; it never leaves this machine
    number_key          the kiosk's own X25519 key: membership numbers are sealed to it
    site_secret         32 bytes that key the fingerprints for finding duplicates
    """

    kiosk: str
    central_url: str
    central_public_key: bytes
    answer_public_key: bytes
    signing_key: Ed25519PrivateKey
    number_key: X25519PrivateKey
    site_secret: bytes

    def __repr__(self) -> str:
        return f"Identity({self.kiosk})"

    @property
    def public_key(self) -> bytes:
        return self.signing_key.public_key().public_bytes_raw()

    @classmethod
    def fresh(
        cls, kiosk: str, central_url: str, central_public_key: bytes = bytes(32), answer_public_key: bytes = bytes(32)
    ) -> "Identity":
        """With keys and a secret of its own, made just now."""
        return cls(
            kiosk=kiosk,
            central_url=central_url,
            central_public_key=central_public_key,
            answer_public_key=answer_public_key,
            signing_key=Ed25519PrivateKey.generate(),
            number_key=X25519PrivateKey.generate(),
            site_secret=os.urandom(32),
        )

    @classmethod
    def load(cls, home: Path, name: str = FILE) -> "Identity":
        """Raises IdentityError `identity.missing` or `identity.damaged`."""
        try:
            table = json.loads((home / name).read_text(encoding="ascii"))
            identity = cls(
                kiosk=table["kiosk"],
                central_url=table["central_url"],
                central_public_key=_bytes(table["central_public_key"]),
                answer_public_key=_bytes(table["answer_public_key"]),
                signing_key=Ed25519PrivateKey.from_private_bytes(_bytes(table["signing_key"])),
                number_key=X25519PrivateKey.from_private_bytes(_bytes(table["number_key"])),
                site_secret=_bytes(table["site_secret"]),
            )
            X25519PublicKey.from_public_bytes(identity.central_public_key)
            Ed25519PublicKey.from_public_bytes(identity.answer_public_key)
        except FileNotFoundError:
            raise IdentityError("identity.missing", home=str(home)) from None
        except (OSError, ValueError, KeyError, TypeError):
            raise IdentityError("identity.damaged", file=name) from None
        return identity

    def save(self, home: Path, name: str = FILE) -> None:
        """Writes the whole file, flushed, or leaves the old one. Raises IdentityError `identity.unwritable`."""
        table = {
            "kiosk": self.kiosk,
            "central_url": self.central_url,
            "central_public_key": _text(self.central_public_key),
            "answer_public_key": _text(self.answer_public_key),
            "number_key": _text(self.number_key.private_bytes_raw()),
            "signing_key": _text(self.signing_key.private_bytes_raw()),
            "site_secret": _text(self.site_secret),
        }
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = home / f"{name}.new"
            with open(create(fresh, os.O_WRONLY | os.O_TRUNC), "w", encoding="ascii") as file:
                json.dump(table, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(home / name)
            _flush_folder(home)
        except OSError:
            raise IdentityError("identity.unwritable", home=str(home)) from None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
