"""An act as bytes, before it is sealed. It begins with a byte that no enrolment begins with (see form.py).

0xFF | CBOR list [1, kind, officer, facts]
"""

from kiosk import cbor
from kiosk.domain.act import Act, Kind
from kiosk.form import FormError

MARK = b"\xff"  # an enrolment begins with a NIK of 7 bytes, of which the first is at most 0x23
_VERSION = 1
_DEPTH = 3
FACTS_LIMIT = 64
TEXT_LIMIT = 200  # characters of one fact
OFFICER_LIMIT = 16  # characters of an officer's number


def pack(act: Act) -> bytes:
    return MARK + cbor.dumps([_VERSION, str(act.kind), act.officer, dict(act.facts)])


def is_act(plain: bytes) -> bool:
    return plain.startswith(MARK)


def unpack(plain: bytes) -> Act:
    """Raises FormError unless it is what `pack` writes."""
    try:
        version, kind, officer, facts = cbor.loads(plain.removeprefix(MARK), _DEPTH)
        act = Act(Kind(kind), officer, facts)
        if version != _VERSION or not is_act(plain) or not _is_number(officer) or not _sound(facts):
            raise FormError("act")
    except (cbor.CborError, ValueError, TypeError):
        raise FormError("act") from None
    return act


def _is_number(officer: object) -> bool:
    return isinstance(officer, str) and len(officer) <= OFFICER_LIMIT and officer.isprintable()


def _sound(facts: object) -> bool:
    return (
        isinstance(facts, dict)
        and len(facts) <= FACTS_LIMIT
        and all(isinstance(name, str) and len(name) <= TEXT_LIMIT for name in facts)
        and all(
            (isinstance(fact, str) and len(fact) <= TEXT_LIMIT)
            or (isinstance(fact, int) and not isinstance(fact, bool) and abs(fact) < 2**63)
            for fact in facts.values()
        )
    )
