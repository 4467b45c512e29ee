"""It did not work this time: what happened and what to do, kindly, without blame."""

from kivy.properties import StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Sorry(Page):
    title = StringProperty("")
    do = StringProperty("")
    picture = StringProperty("officer")

    def refresh(self, visit: Visit) -> None:
        ids = (f"sorry.{visit.reason}", f"sorry.{visit.reason.partition('.')[0]}", "sorry.other")
        facts = {"helper": self.app.settings.site.helper, **visit.rules.eligibility.facts}
        self.title = self.app.tr.first(*(f"{id}.title" for id in ids))
        self.do = self.app.tr.first(*(f"{id}.do" for id in ids), **facts)

    def go(self) -> None:
        self.post(ev.Touched())


load_kv(__file__)
