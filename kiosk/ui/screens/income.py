"""What the trader earns in a month: a band, by minus and plus or a short cut. Begins at the lowest."""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.domain.tariff import Band, Month
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah


class Income(Page):
    at = NumericProperty(0)
    amount = StringProperty("")
    price = StringProperty("")
    least = BooleanProperty(True)
    most = BooleanProperty(False)

    def bands(self) -> list[Band]:
        rules = self.visit.rules if self.visit else None
        return list(rules.tariff.bands(Month.of(rules.today))) if rules else []

    def begin(self, visit: Visit) -> None:
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
        for cut in self.ids.cuts.children:
            cut.chosen = bands[self.at].income_from <= cut.income and (not high or cut.income <= high)

    def clear(self) -> None:
        self.at = 0
        self.amount = self.price = ""

    def go(self) -> None:
        self.post(ev.IncomeGiven(self.bands()[self.at].base))


load_kv(__file__)
