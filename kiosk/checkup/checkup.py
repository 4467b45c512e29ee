"""All parts, looked at one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kiosk.checkup import devices, machine
from kiosk.devices.printer import Paper
from kiosk.domain.errors import StoreError
from kiosk.domain.health import Finding, good, warn
from kiosk.links import links
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.engine import free_mb
from kiosk.store.lock import daemon_runs


@dataclass(frozen=True, slots=True)
class Eyes:
    """What the program that runs has in its hands; None where it has no such thing."""

    camera: devices.Eye | None = None
    scanner: devices.Ear | None = None
    printer: Callable[[], Paper] | None = None
    speaker: Callable[[], str] = lambda: "off"


def findings(store: Store, settings: Settings, eyes: Eyes = Eyes()) -> tuple[Finding, ...]:
    """Every part that this machine has, in the order in which they are shown. Blocks (the printer is asked)."""
    return tuple(finding for finding in _findings(store, settings, eyes) if finding is not None)


def _findings(store: Store, settings: Settings, eyes: Eyes) -> Iterator[Finding | None]:
    chosen = settings.devices
    yield devices.camera(chosen, eyes.camera)
    yield devices.scanner(chosen, eyes.scanner)
    yield devices.printer(chosen, eyes.printer() if eyes.printer else None)
    yield devices.speaker(chosen, eyes.speaker())
    yield machine.touch()
    yield machine.disk(free_mb(store.home), settings.store.free_mb)
    yield good("clock") if store.clock_believed else warn("clock", "clock.wrong")
    yield machine.network(links())
    yield good("daemon", "sync.running") if daemon_runs(store.home) else warn("daemon", "daemon.down")
    yield _database(store)
    yield machine.power()
    yield machine.heat()


def _database(store: Store) -> Finding:
    try:
        store.outbox.counts()
    except StoreError as error:
        return warn("database", error.id, **error.facts)
    return good("database")
