"""TLS to the centre: an own certificate authority, and a clock that may be dead.

A certificate is never taken from an authority that is not known. Only its dates are not looked at while the clock
cannot be right; afterwards the time that the centre signed says who was wrong, the clock or the certificate.
"""

import ipaddress
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from kiosk.domain.errors import CarriageError

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME
_TIME_CODES = frozenset({9, 10})  # X509_V_ERR: not yet valid, has expired
_NAME_CODES = frozenset({62, 63, 64})  # X509_V_ERR: host name, e-mail, IP address mismatch


class _Adapter(HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, **more, ssl_context=self._context)


def context(ca_file: str, *, look_at_dates: bool) -> ssl.SSLContext:
    """Raises CarriageError `sync.ca_file` when there is no such file or it holds no certificate."""
    try:
        made = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        raise CarriageError("sync.ca_file", file=ca_file) from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if not look_at_dates:
        made.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    return made


def mount(session: requests.Session, ca_file: str, *, look_at_dates: bool) -> None:
    """Raises CarriageError `sync.ca_file`."""
    session.mount("https://", _Adapter(context(ca_file, look_at_dates=look_at_dates)))
    if ca_file:
        session.verify = ca_file


def is_about_dates(error: BaseException) -> bool:
    """Whether a certificate was refused only because of the time."""
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _TIME_CODES


def is_about_name(error: ssl.SSLCertVerificationError) -> bool:
    """Whether it is somebody's good certificate, but not that of the host that was asked."""
    return error.verify_code in _NAME_CODES


def days_left(certificate: Mapping[str, Any] | None, now_ms: int) -> int:
    """Until the certificate expires, as `getpeercert` gives it."""
    last_s = ssl.cert_time_to_seconds(certificate["notAfter"]) if certificate else 0
    return int(last_s - now_ms / 1000) // 86_400


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
