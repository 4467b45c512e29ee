"""Two or three programmes, for how many months, and what each month costs. Every figure comes from the quote."""

from kivy.properties import ListProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.domain.tariff import BASIC, FULL, Quote
from kiosk.domain.tariff import Programme as Kind
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv, money  # noqa: F401 (kv names)
from kiosk.ui.widgets.button import Tile
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah

NAMES = {BASIC: "basic", FULL: "full"}
ICONS = {BASIC: "health_and_safety", FULL: "savings"}


class Programme(Page):
    chosen = ListProperty([])
    months = NumericProperty(1)
    quote = ObjectProperty(None, allownone=True)
    ends = StringProperty("")  # the discount's end, and what comes then
    due = StringProperty("")
    leaning: tuple[Kind, ...] = ()

    def begin(self, visit: Visit) -> None:
        choices = visit.programme_choices()
        self.chosen = list(visit.answers.programmes if visit.answers.programmes in choices else choices[0])
        self.months = visit.answers.months
        self.leaning = ()

    def refresh(self, visit: Visit) -> None:
        if visit.leaning and visit.leaning != self.leaning:  # the savings page's suggestion, once
            self.leaning, self.chosen = visit.leaning, list(visit.leaning)
        quote = self.quote = self.price(visit, tuple(self.chosen), self.months)
        self.ends, self.due = self.told_of_discount(quote), self.words("programme.due", day=self.day(visit, quote))
        self.ids.cards.clear_widgets()
        for programmes in visit.programme_choices():
            self.ids.cards.add_widget(self.card(visit, programmes))
        self.ids.months.clear_widgets()
        for months in visit.rules.eligibility.months_choices:
            chip = Tile(
                target=f"months.{months}",
                text=self.words("programme.months" if theme.wide else "programme.months_whole", count=months),
                chosen=months == self.months,
                upright=True,
                padding=theme.mm(1),
                spacing=0,
                font_size=theme.mm(theme.HINT + (0.2 if theme.wide else 0.6)),
            )
            chip.bind(on_release=lambda _, months=months: self.choose(months=months))
            self.ids.months.add_widget(chip)

    def told_of_discount(self, quote: Quote) -> str:
        """Until when, and what a month costs then unless the table shows it already."""
        if quote.discount_until is None:
            return ""
        say = self.app.tr._
        until = quote.discount_until
        if quote.discount_ends:  # a wide page has no room to say what the table shows
            return "" if theme.wide else self.words("programme.until", month=say.month(until.first_day))
        after = (say.short_month if theme.wide else say.month)((until + 1).first_day)
        return self.words("programme.then", month=after, amount=rupiah(quote.price_after or 0))

    def day(self, visit: Visit, quote: Quote) -> str:
        return self.app.tr._.date(visit.rules.due_on(quote))

    def price(self, visit: Visit, programmes: tuple[Kind, ...], months: int) -> Quote:
        answers = visit.answers
        return visit.rules.quote(
            income=answers.income or visit.rules.eligibility.least_income,
            programmes=programmes,
            occupations=answers.occupations,
            months=months,
        )

    def card(self, visit: Visit, programmes: tuple[Kind, ...]) -> Tile:
        name = NAMES.get(programmes, "full")
        month = self.price(visit, programmes, 1).total
        card = Tile(
            target=f"programme.{name}",
            icon=ICONS.get(programmes, "savings"),
            text=self.words(f"programme.{name}"),
            sub=self.words(f"programme.{name}_sub", price=rupiah(month)),
            chosen=list(programmes) == list(self.chosen),
            font_size=theme.mm(theme.HINT if theme.wide else theme.BODY),
            padding=theme.mm(2 if theme.wide else 4),
        )
        card.bind(on_release=lambda _: self.choose(programmes=programmes))
        return card

    def choose(self, programmes: tuple[Kind, ...] | None = None, months: int | None = None) -> None:
        if self.visit is None:
            return
        self.chosen = list(programmes or self.chosen)
        self.months = months or self.months
        self.notice = ""
        self.refresh(self.visit)

    def clear(self) -> None:
        self.chosen, self.months, self.quote, self.ends, self.due = [], 1, None, "", ""
        self.leaning = ()
        self.ids.cards.clear_widgets()
        self.ids.months.clear_widgets()

    def go(self) -> None:
        self.post(ev.ProgrammesChosen(tuple(self.chosen), self.months))

    def aside(self) -> None:
        self.post(ev.QuestionsAsked())

    def see_savings(self) -> None:
        self.post(ev.SavingsAsked())


load_kv(__file__)
