"""A machine that is no kiosk yet: the daemon, which alone has the network, waits to be told of a centre."""

from pathlib import Path
from typing import Any

from kiosk.clock import Clock
from kiosk.domain.errand import Errand, Kind
from kiosk.domain.errors import IdentityError
from kiosk.notify import Service
from kiosk.provision import provision
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity
from sync.errands import Errands, Progress
from sync.stop import StopSignal


def identity_of(home: Path, settings: Settings, clock: Clock, stop: StopSignal, service: Service) -> Identity | None:
    """The kiosk's identity, at once or as soon as there is one; None when the daemon was asked to stop first.

    Raises IdentityError `identity.damaged`, StoreError.
    """
    found = _load(home)
    if found is not None:
        return found
    with Store.open(home, settings.store, clock) as store:

        def join(errand: Errand, _: Progress) -> dict[str, Any]:
            with stop.abandonable():
                made = provision(home, errand.arguments["url"], errand.arguments["code"], settings.sync.ca_file)
            return {"kiosk": made.kiosk}

        errands = Errands(store, {Kind.PROVISION: join})
        errands.fail_running()
        service.tell("READY=1")
        while not stop.asked:
            service.tell("WATCHDOG=1")
            errands.do_next(lambda: service.tell("WATCHDOG=1"))
            found = _load(home)
            if found is not None:
                return found
            stop.wait(settings.sync.poll_s)
    return None


def _load(home: Path) -> Identity | None:
    try:
        return Identity.load(home)
    except IdentityError as error:
        if error.id != "identity.missing":
            raise
        return None
