"""Opening a sealed record with the centre's private key: an enrolment, or what an officer did."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from kiosk import act_form, form
from kiosk.domain.act import Act
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.record import Record, RecordError, key_id, seal_info
from sync.central.keys import public_bytes

UNREADABLE = frozenset({"record", "other_key", "seal", "form"})  # causes of an OpeningError
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)  # RFC 9180


class OpeningError(ValueError):
    """`record`, `other_key`, `seal` or `form`. The text never quotes what was opened."""


def opened(raw: bytes, key: X25519PrivateKey) -> Enrolment | Act:
    """What is inside a record. Raises OpeningError; `form` also for a kind of act that only a later version knows."""
    try:
        record = Record.from_bytes(raw)
    except RecordError:
        raise OpeningError("record") from None
    if record.central_key_id != key_id(public_bytes(key)):
        raise OpeningError("other_key")
    try:
        plain = SUITE.decrypt(record.sealed, key, info=seal_info(record.kiosk, record.seq))
    except (InvalidTag, ValueError):
        raise OpeningError("seal") from None
    try:
        return act_form.unpack(plain) if act_form.is_act(plain) else form.unpack(plain, record.id)
    except form.FormError:
        raise OpeningError("form") from None
