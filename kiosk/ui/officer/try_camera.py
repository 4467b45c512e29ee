"""The camera tried: its live picture, and what is read in it."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey.officer.health import SeenView, TrialEnded
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import load_kv, preview  # noqa: F401 (kv names)
from kiosk.words import Words


class TryCamera(OfficerPage):
    seen = StringProperty("")
    read = BooleanProperty(False)

    def begin(self, visit: Visit) -> None:
        self.ids.preview.start(self.app.eyes.sight.preview)

    def clear(self) -> None:
        self.ids.preview.stop()

    def refresh(self, visit: Visit) -> None:
        view = self.view(SeenView)
        self.read = bool(view and view.kind)
        self.seen = in_words(view, self.app.tr._) if view and view.kind else self.words("try.camera.sub")

    def end(self, passed: bool) -> None:
        self.post(TrialEnded(passed))


def in_words(view: SeenView, words: Words) -> str:
    """What was read, without whose it is: the kind, how long, and the end of a number."""
    kind = words(f"code.{view.kind}") if f"code.{view.kind}" in words else view.kind
    return words("try.seen", kind=kind, length=view.length) + (f" · … {view.tail}" if view.tail else "")


load_kv(__file__)
