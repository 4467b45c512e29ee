"""What the kiosk holds: how much, for how many days, and what is low."""

from kiosk import amounts
from kiosk.domain.stock import Stand
from kiosk.journey import Visit
from kiosk.journey.officer.stock import ItemChosen, StockView
from kiosk.ui.officer.page import OfficerPage, TouchLine
from kiosk.ui.widgets import load_kv
from kiosk.words import Words


class Stock(OfficerPage):
    def refresh(self, visit: Visit) -> None:
        view = self.view(StockView)
        stands = view.stands if view else ()
        self.ids.rows.show([self._line(one) for one in sorted(stands, key=lambda one: not one.low)])

    def _line(self, stand: Stand) -> TouchLine:
        words = self.app.tr._
        line = TouchLine(
            target=f"stock.{stand.item.id}",
            icon=stand.item.icon,
            text=amounts.label(stand.item, words),
            sub=lasts(stand, words),
            value=amounts.amount(stand.item, stand.shown, words) if stand.known else "?",
            state="bad" if stand.empty else "warn" if stand.low else "good" if stand.known else "off",
        )
        line.bind(on_release=lambda _: self.post(ItemChosen(stand.item.id)))
        return line


def lasts(stand: Stand, words: Words) -> str:
    """For how long it lasts, and how fast it goes."""
    if not stand.known:
        return words("stock.never_counted")
    if stand.per_day is None or stand.days_left is None:
        return words("stock.empty" if stand.empty else "stock.no_use")
    a_day = amounts.amount(stand.item, stand.per_day, words)
    return words("stock.lasts", days=stand.days_left, a_day=a_day)


load_kv(__file__)
