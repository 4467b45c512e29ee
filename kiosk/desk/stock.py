"""The ledger of what the kiosk holds, for the officer's hands."""

from collections.abc import Mapping

from kiosk import tables
from kiosk.desk import Deed
from kiosk.domain.errors import IdentityError
from kiosk.domain.stock import Item
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.home import Worry
from kiosk.journey.officer.stock import Correct, Restock, SeeStock, StockView
from kiosk.store import Store
from kiosk.store.identity import Identity


class Stock:
    def __init__(self, store: Store, identity: Identity | None) -> None:
        self._store = store
        self._identity = identity

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {SeeStock: lambda *_: self._view(), Restock: self._restock, Correct: self._correct}

    def worry(self) -> Worry | None:
        """What runs out first."""
        low = [stand for stand in self._store.stock.stands(tables.stock_items()) if stand.low]
        empty = any(stand.empty for stand in low)
        said = "home.stock.empty" if empty else "home.stock.low"
        return Worry("stock", said, {"count": len(low)}, "bad" if empty else "warn") if low else None

    def _view(self) -> Event:
        return Told(StockView(self._store.stock.stands(tables.stock_items())))

    def _restock(self, request: Restock, officer: str) -> Event:
        item = _item(request.item)
        self._store.stock.restock(item, request.packs * item.pack, officer, self._known())
        return self._view()

    def _correct(self, request: Correct, officer: str) -> Event:
        self._store.stock.correct(_item(request.item), request.counted, officer, self._known())
        return self._view()

    def _known(self) -> Identity:
        """Every entry is a link of the kiosk's chain; a machine that is no kiosk yet has none."""
        if self._identity is None:
            raise IdentityError("identity.missing", home=self._store.home.name)
        return self._identity


def _item(id: str) -> Item:
    return next(item for item in tables.stock_items() if item.id == id)
