"""TLS to the centre: an own certificate authority, and a clock that may be dead.

A certificate is never taken from an authority that is not known. Only its dates are not looked at while the clock
cannot be right; afterwards the time that the centre signed says who was wrong, the clock or the certificate.
"""

import ipaddress
import ssl
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from kiosk.domain.errors import CarriageError

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME
_TIME_CODES = frozenset({9, 10})  # X509_V_ERR: not yet valid, has expired


class _Adapter(HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, **more, ssl_context=self._context)


def mount(session: requests.Session, ca_file: str, *, look_at_dates: bool) -> None:
    """Raises CarriageError `sync.ca_file` when there is no such file or it holds no certificate."""
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        raise CarriageError("sync.ca_file", file=ca_file) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not look_at_dates:
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    session.mount("https://", _Adapter(context))
    if ca_file:
        session.verify = ca_file


def is_about_dates(error: BaseException) -> bool:
    """Whether a certificate was refused only because of the time."""
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _TIME_CODES


def is_allowed(url: str) -> bool:
    """Whether this address may be spoken to: https, or plain http on this machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
