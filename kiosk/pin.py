"""An officer's PIN, kept as argon2id (RFC 9106). That there is no such officer costs as much as a wrong PIN."""

import base64
import itertools
import re

import argon2

from kiosk.domain.errors import SettingsError
from kiosk.domain.officer import PIN_DIGITS

_COST = argon2.profiles.RFC_9106_LOW_MEMORY  # 64 MiB, three passes: 0.1 s on a laptop, 0.3 s on a small kiosk
_FORM = re.compile(
    r"\$argon2id\$v=19\$m=(?P<m>[0-9]{1,6}),t=[1-9][0-9]?,p=[1-9][0-9]?\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{16,86}"
)
_MOST_KIB = 256 * 1024  # a list must not be able to take all memory of a kiosk


def hashed(pin: str, cost: argon2.Parameters = _COST) -> str:
    """The encoded form, with cost and salt in it."""
    return argon2.PasswordHasher.from_parameters(cost).hash(pin)


def sound(encoded: str) -> bool:
    """Whether a kiosk can check a PIN against it."""
    found = _FORM.fullmatch(encoded)
    return found is not None and 8 <= int(found["m"]) <= _MOST_KIB


def fits(encoded: str, pin: str) -> bool:
    """Takes as long whether it fits or not. Raises SettingsError `officer.pin` when it cannot be checked here."""
    try:
        return bool(argon2.PasswordHasher().verify(encoded, pin))
    except argon2.exceptions.VerifyMismatchError:
        return False
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):  # broken, or no memory for it
        raise SettingsError("officer.pin") from None


def nobodys(like: str) -> str:
    """What no PIN fits, at the same cost as `like` ("" for the usual one)."""
    cost = like.split("$")[3] if like else f"m={_COST.memory_cost},t={_COST.time_cost},p={_COST.parallelism}"
    salt, digest = (base64.b64encode(bytes(size)).rstrip(b"=").decode() for size in (16, 32))
    return f"$argon2id$v=19${cost}${salt}${digest}"


def easily_guessed(pin: str) -> bool:
    """One digit, or a run up or down."""
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    return len(pin) != PIN_DIGITS or steps in ({0}, {1}, {9})
