"""The screen's sign of life for systemd, given from the frame's own clock: a frame that hangs falls silent."""

from typing import Any

from kivy.clock import Clock

from kiosk.notify import Service

_SHARE = 4  # signs within the time that the watchdog waits: one that is late is no reason to restart


class Pulse:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._events: list[Any] = []

    def start(self) -> None:
        """Ready with the first frame."""
        self._events.append(Clock.schedule_once(lambda _: self._service.tell("READY=1"), 0))
        if self._service.watchdog_s:
            beat = Clock.schedule_interval(
                lambda _: self._service.tell("WATCHDOG=1"), self._service.watchdog_s / _SHARE
            )
            self._events.append(beat)

    def stop(self) -> None:
        for event in self._events:
            event.cancel()
        self._service.tell("STOPPING=1")
