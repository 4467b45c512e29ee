"""This card has been enrolled here before: where it stands, in plain words and a picture, and one thing to do next."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.deeds import REPRINTED
from kiosk.ui.widgets import load_kv, qr, track  # noqa: F401 (kv names)
from kiosk.ui.widgets.page import Page
from kiosk.words import rupiah


class Enrolled(Page):
    code = StringProperty("")
    state = StringProperty("waiting")
    title = StringProperty("")
    do = StringProperty("")
    number = StringProperty("")  # the membership number, as the centre sent it
    pay_code = StringProperty("")  # with what to pay again, as the branch said; then it stands in the number's place
    amount = StringProperty("")
    until = StringProperty("")
    mendable = BooleanProperty(False)
    printable = BooleanProperty(False)  # what is to be paid may go on paper

    def refresh(self, visit: Visit) -> None:
        tr, helper = self.app.tr, self.app.settings.site.helper
        self.code, self.number, self.mendable = visit.code, visit.known_number, visit.mendable
        self.state = visit.standing if f"enrolled.{visit.standing}" in tr._ else "waiting"
        due = visit.known_due if self.state == "due" else None
        self.pay_code = due.code if due else ""
        self.amount = rupiah(due.amount) if due else ""
        self.until = tr._.month(due.until.first_day) if due else ""
        self.printable = due is not None and visit.context.paper and (not visit.paper or visit.paper in REPRINTED)
        cause = visit.known_cause
        if self.state == "refused":
            self.title = tr.first(f"refused.{cause}", "refused.other")
            self.do = tr.first(f"refused.{cause}.do", "refused.other.do", helper=helper)
        else:
            self.title = tr.first(f"enrolled.{self.state}.title")
            self.do = tr.first(f"enrolled.{self.state}")
        self.go_text = self.words("enrolled.mend") if self.mendable else self.words("go.done")
        self.go_icon, self.go_target = ("edit", "mend") if self.mendable else ("check", "done")
        self.aside_text = self.words("go.done") if self.mendable else self._print_text(visit)
        self.aside_icon, self.aside_target = ("print", "print") if self.printable else ("check", "done")

    def _print_text(self, visit: Visit) -> str:
        if not self.printable:
            return ""
        return self.words("receipt.again" if visit.paper in REPRINTED else "due.print")

    def clear(self) -> None:
        self.code = self.title = self.do = self.number = self.pay_code = self.amount = self.until = ""
        self.state, self.mendable, self.printable = "waiting", False, False

    def go(self) -> None:
        self.post(ev.MendAsked() if self.mendable else ev.Touched())

    def aside(self) -> None:
        self.post(ev.PrintAsked() if self.printable else ev.Touched())


load_kv(__file__)
