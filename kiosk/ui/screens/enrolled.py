"""This card has been enrolled here before: where it stands, in plain words and a picture, and one thing to do next."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv, qr, track  # noqa: F401 (kv names)
from kiosk.ui.widgets.page import Page


class Enrolled(Page):
    code = StringProperty("")
    state = StringProperty("waiting")
    title = StringProperty("")
    do = StringProperty("")
    number = StringProperty("")  # the membership number, as the centre sent it
    mendable = BooleanProperty(False)

    def refresh(self, visit: Visit) -> None:
        tr, helper = self.app.tr, self.app.settings.site.helper
        self.code, self.number, self.mendable = visit.code, visit.known_number, visit.mendable
        self.state = visit.known_state if f"enrolled.{visit.known_state}" in tr._ else "waiting"
        cause = visit.known_cause
        if self.state == "refused":
            self.title = tr.first(f"refused.{cause}", "refused.other")
            self.do = tr.first(f"refused.{cause}.do", "refused.other.do", helper=helper)
        else:
            self.title = tr.first(f"enrolled.{self.state}.title")
            self.do = tr.first(f"enrolled.{self.state}")
        self.go_text = self.words("enrolled.mend") if self.mendable else self.words("go.done")
        self.go_icon, self.go_target = ("edit", "mend") if self.mendable else ("check", "done")
        self.aside_text = self.words("go.done") if self.mendable else ""

    def clear(self) -> None:
        self.code = self.title = self.do = self.number = ""
        self.state, self.mendable = "waiting", False

    def go(self) -> None:
        self.post(ev.MendAsked() if self.mendable else ev.Touched())

    def aside(self) -> None:
        self.post(ev.Touched())


load_kv(__file__)
