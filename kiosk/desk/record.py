"""The last acts, for the officer's eyes."""

from collections.abc import Mapping

from kiosk import tables
from kiosk.desk import Deed
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.record import RecordView, SeeRecord
from kiosk.store import Store

SHOWN = 60


class Record:
    def __init__(self, store: Store) -> None:
        self._store = store

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {SeeRecord: self._see}

    def _see(self, _: SeeRecord, __: str) -> Event:
        acts = tuple(self._store.acts.latest(SHOWN))
        numbers = {kept.act.officer for kept in acts}
        names = tuple((o.number, o.name) for o in tables.officers() if o.number in numbers)
        return Told(RecordView(acts, names, tables.stock_items()))
