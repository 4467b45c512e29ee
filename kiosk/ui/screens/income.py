"""What the trader earns in a month: a band, by minus and plus or a short cut. Begins at the lowest.

People think by the day: a helper multiplies an amount a day by days a month and finds the band.
"""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.domain.tariff import Band, Month
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah

A_DAY = (30, 40, 50, 60, 75, 100, 125, 150, 175, 200, 250, 300, 400, 500, 750, 1000)  # thousand rupiah
DAYS = (8, 31)  # days a month, at least and at most


class Income(Page):
    at = NumericProperty(0)
    amount = StringProperty("")
    price = StringProperty("")
    least = BooleanProperty(True)
    most = BooleanProperty(False)
    death = StringProperty("")  # what the family would receive
    reckoned = StringProperty("")  # days × amount, where a wide page shows it in the place of the band
    daily = BooleanProperty(False)  # the helper is open
    a_day = NumericProperty(5)  # place in A_DAY
    days = NumericProperty(25)

    def bands(self) -> list[Band]:
        rules = self.visit.rules if self.visit else None
        return list(rules.tariff.bands(Month.of(rules.today))) if rules else []

    def begin(self, visit: Visit) -> None:
        self.daily, self.a_day, self.days = False, A_DAY.index(50), 25
        self.choose(visit.answers.income or visit.rules.eligibility.least_income)

    def choose(self, income: int) -> None:
        """The band that holds `income`."""
        lower = [at for at, band in enumerate(self.bands()) if band.income_from <= income]
        self.at = lower[-1] if lower else 0
        if self.visit is not None:
            self.refresh(self.visit)

    def step_by(self, steps: int) -> None:
        self.at = min(max(self.at + steps, 0), len(self.bands()) - 1)
        if self.visit is not None:
            self.notice = ""
            self.refresh(self.visit)

    def count(self, *, a_day: int = 0, days: int = 0) -> None:
        """One step of the helper's amount or days; the band follows."""
        self.a_day = min(max(self.a_day + a_day, 0), len(A_DAY) - 1)
        self.days = min(max(self.days + days, DAYS[0]), DAYS[1])
        self.choose(A_DAY[self.a_day] * 1000 * self.days)

    def refresh(self, visit: Visit) -> None:
        bands = self.bands()
        self.least, self.most = self.at == 0, self.at == len(bands) - 1
        low = bands[self.at].income_from
        high = bands[self.at + 1].income_from - 1000 if not self.most else 0
        if self.least:
            self.amount = self.words("income.up_to", amount=rupiah(high))
        elif self.most:
            self.amount = self.words("income.from", amount=rupiah(low))
        else:
            self.amount = f"{rupiah(low)} –\n{rupiah(high)}"
        quote = visit.rules.quote(
            income=bands[self.at].base,
            programmes=visit.programme_choices()[0],
            occupations=visit.answers.occupations,
            months=1,
        )
        self.price = self.words("income.price", amount=rupiah(quote.total))
        death = visit.rules.benefits.work_death(bands[self.at].base)
        self.death = self.app.tr._.millions(death)
        self.aside_text = self.words("income.monthly" if self.daily else "income.daily")
        self.aside_icon = "calendar_month" if self.daily else "event_available"
        self.ids.a_day.text = rupiah(A_DAY[self.a_day] * 1000)
        self.ids.days.text = self.words("income.days", count=self.days)
        equals = self.words("income.equals", amount=rupiah(A_DAY[self.a_day] * 1000 * self.days))
        self.ids.equals.text, self.reckoned = f"= {equals}", equals if self.daily and theme.wide else ""
        for cut in self.ids.cuts.children:
            cut.chosen = bands[self.at].income_from <= cut.income and (not high or cut.income <= high)

    def clear(self) -> None:
        self.at = 0
        self.amount = self.price = self.death = self.reckoned = ""
        self.daily = False

    def go(self) -> None:
        self.post(ev.IncomeGiven(self.bands()[self.at].base))

    def aside(self) -> None:
        """Opens or closes the helper; opening it takes its amount."""
        self.daily = not self.daily
        if self.daily:
            self.count()
        elif self.visit is not None:
            self.refresh(self.visit)


load_kv(__file__)
