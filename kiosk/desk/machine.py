"""The machine: its clock, the centre that it belongs to, restart, version and tables."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

import kiosk
from kiosk.clock import EARLIEST_MS, Clock
from kiosk.desk import Deed
from kiosk.devices.timedate import set_clock
from kiosk.domain.act import Act, Kind
from kiosk.domain.errand import Kind as ErrandKind
from kiosk.domain.errors import CarriageError, DeviceError, IdentityError
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.settings import BeginAnew, Ending, JoinCentre, MachineView, SeeMachine, SetClock
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.lock import daemon_runs


class Machine:
    def __init__(
        self,
        store: Store,
        identity: Identity | None,
        clock: Clock,
        zone: tzinfo,
        set_machine_clock: Callable[[datetime], None] = set_clock,
    ) -> None:
        """`clock`: the machine's own."""
        self._store = store
        self._identity = identity
        self._clock = clock
        self._zone = zone
        self._set_machine_clock = set_machine_clock

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {
            SeeMachine: lambda *_: self._view(),
            SetClock: self._set_clock,
            JoinCentre: self._join,
            BeginAnew: self._begin_anew,
        }

    def _view(self) -> Event:
        identity = self._identity
        return Told(
            MachineView(
                kiosk=identity.kiosk if identity else "",
                centre=identity.central_url if identity else "",
                app=kiosk.__version__,
                master=self._store.master.version,
                offered=max(self._store.outbox.carriage().master, self._store.master.version),
                now_ms=self._clock.wall_ms(),
                believed=self._store.clock_believed,
                errand=self._store.errands.newest(ErrandKind.PROVISION),
            )
        )

    def _set_clock(self, request: SetClock, officer: str) -> Event:
        """A time that cannot be is refused. What was kept stays in its order, whatever the clock says."""
        try:
            when = datetime.strptime(request.digits, "%d%m%Y%H%M").replace(tzinfo=self._zone)
        except ValueError:
            raise DeviceError("clock.no_time") from None
        at_ms, before_ms = int(when.timestamp() * 1000), self._clock.wall_ms()
        if at_ms < self._earliest_ms():
            raise DeviceError("clock.too_early")
        self._set_machine_clock(when.astimezone())
        if self._identity is not None:
            by_s = (at_ms - before_ms) // 1000
            self._store.acts.keep(Act(Kind.CLOCK_SET, officer, {"by_s": by_s}), self._identity)
        return self._view()

    def _earliest_ms(self) -> int:
        """The centre has signed this time, so it is over."""
        contact = self._store.outbox.carriage().contact
        return max(EARLIEST_MS, contact.at_ms if contact else 0)

    def _join(self, request: JoinCentre, officer: str) -> Event:
        if self._identity is not None:
            raise IdentityError("identity.exists", home=self._store.home.name)
        if not daemon_runs(self._store.home):
            raise CarriageError("errand.no_daemon")
        self._store.errands.ask(ErrandKind.PROVISION, officer, None, url=request.url, code=request.code)
        return self._view()

    def _begin_anew(self, _: BeginAnew, officer: str) -> Event:
        if self._identity is not None:
            self._store.acts.keep(Act(Kind.RESTARTED, officer, {"version": kiosk.__version__}), self._identity)
        return Ending()
