"""Counting by hand: pieces, or rolls to a tenth."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk import amounts
from kiosk.domain.stock import Unit
from kiosk.journey import Visit
from kiosk.journey.officer.stock import MOST_PACKS, TENTHS, Counted, StockView
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import keypad, load_kv


class Count(OfficerPage):
    draft = StringProperty("")
    shown = StringProperty("")
    said = StringProperty("")  # by the ledger
    ask = StringProperty("")
    ready = BooleanProperty(False)

    def begin(self, visit: Visit) -> None:
        self.draft = ""

    def refresh(self, visit: Visit) -> None:
        view, words = self.view(StockView), self.app.tr._
        self._stand = view.stand(visit.duty.chosen) if view and visit.duty else None
        if self._stand is None:
            return
        item = self._stand.item
        self.title = amounts.label(item, words)
        tenths = item.unit is Unit.MM
        self.ask = words("count.rolls" if tenths else "count.pieces", pack=amounts.pack(item, words))
        self.said = words("count.said", amount=amounts.amount(item, self._stand.shown, words))
        self._tell()

    def clear(self) -> None:
        self.draft = ""

    def key(self, value: str) -> None:
        self.draft = keypad.typed(self.draft, value, 5).lstrip("0") or ("0" if value == "0" else "")
        self._tell()

    def _tell(self) -> None:
        if self._stand is None:
            return
        item, words, number = self._stand.item, self.app.tr._, int(self.draft or 0)
        if item.unit is Unit.MM:
            amount, most = number * item.pack // TENTHS, MOST_PACKS * TENTHS
            rolls = f"{number / TENTHS:.1f}".replace(".", "," if words.language != "en" else ".")
            self.shown = f"{rolls} {amounts.pack(item, words)}"
        else:
            amount, most = number, MOST_PACKS * item.pack
            self.shown = amounts.amount(item, amount, words)
        if not self.draft:
            self.shown = ""
        self.ready = bool(self.draft) and number <= most

    def keep(self) -> None:
        self.post(Counted(int(self.draft)))


load_kv(__file__)
