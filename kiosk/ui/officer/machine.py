"""The machine itself: whose it is, version and tables, clock, centre, restart."""

from kivy.properties import BooleanProperty

from kiosk.clock import local
from kiosk.journey import Visit
from kiosk.journey.officer.settings import MachineView, RestartWanted
from kiosk.ui.officer import errand  # noqa: F401 (kv names)
from kiosk.ui.officer.page import Fact, OfficerPage
from kiosk.ui.widgets import load_kv


class Machine(OfficerPage):
    homeless = BooleanProperty(False)  # no kiosk of any centre yet

    def refresh(self, visit: Visit) -> None:
        view, words = self.view(MachineView), self.app.tr._
        if view is None:
            return
        self.homeless = not view.kiosk
        self.ids.errand.show(view.errand if self.homeless else None, words, running=True)
        at = f"{local(view.now_ms, self.app.settings.zone):%d-%m-%Y %H.%M}"
        tables = words("machine.shipped") if not view.master else str(view.master)
        if view.offered > view.master:
            tables = words("machine.offered", now=tables, offered=view.offered)
        facts = (
            ("kiosk", view.kiosk or "–"),
            ("centre", view.centre.removeprefix("https://") or "–"),
            ("version", view.app),
            ("tables", tables),
            ("clock", at if view.believed else f"{at} !"),
        )
        self.ids.rows.show([Fact(text=words(f"machine.{name}"), value=value) for name, value in facts])

    def restart(self) -> None:
        self.post(RestartWanted())


load_kv(__file__)
