"""What the daemon does for each kind of errand. A new kind is one function here and one line in `deeds`."""

from collections.abc import Callable, Mapping
from typing import Any

from kiosk.domain.errand import Errand, Kind
from kiosk.domain.errors import CarriageError
from kiosk.store import Store
from sync import orders
from sync.daemon import Drained, drain
from sync.errands import Deed, Progress
from sync.round import Carrier
from sync.stop import Stopped, StopSignal


def deeds(store: Store, carrier: Carrier, stop: StopSignal, upkeep: Callable[[], None]) -> Mapping[Kind, Deed]:
    def sync(_: Errand, progress: Progress) -> None:
        sync_now(store, carrier, stop, progress)
        upkeep()

    return {
        Kind.SYNC: sync,
        Kind.RETRY: lambda *_: {"count": orders.retry(store, [])},
        Kind.HOLD: lambda *_: {"count": orders.hold(store, [])},
        Kind.RELEASE: lambda *_: {"count": orders.release(store, [])},
    }


def sync_now(store: Store, carrier: Carrier, stop: StopSignal, progress: Progress) -> None:
    """Round after round until nothing waits, whatever the schedule says; told after each.

    Raises CarriageError `sync.<cause>`, StoreError, Stopped.
    """
    if store.outbox.carriage().held:
        raise CarriageError("sync.on_hold")

    def told(drained: Drained) -> None:
        done = drained.accepted + drained.duplicate + drained.refused
        counts: dict[str, Any] = {name: getattr(drained, name) for name in ("accepted", "duplicate", "refused")}
        progress(done, done + store.outbox.counts().waiting, **counts)

    told(Drained())
    drained = drain(carrier, stop, beat=True, told=told)
    if drained.cause == "stopped":
        raise Stopped
    if drained.cause:
        raise CarriageError(f"sync.{drained.cause}")
