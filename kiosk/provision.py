"""`kiosk init`: trades a one-time code for a name and the centre's public keys. The kiosk makes its own keys."""

import base64
import dataclasses
from pathlib import Path
from urllib.parse import urlsplit

import requests

from kiosk.clock import SystemClock, believable
from kiosk.domain.errors import CarriageError, IdentityError, ProvisioningRefused
from kiosk.store.identity import FILE, PENDING, Identity
from kiosk.tls import is_allowed, mount

TIMEOUT_S = 20


def provision(home: Path, central_url: str, code: str, ca_file: str = "") -> Identity:
    """Asks the centre and keeps the identity in `home`.

    `ca_file` is the PEM of an own certificate authority. The key is on the disk before it is sent, so a lost answer can
    be asked for again with the same code.
    Raises IdentityError `identity.exists`, ProvisioningRefused `provision.<cause>`, CarriageError.
    """
    if (home / FILE).exists():
        raise IdentityError("identity.exists", home=str(home))
    url = _checked(central_url)
    pending = _pending(home, url)
    name, central_key, answer_key = _ask(url, code, pending, ca_file)
    identity = dataclasses.replace(pending, kiosk=name, central_public_key=central_key, answer_public_key=answer_key)
    identity.save(home)
    (home / PENDING).unlink(missing_ok=True)
    return identity


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CarriageError("central.url")
    if not is_allowed(url):
        raise CarriageError("central.tls")
    return url.rstrip("/")


def _pending(home: Path, url: str) -> Identity:
    try:
        return dataclasses.replace(Identity.load(home, PENDING), central_url=url)
    except IdentityError:
        fresh = Identity.fresh("", url)
        fresh.save(home, PENDING)
        return fresh


def _ask(url: str, code: str, identity: Identity, ca_file: str) -> tuple[str, bytes, bytes]:
    number_key = identity.number_key.public_key().public_bytes_raw()
    body = {
        "code": code.strip(),
        "public_key": base64.b64encode(identity.public_key).decode("ascii"),
        "number_key": base64.b64encode(number_key).decode("ascii"),
    }
    try:
        with requests.Session() as session:
            session.trust_env = False
            if url.startswith("https://"):
                mount(session, ca_file, look_at_dates=believable(SystemClock().wall_ms()))
            response = session.post(f"{url}/v2/provision", json=body, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.exceptions.SSLError:
        raise CarriageError("central.certificate", url=url) from None
    except requests.exceptions.RequestException:
        raise CarriageError("central.unreachable", url=url) from None
    if response.status_code in (403, 422):  # unknown, used, or nothing that could be a code
        raise ProvisioningRefused("provision.code")
    if response.status_code == 429:
        raise ProvisioningRefused("provision.wait")
    try:
        if response.status_code != 200 or not response.headers.get("content-type", "").startswith("application/json"):
            raise ValueError
        table = response.json()
        keys = [base64.b64decode(table[name], validate=True) for name in ("central_key", "answer_key")]
        name = table["kiosk"]
        if (
            {len(key) for key in keys} != {32}
            or not isinstance(name, str)
            or not name.isascii()
            or not 1 <= len(name) <= 64
        ):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise CarriageError("central.strange", url=url, status=response.status_code) from None
    return name, keys[0], keys[1]
