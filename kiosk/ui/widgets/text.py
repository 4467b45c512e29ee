"""Text by role: Title, Body, Hint, Figure, Icon; each wraps, and is as high as its lines."""

from kivy.properties import ColorProperty, StringProperty
from kivy.uix.image import Image
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.ui import theme
from kiosk.ui.widgets import load_kv


class Text(Label):
    """Wraps at its width; its height follows. `line_height` takes back Andika's generous leading."""


def forget(page: Widget) -> None:
    """Kivy's labels keep the words of what they showed last, even when they show nothing now: drop them."""
    for label in page.walk():
        if isinstance(label, Label) and not label.text:
            label.texture_update()
            label._label._cached_lines = []
            label._label.text = ""


class Title(Text):
    pass


class Body(Text):
    pass


class Hint(Text):
    pass


class OneLine(Label):
    """One line that fills the box it is given, set flush with `halign`."""


class Icon(Label):
    """A Material Symbol by its name."""

    name = StringProperty("")
    tint = ColorProperty(theme.ink)


class Picture(Image):
    """A picture of assets/pictures by its name."""

    name = StringProperty("")


load_kv(__file__)
