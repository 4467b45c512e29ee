"""The code, large and as QR, what it costs and what happens next. It never says that the trader is protected."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv, qr  # noqa: F401 (kv names)
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah


class Receipt(Page):
    code = StringProperty("")
    total = StringProperty("")
    due = StringProperty("")
    branch = StringProperty("")

    def refresh(self, visit: Visit) -> None:
        quote = visit.quote()
        self.code = visit.code
        self.branch = visit.context.branch
        self.total = rupiah(quote.total) if quote else ""
        self.due = self.desk.tr._.month(quote.due_again.first_day) if quote else ""

    def clear(self) -> None:
        self.code = self.total = self.due = ""

    def go(self) -> None:
        self.post(ev.Touched())


load_kv(__file__)
