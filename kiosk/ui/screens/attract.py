"""The start: what this does, what to bring, what it costs today. Touching it anywhere begins a visit."""

from typing import Any

from kivy.properties import StringProperty

from kiosk.domain.tariff import BASIC
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah

YEAR = 12


class Attract(Page):
    price = StringProperty("")
    price_sub = StringProperty("")
    bar = StringProperty("")

    def refresh(self, visit: Visit) -> None:
        rules = visit.rules
        lowest = rules.eligibility.least_income
        quote = rules.quote(income=lowest, programmes=BASIC, occupations=(), months=YEAR)
        self.price = self.words("attract.price", price=rupiah(quote.prices[0].amount))
        ends = quote.discount_ends
        self.price_sub = self.words("attract.price_sub", month=self.desk.tr._.month(ends.first_day)) if ends else ""
        status = self.desk.status
        today = self.words("attract.today", count=status.today) if status and status.today else ""
        waiting = self.words("status.waiting", count=status.waiting) if status and status.waiting else ""
        self.bar = " · ".join(part for part in (today, waiting if not theme.wide or not today else "") if part)

    def on_touch_up(self, touch: Any) -> bool:
        if super().on_touch_up(touch):
            return True
        if touch.grab_current is None and self.collide_point(*touch.pos) and "attract" in touch.ud:
            self.go()
        return True

    def on_touch_down(self, touch: Any) -> bool:
        handled = super().on_touch_down(touch)
        if not handled:
            touch.ud["attract"] = True
        return True

    def go(self) -> None:
        self.post(ev.Touched())


load_kv(__file__)
