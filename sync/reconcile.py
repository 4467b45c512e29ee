"""Once a day both ends compare what has arrived: a count and a root per day, and of a day that differs every hash."""

from kiosk import settings
from kiosk.clock import Clock
from kiosk.store import Store
from kiosk.store.outbox import Carriage
from sync import wire

_DAYS = 62  # the newest; an older one has been compared as often without a difference


def days_due(store: Store, carriage: Carriage, limits: settings.Sync, clock: Clock) -> tuple[wire.Day, ...] | None:
    """The days to compare now, None while it is not time. A clock that was set back makes it time."""
    since_ms = clock.wall_ms() - carriage.reconciled_ms
    if 0 <= since_ms < limits.reconcile_h * 3_600_000:
        return None
    days = [wire.Day(one.day, one.count, one.root) for one in store.ledger.days()]
    return tuple(days[-_DAYS:])


def known_due(store: Store, carriage: Carriage) -> wire.Known | None:
    """Every hash of the first day that the centre asked for."""
    if not carriage.asks:
        return None
    day = carriage.asks[0]
    hashes = store.ledger.hashes_of(day)[: wire.KNOWN_LIMIT]
    return wire.Known(day, tuple((seq, hash[: wire.SHORT_HASH_BYTES]) for seq, hash in hashes))
