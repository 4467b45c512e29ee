"""Common doubts, one tap each: a picture and a short question; the answer in a few words with true figures."""

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.domain.tariff import BASIC, Month, Programme
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.pictograms import QUESTIONS
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Tile
from kiosk.ui.widgets.page import Page
from kiosk.words import Words, rupiah

DAYS = 30  # "a day" is the month's price by this, rounded up: never said cheaper than it is


def answer(say: Words, visit: Visit, doubt: str) -> str:
    """The sentence for this trader on this day."""
    rules, employer = visit.rules, bool(visit.answers.employer)
    benefits = rules.benefits
    lowest = rules.eligibility.least_income
    occupations = visit.answers.occupations
    basic = rules.quote(income=lowest, programmes=BASIC, occupations=occupations, months=1)
    least = rules.quote(
        income=lowest, programmes=visit.programme_choices()[0], occupations=occupations, months=1
    )  # what this trader may pay at least: an employer saves too
    cut = rules.tariff.discount_percent(rules.sector(occupations), Month.of(rules.today))
    facts = {
        "price": rupiah(least.total if doubt in ("expensive", "not_three") else basic.total),
        "day": rupiah(-(-least.total // DAYS)),
        "after": rupiah(basic.price_after or 0),
        "month": say.month(basic.discount_until.first_day) if basic.discount_until else "",
        "percent": 100 - cut.get(Programme.JKK, 100),
        "jkm": say.millions(benefits.jkm_full),
        "before": say.millions(benefits.jkm_before),
        "months": benefits.unpaid_months_rest if doubt == "irregular" else benefits.jkm_full_after_months,
        "days": benefits.card_days,
        "call": benefits.call_centre,
        "branch": visit.context.branch,
    }
    if doubt == "cheapest" and not basic.discount_until:
        return say("questions.cheapest.plain", **facts)
    if doubt == "discount" and not cut:
        return say("questions.discount.none")
    if doubt == "not_three" and employer:
        return say("questions.not_three.employer", **facts)
    return say(f"questions.{doubt}.answer", **facts)


class Questions(Page):
    at = NumericProperty(0)
    doubt = StringProperty("")  # the open one
    said = StringProperty("")
    asked = StringProperty("")
    icon = StringProperty("")

    @property
    def per_page(self) -> int:
        return 6 if theme.wide else 12

    @property
    def pages(self) -> int:
        return -(-len(QUESTIONS) // self.per_page)

    def begin(self, visit: Visit) -> None:
        self.at, self.doubt = 0, ""

    def refresh(self, visit: Visit) -> None:
        more = self.words("questions.more", page=self.at + 1, pages=self.pages) if self.pages > 1 else ""
        self.aside_text = self.words("questions.again") if self.doubt else more
        self.aside_icon = "help" if self.doubt else "more_horiz"
        grid, whole = self.ids.grid, list(QUESTIONS.items())
        grid.clear_widgets()
        shown = [] if self.doubt else whole[self.at * self.per_page : (self.at + 1) * self.per_page]
        for doubt, icon in shown:
            tile = Tile(
                target=f"doubt.{doubt}",
                text=self.words(f"questions.{doubt}"),
                icon=icon,
                upright=not theme.wide,
                font_size=theme.mm(theme.HINT if theme.wide else theme.HINT + 0.6),
                padding=theme.mm(2.5),
                spacing=theme.mm(2),
            )
            tile.bind(on_release=lambda _, doubt=doubt: self.open(doubt))
            grid.add_widget(tile)
        for _ in range(self.per_page - len(grid.children)):
            grid.add_widget(Widget())
        if self.doubt:
            self.said = answer(self.desk.tr._, visit, self.doubt)
            self.asked, self.icon = self.words(f"questions.{self.doubt}"), QUESTIONS[self.doubt]
        else:
            self.said = self.asked = self.icon = ""

    def open(self, doubt: str) -> None:
        if self.visit is not None:
            self.doubt = doubt
            self.refresh(self.visit)
            self.desk.voice.say(f"questions.{doubt}.answer")

    def clear(self) -> None:
        self.at, self.doubt, self.said = 0, "", ""
        self.ids.grid.clear_widgets()

    def go(self) -> None:
        self.post(ev.QuestionsClosed())

    def aside(self) -> None:
        """From an answer to all doubts, from there to the next page of them."""
        if self.visit is None:
            return
        if self.doubt:
            self.doubt = ""
        else:
            self.at = (self.at + 1) % self.pages
        self.refresh(self.visit)


load_kv(__file__)
