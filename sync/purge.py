"""Deleting sealed bodies that the centre has signed for, when their time is over, down to the write-ahead log."""

from kiosk import settings
from kiosk.logs import Log
from kiosk.store import Store
from kiosk.store.identity import Identity
from sync import wire
from sync.client import checked

_log = Log("sync")


def purge(store: Store, identity: Identity, limits: settings.Store) -> int:
    """Of every receipt that is older than `retention_h` and that both ends have compared since: checks it once more
    against the hashes kept here and deletes the bodies it answers for. How many bodies. Raises StoreError.
    """
    compared_ms = store.outbox.carriage().reconciled_ms
    before_ms = min(compared_ms, store.clock.wall_ms() - int(limits.retention_h * 3_600_000))
    purged = 0
    while due := store.ledger.receipts_due(before_ms):
        good = [one.number for one in due if _holds(one.body, one.hashes, identity)]
        for one in due:
            if one.number not in good:
                _log.error("receipt.damaged", count=len(one.hashes))
        if not good:
            break
        purged += store.ledger.purge(good)
    if purged and not store.ledger.empty_wal():
        _log.info("purge.wal_busy", count=purged)  # the next checkpoint of either program does it
    return purged


def _holds(body: bytes, hashes: dict[int, bytes], identity: Identity) -> bool:
    try:
        checked(body, hashes, identity)
    except wire.WireError:
        return False
    return True
