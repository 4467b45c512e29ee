"""The officer's desk: does what the officer's pages ask, with store, devices and tables. Runs on a worker thread.

Each part is one room's: it names its requests and what answers them. An error becomes an event with its two sentences.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from kiosk.domain.errors import KioskError
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import DeskFailed
from kiosk.logs import Log

Deed = Callable[[Any, str], Event | None]  # (the request, number of the officer on duty) → the answer
log = Log("desk")


class Part(Protocol):
    def deeds(self) -> Mapping[type[Request], Deed]: ...


class Desk:
    """Satisfies `ui.ports.Desk`."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._deeds = {kind: deed for part in parts for kind, deed in part.deeds().items()}

    def do(self, request: Request, officer: str) -> Event | None:
        """Blocks (argon2id, fsync, devices). None where there is nothing to tell."""
        try:
            return self._deeds[type(request)](request, officer)
        except KioskError as error:
            log.warning("desk.failed", cause=error.id)
            return DeskFailed(error.id, error.facts)
