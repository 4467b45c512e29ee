"""One item of the stock: filled up by one touch a roll or pack."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk import amounts
from kiosk.journey import Visit
from kiosk.journey.officer.stock import CountAsked, PacksPut, StockView
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.officer.stock import lasts
from kiosk.ui.widgets import load_kv


class Refill(OfficerPage):
    item = StringProperty("")
    icon = StringProperty("inventory_2")
    amount = StringProperty("")
    sub = StringProperty("")
    one = StringProperty("")
    five = StringProperty("")
    less = StringProperty("")
    can_take = BooleanProperty(False)
    low = BooleanProperty(False)

    def refresh(self, visit: Visit) -> None:
        view, words = self.view(StockView), self.app.tr._
        stand = view.stand(visit.duty.chosen) if view and visit.duty else None
        if stand is None:
            return
        item = stand.item
        self.title = self.item = amounts.label(item, words)
        self.icon = item.icon
        self.amount = amounts.amount(item, stand.shown, words) if stand.known else "?"
        self.sub = lasts(stand, words)
        self.low = stand.low
        self.can_take = stand.count >= item.pack
        for name, packs in (("one", 1), ("five", 5), ("less", -1)):
            setattr(self, name, amounts.signed(item, packs * item.pack, words))

    def put(self, packs: int) -> None:
        self.post(PacksPut(packs))

    def count(self) -> None:
        self.post(CountAsked())


load_kv(__file__)
