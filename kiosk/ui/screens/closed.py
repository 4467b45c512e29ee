"""No enrolling just now: says so, and whom to ask. Opens again by itself."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Closed(Page):
    why = StringProperty("")
    ask = StringProperty("")
    bar = StringProperty("")

    def refresh(self, visit: Visit) -> None:
        reason = visit.reason
        self.why = self.app.tr.first(f"closed.{reason}", f"closed.{reason.partition('.')[0]}", "closed.other")
        self.ask = self.words("closed.ask", helper=self.app.settings.site.helper)
        status = self.app.status
        waiting = self.words("status.waiting", count=status.waiting) if status else ""
        self.bar = "" if theme.small else " · ".join(part for part in (status.kiosk if status else "", waiting) if part)


load_kv(__file__)
