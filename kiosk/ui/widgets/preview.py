"""The camera's picture in one reused texture, and over it the card frame, which turns to the card once it is found.

The picture is not mirrored: a card reads the right way round. All but the card's zone is dimmed, for privacy.
"""

import math
import time
from collections.abc import Callable

import numpy as np
from kivy.clock import Clock
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty
from kivy.uix.widget import Widget
from numpy.typing import NDArray

from kiosk.ui import theme
from kiosk.ui.widgets import load_kv

CARD_RATIO = 85.6 / 53.98
FPS = 30
TURN_S = 0.18  # the frame's way to the card
LOST_S = 0.7  # without a card, before the frame goes back
PULSE_S = 1.2
SWELL = 1.14  # the ring round a mark at its largest
ROUND_MM = 4.0  # of the picture's corners
ARC = 6  # pieces of a quarter circle


class Preview(Widget):
    round_mm, swell = ROUND_MM, SWELL  # for the kv
    shape = NumericProperty(CARD_RATIO)  # width by height of what is to be held into the frame
    texture = ObjectProperty(None, allownone=True)
    face = ListProperty([])  # vertices of the picture with its round corners (a RoundedRectangle stretches a region)
    crop = ListProperty([0, 0, 1, 1])  # the part of the frame that is shown: left, top, width, height in fractions
    card = ListProperty([])  # corners of the card that was found, in fractions of the frame
    mark = ObjectProperty(None, allownone=True)  # x, y, radius of the place a hint speaks of, as in Reading
    frame = ListProperty([0, 0, 1, 1])  # the card frame at rest: x, y, width, height
    corners = ListProperty([0] * 8)  # where the card frame is drawn: x, y of its four corners
    veil = ListProperty([])  # vertices around it
    ring = ListProperty([0, 0, 0])  # x, y, radius of the mark on the widget
    arrow = ListProperty([])
    pulse = NumericProperty(0)
    seen = BooleanProperty(False)
    found = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._frame: Callable[[], NDArray[np.uint8] | None] | None = None
        self._tick = Clock.schedule_interval(self._draw, 1 / FPS)
        self._tick.cancel()
        self.fbind("size", self._crop)
        self.fbind("pos", self._place)
        self.fbind("mark", self._place)
        self.fbind("shape", self._place)
        self._from, self._to = [0.0] * 8, [0.0] * 8
        self._turned_at = self._seen_at = -1e9
        self._place()

    def start(self, frame: Callable[[], NDArray[np.uint8] | None]) -> None:
        self._frame = frame
        self._tick()

    def stop(self) -> None:
        """Forgets the picture too."""
        self._tick.cancel()
        self._frame = None
        self.seen = self.found = False
        self.card, self.mark = [], None
        self._seen_at = -1e9
        self._place()
        if self.texture is not None:
            width, height = self.texture.size
            self.texture.blit_buffer(np.zeros(width * height * 4, np.uint8), colorfmt="rgba", bufferfmt="ubyte")

    def _draw(self, _: float) -> None:
        self._turn(time.monotonic())
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

    def look(self, card: tuple[tuple[float, float], ...], found: bool, now: float) -> None:
        """A reading came: the frame turns to its card; `found` once it is accepted. now: monotonic seconds."""
        self.found = found
        if card:
            self._seen_at = now
            self.card = [value for corner in card for value in corner]
            self._head_for(self._points(self.card), now)

    def _head_for(self, target: list[float], now: float) -> None:
        """The corners take the shortest way, so an upside-down card does not spin the frame."""
        turns = [target[2 * turn :] + target[: 2 * turn] for turn in range(4)]
        self._to = min(turns, key=lambda one: sum(abs(a - b) for a, b in zip(one, self.corners, strict=True)))
        self._from, self._turned_at = list(self.corners), now

    def _turn(self, now: float) -> None:
        if self.card and now - self._seen_at > LOST_S:
            self.card, self.found = [], False
            self._head_for(self._still(), now)
        share = min(1.0, max(0.0, (now - self._turned_at) / TURN_S))
        share = share * share * (3 - 2 * share)
        if self.corners != self._to:
            self._draw_frame([a + (b - a) * share for a, b in zip(self._from, self._to, strict=True)])
        if self.mark:
            self.pulse = 0.5 - 0.5 * math.cos(2 * math.pi * now / PULSE_S)

    def _draw_frame(self, corners: list[float]) -> None:
        """The frame, and a strip between it and the picture's edge."""
        self.corners = corners
        self.veil = [
            value
            for corner, x, y in self._edge
            for value in (corners[2 * corner], corners[2 * corner + 1], 0, 0, x, y, 0, 0)
        ]

    def _round_edge(self) -> list[tuple[int, float, float]]:
        """Points along the edge, clockwise from the top left and closed, each with the number of the nearest corner."""
        radius, points = theme.mm(ROUND_MM), []
        for corner, (x, y) in enumerate(
            (
                (self.x + radius, self.top - radius),
                (self.right - radius, self.top - radius),
                (self.right - radius, self.y + radius),
                (self.x + radius, self.y + radius),
            )
        ):
            for piece in range(ARC + 1):
                angle = math.pi * (1 - corner / 2 - piece / ARC / 2)
                points.append((corner, x + radius * math.cos(angle), y + radius * math.sin(angle)))
        return [*points, points[0]]

    def _face(self) -> list[float]:
        """The edge's points with the places of the texture that lie there; its first row is the picture's top."""
        left, top, width, height = self.crop
        return [
            value
            for _, x, y in self._edge
            for value in (
                x,
                y,
                left + (x - self.x) / max(self.width, 1) * width,
                top + (self.top - y) / max(self.height, 1) * height,
            )
        ]

    def _still(self) -> list[float]:
        x, y, width, height = self.frame
        return [x, y + height, x + width, y + height, x + width, y, x, y]

    def _points(self, fractions: list[float]) -> list[float]:
        left, top, width, height = self.crop
        return [
            value
            for x, y in zip(fractions[::2], fractions[1::2], strict=True)
            for value in (
                min(max(self.x + (x - left) / width * self.width, self.x), self.right),
                min(max(self.top - (y - top) / height * self.height, self.y), self.top),
            )
        ]

    def _place(self, *_: object) -> None:
        self.frame = self.still_frame(self.x, self.y, self.width, self.height)
        self._edge = self._round_edge()
        self.face = self._face()
        self._to = self._points(self.card) if self.card else self._still()
        self._draw_frame(list(self._to))
        if self.mark:
            x, y = self._points([self.mark[0], self.mark[1]])
            radius = max(self.mark[2] / self.crop[2] * self.width * 1.25, self.width * 0.05)
            x = min(max(x, self.x + radius * SWELL), self.right - radius * SWELL)
            y = min(max(y, self.y + radius * SWELL), self.top - radius * SWELL)
            self.ring = [x, y, radius]
            self.arrow = self._arrow(x, y, radius)

    def _arrow(self, x: float, y: float, radius: float) -> list[float]:
        """From the ring towards the picture's nearer long edge, or the other way where it would leave the picture."""
        way = 1 if y > self.center_y else -1
        if not self.y < y + way * radius * 2.7 < self.top:
            way = -way
        start, tip, head = y + way * radius * 1.5, y + way * radius * 2.7, radius * 0.45
        return [x, start, x, tip, x - head, tip - way * head, x, tip, x + head, tip - way * head]

    def still_frame(self, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """The frame at rest: as large as fits, in the proportions of a card, or of what else is shown here."""
        w = min(width * 0.84, height * 0.8 * self.shape)
        h = w / self.shape
        return (x + (width - w) / 2, y + (height - h) / 2, w, h)


load_kv(__file__)
