"""What the daemon does for each kind of errand. A new kind is one function here and one line in `deeds`."""

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any

from kiosk.clock import Clock
from kiosk.domain.connection import STEPS
from kiosk.domain.errand import Errand, Kind
from kiosk.domain.errors import CarriageError
from kiosk.settings import Settings
from kiosk.sticks import folder_of
from kiosk.store import Store
from kiosk.store.identity import Identity
from sync import orders, stick
from sync.client import Client
from sync.daemon import Drained, drain
from sync.errands import Deed, Progress
from sync.messages import Request
from sync.probe import Probe
from sync.round import Carrier, beat_of
from sync.stop import Stopped, StopSignal


def deeds(
    store: Store,
    identity: Identity,
    settings: Settings,
    clock: Clock,
    carrier: Carrier,
    stop: StopSignal,
    upkeep: Callable[[], None],
) -> Mapping[Kind, Deed]:
    """`clock`: the machine's own."""
    base = Path(settings.devices.sticks)

    def sync(_: Errand, progress: Progress) -> None:
        sync_now(store, carrier, stop, progress)
        upkeep()

    def export(errand: Errand, progress: Progress) -> dict[str, Any]:
        folder = folder_of(errand.arguments["stick"], base)
        step = _steps(stop, progress, store.outbox.counts().unanswered)
        return {"count": stick.export(store, identity, clock, folder, beat_of(store, clock), step)}

    def bring(errand: Errand, progress: Progress) -> dict[str, Any]:
        folder = folder_of(errand.arguments["stick"], base)
        step = _steps(stop, progress, len(stick.receipts(folder)))
        return dataclasses.asdict(stick.bring(store, identity, folder, step))

    def test(_: Errand, progress: Progress) -> None:
        client = Client(identity, settings.sync, clock, lambda: store.clock_believed)
        with closing(client):
            found: list[dict[str, Any]] = []
            progress(0, len(STEPS), steps=found)
            for tested in probe_of(store, identity, settings, clock, client, stop.abandonable).steps():
                found.append(dataclasses.asdict(tested))
                progress(len(found), len(STEPS), steps=found)

    return {
        Kind.SYNC: sync,
        Kind.TEST: test,
        Kind.EXPORT: export,
        Kind.IMPORT: bring,
        Kind.RETRY: lambda *_: {"count": orders.retry(store, [])},
        Kind.HOLD: lambda *_: {"count": orders.hold(store, [])},
        Kind.RELEASE: lambda *_: {"count": orders.release(store, [])},
    }


def probe_of(
    store: Store,
    identity: Identity,
    settings: Settings,
    clock: Clock,
    client: Client,
    abandonable: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Probe:
    def request() -> Request:
        return Request(identity.kiosk, beat_of(store, clock), cursor=store.outbox.carriage().cursor)

    return Probe(identity, settings.sync, clock, lambda: store.clock_believed, client, request, abandonable)


def _steps(stop: StopSignal, progress: Progress, total: int) -> Callable[[int], None]:
    """What is to be called with each step of an errand of `total` steps."""
    done = 0

    def step(number: int) -> None:
        nonlocal done
        done += number
        progress(done, total)
        if stop.asked:
            raise Stopped

    step(0)
    return step


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
