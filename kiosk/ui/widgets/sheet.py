"""Larger parts that several pages share: the masked card, yes and no, the woven ground of the first page."""

import functools

from kivy.core.image import Image as CoreImage
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Panel


class CardSheet(Panel):
    """A card as a person recognises it: masked number, name, place."""

    number = StringProperty("")
    person = StringProperty("")
    place = StringProperty("")


class YesNo(BoxLayout):
    """Two large answers, one above the other. Yes is green, but not in a `neutral` question about the person."""

    yes = StringProperty("")
    no = StringProperty("")
    yes_icon = StringProperty("check")
    no_icon = StringProperty("close")
    locked = BooleanProperty(False)
    neutral = BooleanProperty(False)
    __events__ = ("on_answer",)

    def on_answer(self, yes: bool) -> None:
        """One of the two was touched."""


@functools.cache
def weave() -> Texture:
    """One tile of the kawung pattern, white on nothing, that repeats."""
    texture = CoreImage(theme.picture("kawung"), mipmap=True).texture
    texture.wrap = "repeat"
    return texture


class Kawung(Widget):
    """A quiet kawung weave, one tile of `tile` pixels repeated."""

    strength = NumericProperty(0.1)
    tile = NumericProperty(0)

    texture = ObjectProperty(None, allownone=True)
    coords = ListProperty([0, 0, 1, 0, 1, 1, 0, 1])

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.texture = weave()
        self.tile = theme.mm(26)
        self.fbind("size", self._repeat)
        self.fbind("tile", self._repeat)
        self._repeat()

    def _repeat(self, *_: object) -> None:
        across, up = self.width / self.tile, self.height / self.tile
        self.coords = [0, 0, across, 0, across, up, 0, up]


load_kv(__file__)
