"""A pile of coins as high as the money is: what was paid in below, what it earned on top (the middle illustration)."""

from kivy.clock import Clock
from kivy.graphics import Color, Ellipse, Rectangle
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.domain.benefits import Growth
from kiosk.ui import theme

TALL, LOW = 20, 12  # coins in the highest pile, in a tall and in a low picture
SIDE = 0.62  # of a coin's share of the height; the rest is the gleam between two
PAID, PAID_EDGE = theme.amber, (0.79, 0.55, 0.0, 1.0)
EARNED, EARNED_EDGE = (0.40, 0.69, 0.29, 1.0), theme.go


class Coins(Widget):
    """`growth` at the scale of `most` rupiah for the whole height."""

    growth: Growth = ObjectProperty(None, allownone=True)
    most = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        draw = Clock.create_trigger(self._draw)  # once a frame, when all that was set is set
        for name in ("pos", "size", "growth", "most"):
            self.fbind(name, draw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        if self.growth is None or self.most <= 0 or self.height <= 1:
            return
        across = min(self.width * 0.62, theme.mm(46))
        tilt = across * 0.3  # height of a coin's face, seen from above
        coins = TALL if self.height > theme.mm(60) else LOW
        rise = max(self.height - tilt - theme.mm(2), 1) / coins
        paid, full = (min(round(coins * part / self.most), coins) for part in (self.growth.paid, self.growth.middle))
        x, foot = self.center_x - across / 2, self.y + theme.mm(1)
        with self.canvas:
            Color(*theme.shade)
            Ellipse(pos=(x - theme.mm(3), foot - theme.mm(1)), size=(across + theme.mm(6), tilt))
            for place in range(full):
                face, edge = (PAID, PAID_EDGE) if place < paid else (EARNED, EARNED_EDGE)
                y = foot + place * rise
                Color(*edge)
                Ellipse(pos=(x, y), size=(across, tilt))
                Rectangle(pos=(x, y + tilt / 2), size=(across, rise * SIDE))
                Ellipse(pos=(x, y + rise * SIDE), size=(across, tilt))
                Color(*face)
                inset = theme.mm(0.5)
                Ellipse(pos=(x + inset, y + rise * SIDE + inset / 2), size=(across - 2 * inset, tilt - inset))
