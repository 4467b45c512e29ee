"""The scanner tried: any code will do; what kind and how long it is is shown, never whose."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey.officer.health import SeenView, TrialEnded
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.officer.try_camera import in_words
from kiosk.ui.widgets import load_kv


class TryScanner(OfficerPage):
    seen = StringProperty("")
    read = BooleanProperty(False)

    def refresh(self, visit: Visit) -> None:
        view = self.view(SeenView)
        self.read = bool(view and view.kind)
        self.seen = in_words(view, self.app.tr._) if view and view.kind else self.words("try.scanner.sub")

    def end(self, passed: bool) -> None:
        self.post(TrialEnded(passed))


load_kv(__file__)
