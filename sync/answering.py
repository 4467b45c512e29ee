"""From a checked answer to what it changes here. What of it cannot be read is told, and never holds back the rest."""

from cryptography.exceptions import InvalidTag

from kiosk.clock import Contact
from kiosk.domain.outcome import Outcome, State
from kiosk.logs import Log
from kiosk.store import sealing
from kiosk.store.identity import Identity
from kiosk.store.outbox import Carriage, Decision, Settled, Word
from sync import wire

_log = Log("sync")


def word_of(
    answer: wire.Answer,
    body: bytes,
    request: wire.Request | None,
    before: Carriage,
    contact: Contact | None,
    identity: Identity,
) -> Word:
    """`body` is what the centre signed, `before` what was known until now. A stick brings no request and no contact."""
    fresh = [one for one in answer.outcomes if one.n > before.cursor]
    asks: tuple[int, ...] | None = None
    compared = request is not None and request.days is not None
    if compared:
        asks = answer.asks
    elif request is not None and request.known is not None:
        asks = tuple(day for day in before.asks if day != request.known.day)
    return Word(
        settled=tuple(Settled(one.first, one.last, str(one.verdict), one.cause) for one in answer.verdicts),
        receipt=body,
        at_ms=answer.at_ms,
        contact=contact,
        decisions=tuple(found for one in fresh if (found := _decision(one, identity)) is not None),
        cursor=fresh[-1].n if fresh else None,
        lacks=answer.lacks,
        asks=asks,
        reconciled=compared,
        master=answer.master,
        reached=answer.reached,
    )


def _decision(one: wire.Decided, identity: Identity) -> Decision | None:
    """None for one that nobody can read, here or ever: the next ones must not wait for it."""
    try:
        secret = sealing.open_number(one.number, identity, one.id) if one.number else ""
        return Decision(one.id, Outcome.told(State(one.state), one.cause, secret), one.decided_ms)
    except (InvalidTag, ValueError):
        _log.error("outcome.unreadable", id=str(one.id))
        return None
