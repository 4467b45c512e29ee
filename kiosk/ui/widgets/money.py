"""What it costs, month by month: equal months share a row, a discount is named with the month it ends."""

from dataclasses import dataclass

from babel.dates import format_date
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.domain.tariff import Month, Quote
from kiosk.ui.widgets import load_kv
from kiosk.words import Words, rupiah


@dataclass(frozen=True, slots=True)
class Row:
    """Neighbouring months of one price."""

    first: Month
    last: Month
    count: int
    amount: int
    discounted: bool


def rows(quote: Quote) -> tuple[Row, ...]:
    found: list[Row] = []
    for price in quote.prices:
        same = found and (found[-1].amount, found[-1].discounted) == (price.amount, bool(price.discount))
        if same:
            old = found.pop()
            found.append(Row(old.first, price.month, old.count + 1, old.amount, old.discounted))
        else:
            found.append(Row(price.month, price.month, 1, price.amount, bool(price.discount)))
    return tuple(found)


def span(words: Words, row: Row) -> str:
    """`November 2026`, `Nov – Des 2026`, `Des 2026 – Jan 2027`."""
    if row.first == row.last:
        return words.month(row.first.first_day)
    first, last = (format_date(m.first_day, "MMM y", locale=words.language) for m in (row.first, row.last))
    if row.first.year == row.last.year:
        first = first.rpartition(" ")[0]
    return f"{first} – {last}"


class MoneyRow(BoxLayout):
    label = StringProperty("")
    sub = StringProperty("")
    amount = StringProperty("")
    strong = BooleanProperty(False)


class MoneyTable(BoxLayout):
    """Give it a quote and the words of the language."""

    quote = ObjectProperty(None, allownone=True)
    words = ObjectProperty(None, allownone=True)

    def on_quote(self, *_: object) -> None:
        self.clear_widgets()
        if self.quote is None or self.words is None:
            return
        say = self.words
        for row in rows(self.quote):
            sub = f"{row.count} × {rupiah(row.amount)}" if row.count > 1 else ""
            if row.discounted:
                sub = ", ".join(part for part in (sub, say("money.discount")) if part)
            self.add_widget(MoneyRow(label=span(say, row), sub=sub, amount=rupiah(row.amount * row.count)))
        self.add_widget(MoneyRow(label=say("money.total"), amount=rupiah(self.quote.total), strong=True))

    on_words = on_quote


load_kv(__file__)
