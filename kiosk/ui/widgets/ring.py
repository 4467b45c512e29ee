"""A ring that empties while seconds run out, with the seconds inside."""

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets import load_kv


class Ring(Widget):
    total_s = NumericProperty(30)
    left_s = NumericProperty(30)


class Gauge(Widget):
    """A bar that is full to `share`, 0..1."""

    share = NumericProperty(0.0)


load_kv(__file__)
