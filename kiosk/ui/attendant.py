"""Between an officer's pages and the desk: asks what a page shows, again and again while it is shown."""

from collections.abc import Callable

from kivy.clock import Clock

from kiosk.journey import Visit
from kiosk.journey.effects import Ask, Request
from kiosk.journey.events import Event
from kiosk.journey.step import Step
from kiosk.ui.bridge import Bridge
from kiosk.ui.ports import Desk


class Attendant:
    """An answer counts for the visit that asked: what comes after the officer has left is dropped."""

    def __init__(
        self, desk: Desk | None, bridge: Bridge, visit: Callable[[], Visit], post: Callable[[Event], None]
    ) -> None:
        self._desk, self._bridge, self._visit, self._post = desk, bridge, visit, post
        self._asking: set[Request] = set()
        self._step: Step | None = None
        self._again = Clock.create_trigger(self._look, 1, interval=True)

    def do(self, ask: Ask) -> None:
        if self._desk is None:
            return
        desk, visit = self._desk, self._visit().id
        self._bridge.attend(lambda: desk.do(ask.request, ask.officer), lambda event: self._answered(visit, event))

    def follow(self, step: Step) -> None:
        """Called with every change of the visit."""
        if step is self._step:
            return
        self._step = step
        self._again.cancel()
        self._look()
        if step.asks and step.every_s:
            self._again.timeout = step.every_s
            self._again()

    def close(self) -> None:
        self._again.cancel()

    def _look(self, *_: object) -> None:
        if self._desk is None or self._step is None:
            return
        desk, visit = self._desk, self._visit()
        officer = visit.duty.officer.number if visit.duty and visit.duty.officer else ""
        for request in self._step.asks:
            if request not in self._asking:  # one that takes long is not asked twice
                self._asking.add(request)
                self._bridge.attend(
                    lambda request=request: self._asked(desk, request, officer),  # type: ignore[misc]
                    lambda event: self._answered(visit.id, event),
                )

    def _asked(self, desk: Desk, request: Request, officer: str) -> Event | None:
        try:
            return desk.do(request, officer)
        finally:
            self._asking.discard(request)  # also after a crash: the page asks again

    def _answered(self, visit: object, event: Event | None) -> None:
        if event is not None and self._visit().id == visit:
            self._post(event)
