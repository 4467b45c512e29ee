"""A ring that empties while seconds run out, with the seconds inside."""

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets import load_kv


class Ring(Widget):
    total_s = NumericProperty(30)
    left_s = NumericProperty(30)


load_kv(__file__)
