"""Out of service and back, for the officer's hands."""

from collections.abc import Mapping

from kiosk.desk import Deed
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.home import Worry
from kiosk.journey.officer.service import Close, SeeService, ServiceView
from kiosk.store import Store
from kiosk.store.identity import Identity


class Closing:
    def __init__(self, store: Store, identity: Identity | None) -> None:
        self._store = store
        self._identity = identity

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {SeeService: lambda *_: self._view(), Close: self._close}

    def worry(self) -> Worry | None:
        return Worry("service", "home.service.closed") if self._store.service.state().message else None

    def _view(self) -> Event:
        state = self._store.service.state()
        return Told(ServiceView(state.message, state.since_ms))

    def _close(self, request: Close, officer: str) -> Event:
        if request.message != self._store.service.state().message:  # a second tap is no second act
            self._store.service.close(request.message, officer, self._identity)
        return self._view()
