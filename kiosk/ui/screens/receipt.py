"""The code, large and as QR, what happens next, and the slip. It never says that the trader is protected."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.deeds import REPRINTED
from kiosk.ui.widgets import load_kv, qr  # noqa: F401 (kv names)
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah


class Receipt(Page):
    code = StringProperty("")
    total = StringProperty("")
    due = StringProperty("")
    branch = StringProperty("")
    paper = StringProperty("")  # "" without a printer, else what became of the slip
    paper_icon = StringProperty("print")

    def refresh(self, visit: Visit) -> None:
        quote = visit.quote()
        self.code = visit.code
        self.branch = visit.context.branch
        self.total = rupiah(quote.total) if quote else ""
        self.due = self.app.tr._.month(quote.due_again.first_day) if quote else ""
        self.paper = visit.paper
        failed = visit.paper in REPRINTED
        self.paper_icon = "print_disabled" if failed else "print" if visit.paper == "printing" else "receipt_long"
        self.aside_text = self.words("receipt.again") if failed else ""

    def clear(self) -> None:
        self.code = self.total = self.due = self.paper = ""

    def go(self) -> None:
        self.post(ev.Touched())

    def aside(self) -> None:
        self.post(ev.PrintAsked())


load_kv(__file__)
