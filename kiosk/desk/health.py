"""How every part does, with when it was well last and what a person has found."""

from collections.abc import Callable, Mapping

from kiosk.checkup.checkup import Eyes, findings
from kiosk.desk import Deed
from kiosk.devices.printer import Paper
from kiosk.domain.health import Finding, Health, Known, State
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.health import HealthView, KeepTrial, PrintTrial, SeeHealth, TrialView
from kiosk.journey.officer.home import Worry
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity

FRESH_MS = 10_000  # so long the home page goes by what was found last


class Parts:
    def __init__(
        self,
        store: Store,
        identity: Identity | None,
        settings: Settings,
        eyes: Callable[[], Eyes],
        trial: Callable[[], Paper],
    ) -> None:
        """`trial` prints a slip and blocks until it is out."""
        self._store = store
        self._identity = identity
        self._settings = settings
        self._eyes = eyes
        self._trial = trial
        self._found: tuple[int, tuple[Finding, ...]] | None = None

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {
            SeeHealth: lambda *_: self._view(),
            PrintTrial: lambda *_: Told(TrialView(str(self._trial()))),
            KeepTrial: self._keep,
        }

    def worry(self) -> Worry | None:
        found = self._look(FRESH_MS)
        ill = sum(finding.state is State.WARN for finding in found)
        return Worry("health", "home.health.ill", {"count": ill}, "bad" if ill > 1 else "warn") if ill else None

    def _view(self) -> Event:
        found = self._look(0)
        self._store.devices.good(finding.part for finding in found if finding.state is State.GOOD)
        known = self._store.devices.known()
        return Told(HealthView(tuple(_together(finding, known.get(finding.part, Known())) for finding in found)))

    def _look(self, fresh_ms: int) -> tuple[Finding, ...]:
        now = self._store.clock.monotonic_ms()
        if self._found is None or now - self._found[0] >= fresh_ms:
            self._found = now, findings(self._store, self._settings, self._eyes())
        return self._found[1]

    def _keep(self, request: KeepTrial, officer: str) -> Event:
        self._store.devices.tried(request.part, officer, self._identity, passed=request.passed)
        return self._view()


def _together(finding: Finding, known: Known) -> Health:
    """What a person has found out counts where the machine cannot tell by itself."""
    if finding.state is State.OFF and finding.said != "health.off" and known.tried_ms is not None:
        if known.passed:
            return Health(Finding(finding.part, State.GOOD, "health.tried"), known)
        return Health(Finding(finding.part, State.WARN, "health.failed"), known)
    return Health(finding, known)
