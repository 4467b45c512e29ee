"""Are you still there? A ring that empties, one big button; then everything is wiped."""

from kivy.clock import Clock
from kivy.properties import NumericProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui.widgets import load_kv, ring  # noqa: F401 (kv names)
from kiosk.ui.widgets.page import Page


class StillThere(Page):
    total_s = NumericProperty(30)
    left_s = NumericProperty(30)

    def __init__(self, step: str, **kwargs: object) -> None:
        self._tick = Clock.schedule_interval(self._second, 1)
        self._tick.cancel()
        super().__init__(step, **kwargs)

    def begin(self, visit: Visit) -> None:
        self.total_s = self.left_s = self.app.settings.journey.still_there_s
        self._tick()

    def _second(self, _: float) -> None:
        self.left_s = max(self.left_s - 1, 0)

    def clear(self) -> None:
        self._tick.cancel()

    def here(self) -> None:
        self.post(ev.StillHere())

    def gone(self) -> None:
        self.post(ev.Stopped())


load_kv(__file__)
