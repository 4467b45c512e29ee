"""How savings may grow for this trader's own amount: three piles of coins, low, middle and high. No promise."""

from kivy.properties import ColorProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.domain.benefits import Growth
from kiosk.domain.tariff import Month, Programme
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.widgets import coins, load_kv  # noqa: F401 (kv names)
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah


class Years(BoxLayout):
    """One pile, its years, and what it may be worth."""

    growth: Growth = ObjectProperty(None, allownone=True)
    most = NumericProperty(1)  # rupiah of the highest pile: the scale of all
    years = StringProperty("")
    low = StringProperty("")
    middle = StringProperty("")
    high = StringProperty("")


class Legend(BoxLayout):
    """What a colour of the piles means."""

    tint = ColorProperty(theme.none)
    text = StringProperty("")


class Savings(Page):
    title = StringProperty("")

    def refresh(self, visit: Visit) -> None:
        rules = visit.rules
        band = rules.tariff.band(visit.answers.income or rules.eligibility.least_income, Month.of(rules.today))
        monthly = band.contribution[Programme.JHT]
        self.title = self.words("savings.title", amount=rupiah(monthly))
        piles = rules.benefits.savings(monthly)
        low, middle, high = rules.benefits.jht_percents
        self.ids.low.text = self.words("savings.low", percent=low)
        self.ids.middle.text = self.words("savings.middle", percent=middle)
        self.ids.high.text = self.words("savings.high", percent=high)
        words = self.app.tr._

        def say(amount: int) -> str:
            """A narrow page has no room for three times the currency; its title names it."""
            told = words.millions(amount)
            return told if theme.wide else told.removeprefix("Rp\u00a0")

        self.ids.piles.clear_widgets()
        for growth in piles:
            self.ids.piles.add_widget(
                Years(
                    growth=growth,
                    most=piles[-1].middle,
                    years=self.words("savings.years", count=growth.years),
                    low=say(growth.low),
                    middle=say(growth.middle),
                    high=say(growth.high),
                )
            )

    def clear(self) -> None:
        self.title = ""
        self.ids.piles.clear_widgets()

    def go(self) -> None:
        self.post(ev.SavingsWanted())


load_kv(__file__)
