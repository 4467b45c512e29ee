"""Stop? Asked once; yes wipes everything."""

from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Stop(Page):
    def keep_on(self) -> None:
        self.post(ev.WentBack())

    def leave(self) -> None:
        self.post(ev.Stopped())


load_kv(__file__)
