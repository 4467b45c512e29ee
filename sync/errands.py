"""Errands that the screen asks for: taken one after the other, done at once, and told how far they are."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from kiosk.domain.errand import Errand, Kind
from kiosk.domain.errors import CarriageError, KioskError, StoreError
from kiosk.logs import Log
from kiosk.store import Store

_log = Log("sync")


class Progress:
    """How far an errand is. `alive` is called with every step."""

    def __init__(self, store: Store, errand: Errand, alive: Callable[[], None]) -> None:
        self._store = store
        self._number = errand.number
        self._alive = alive
        self.result: dict[str, Any] = {}

    def __call__(self, done: int, total: int, **result: Any) -> None:
        """`result` joins what has been told before. Raises StoreError."""
        self.result |= result
        self._alive()
        self._store.errands.progress(self._number, done, total, self.result)


Deed = Callable[[Errand, Progress], Mapping[str, Any] | None]  # what came of it, joins what was told on the way


class Errands:
    """`deeds`: what is done for each kind. A KioskError that one raises is the cause of its failure."""

    def __init__(self, store: Store, deeds: Mapping[Kind, Deed]) -> None:
        self._store = store
        self._deeds = deeds

    def is_asked(self) -> bool:
        return self._store.errands.is_asked()

    def fail_running(self) -> None:
        """Whatever a daemon left that was ended in the middle. Raises StoreError."""
        if count := self._store.errands.fail_running():
            _log.warning("errand.stopped", count=count)

    def do_next(self, alive: Callable[[], None]) -> bool:
        """Does the oldest that waits; False when there is none. Raises StoreError; Stopped, and it is still running."""
        errand = self._store.errands.take() if self.is_asked() else None
        if errand is None:
            return False
        progress = Progress(self._store, errand, alive)
        failure: KioskError | None = None
        try:
            progress.result |= self._deed(errand)(errand, progress) or {}
        except StoreError as error:
            with suppress(StoreError):  # a full disk refuses this, too; then it counts as stopped
                self._store.errands.finish(errand.number, progress.result, error)
            raise
        except KioskError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 whatever it was, the records must go on being carried
            _log.error("errand.crashed", exception=error, id=str(errand.kind))
            failure = CarriageError("errand.crashed")
        self._store.errands.finish(errand.number, progress.result, failure)
        if failure is None:
            _log.info("errand.done", id=str(errand.kind))
        else:
            _log.warning("errand.failed", id=str(errand.kind), cause=failure.id)
        return True

    def _deed(self, errand: Errand) -> Deed:
        deed = self._deeds.get(errand.kind)
        if deed is None:
            raise CarriageError("errand.unknown")
        return deed
