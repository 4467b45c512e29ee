"""The panel's brightness, and that it goes dark by half when nobody comes; the first touch then only wakes it."""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import Color, Rectangle

from kiosk.devices.backlight import shine

DIMMED = 0.5  # of what was chosen


class Light:
    def __init__(self, brightness: float, dim_after_s: float, set_panel: Callable[[float], bool] = shine) -> None:
        self.brightness, self.dimmed = brightness, False
        self._set_panel = set_panel
        self._veil: Any = None
        self._sleep = Clock.create_trigger(lambda _: self._dim(True), dim_after_s or 1)
        self._sleeps = dim_after_s > 0

    def start(self) -> None:
        with Window.canvas.after:
            self._veil = Color(0, 0, 0, 0)
            cover = Rectangle(pos=(0, 0), size=Window.size)
        Window.bind(size=lambda _, size: setattr(cover, "size", size))
        self._shine()

    def change(self, brightness: float) -> None:
        self.brightness = brightness
        self._shine()

    def rest(self, resting: bool) -> None:
        """Nobody is at work here: after a while it goes dark. Called with every touch and every change of the page."""
        self._sleep.cancel()
        if resting and self._sleeps:
            self._sleep()

    def wake(self) -> bool:
        """True when it had to be woken: that touch is for nothing else."""
        slept = self.dimmed
        if slept:
            self._dim(False)
        return slept

    def _dim(self, dimmed: bool) -> None:
        self.dimmed = dimmed
        self._shine()

    def _shine(self) -> None:
        wanted = self.brightness * (DIMMED if self.dimmed else 1)
        lit = self._set_panel(wanted)
        if self._veil is not None:
            self._veil.a = 0 if lit else 1 - wanted
