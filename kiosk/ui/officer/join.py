"""Given to a centre: the code that the centre shows is held to the camera or the scanner."""

from kivy.properties import BooleanProperty

from kiosk.journey import Visit
from kiosk.ui import theme
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import load_kv, preview  # noqa: F401 (kv names)


class Join(OfficerPage):
    camera = BooleanProperty(False)

    def begin(self, visit: Visit) -> None:
        sight = self.app.eyes.sight
        self.camera = sight.present and not theme.small
        if self.camera:
            self.ids.preview.start(sight.preview)

    def clear(self) -> None:
        self.ids.preview.stop()


load_kv(__file__)
