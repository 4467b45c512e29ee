"""The camera's picture in one reused texture, the card frame over it, and the outline of what was found."""

from collections.abc import Callable

import numpy as np
from kivy.clock import Clock
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty
from kivy.uix.widget import Widget
from numpy.typing import NDArray

from kiosk.ui.widgets import load_kv

CARD_RATIO = 85.6 / 53.98
FPS = 30


class Preview(Widget):
    texture = ObjectProperty(None, allownone=True)
    crop = ListProperty([0, 0, 1, 1])  # the part of the frame that is shown: left, top, width, height in fractions
    outline = ListProperty([])  # corners in fractions of the frame
    points = ListProperty([])
    frame = ListProperty([0, 0, 1, 1])  # the card frame: x, y, width, height
    seen = BooleanProperty(False)
    found = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._frame: Callable[[], NDArray[np.uint8] | None] | None = None
        self._tick = Clock.schedule_interval(self._draw, 1 / FPS)
        self._tick.cancel()
        self.fbind("size", self._crop)
        self.fbind("pos", self._place)
        self.fbind("outline", self._place)

    def start(self, frame: Callable[[], NDArray[np.uint8] | None]) -> None:
        self._frame = frame
        self._tick()

    def stop(self) -> None:
        """Forgets the picture too."""
        self._tick.cancel()
        self._frame = None
        self.seen = self.found = False
        self.outline = []
        if self.texture is not None:
            width, height = self.texture.size
            self.texture.blit_buffer(np.zeros(width * height * 4, np.uint8), colorfmt="rgba", bufferfmt="ubyte")

    def _draw(self, _: float) -> None:
        frame = self._frame() if self._frame else None
        if frame is None:
            return
        height, width = frame.shape[:2]
        if self.texture is None or tuple(self.texture.size) != (width, height):
            self.texture = Texture.create(size=(width, height), colorfmt="rgba")
            self._crop()
        self.texture.blit_buffer(frame.reshape(-1), colorfmt="rgba", bufferfmt="ubyte")
        self.canvas.ask_update()
        self.seen = True

    def _crop(self, *_: object) -> None:
        """Cover: fill the widget, cut what is too much, never stretch."""
        if self.texture is not None and self.width and self.height:
            width, height = self.texture.size
            scale = max(self.width / width, self.height / height)
            shown_w, shown_h = self.width / (width * scale), self.height / (height * scale)
            self.crop = [(1 - shown_w) / 2, (1 - shown_h) / 2, shown_w, shown_h]
        self._place()

    def _place(self, *_: object) -> None:
        left, top, width, height = self.crop
        self.points = [
            value
            for x, y in self.outline
            for value in (self.x + (x - left) / width * self.width, self.top - (y - top) / height * self.height)
        ]

    def tex_coords(self, crop: list[float]) -> tuple[float, ...]:
        """The frame's first row is its top, a texture's first row its bottom."""
        left, top, width, height = crop
        return (left, top + height, left + width, top + height, left + width, top, left, top)

    def card(self, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """The card frame: as large as fits, in the proportions of a card."""
        w = min(width * 0.84, height * 0.8 * CARD_RATIO)
        h = w / CARD_RATIO
        return (x + (width - w) / 2, y + (height - h) / 2, w, h)


load_kv(__file__)
