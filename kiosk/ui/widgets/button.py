"""What can be touched: big buttons, choice tiles, ticks. They act on release inside and show the press at once."""

import functools
from typing import Any

from kivy.app import App
from kivy.core.text import Label as CoreLabel
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    ListProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout

from kiosk.ui import theme
from kiosk.ui.widgets import load_kv


class Touchable(ButtonBehavior, BoxLayout):
    """A box that can be touched. `target` is its name for those who look for it; colours follow `kind`."""

    target = StringProperty("")
    kind = OptionProperty("plain", options=tuple(theme.KINDS))
    ground = ColorProperty(theme.card)
    ink = ColorProperty(theme.ink)
    border = ColorProperty(theme.edge)
    radius = NumericProperty(0)
    min_state_time = NumericProperty(0.15)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("kind", "state", "disabled"):
            self.fbind(name, self._paint)
        self._paint()

    def on_touch_down(self, touch: Any) -> bool:
        """Kivy's disabled widgets swallow a touch; ours let it through to what can be seen there."""
        return False if self.disabled else bool(super().on_touch_down(touch))

    def on_press(self) -> None:
        """The click that goes with the pressed look."""
        App.get_running_app().voice.click()

    def _paint(self, *_: object) -> None:
        ground, pressed, ink, border = theme.KINDS["off" if self.disabled else self.kind]
        self.ground = pressed if self.state == "down" else ground
        self.ink, self.border = ink, border


class BigButton(Touchable):
    """Icon and word. `icon_after` puts the icon behind the word, where an arrow points on."""

    icon = StringProperty("")
    icon_after = BooleanProperty(False)
    text = StringProperty("")
    font_size = NumericProperty(0)
    squeeze = NumericProperty(1.0)  # of the letters, so that a long word keeps inside

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("text", "icon", "font_size", "width"):
            self.fbind(name, self._fit)

    def _fit(self, *_: object) -> None:
        """Letters as large as `font_size` where the room is, never smaller than a hint's."""
        if not self.text or not self.font_size or self.width <= 0:
            return
        wanted = word_width(self.text, self.font_size) + self.font_size * 1.1 * bool(self.icon)
        room = self.width - self.padding[0] - self.padding[2] - theme.mm(2) * bool(self.icon)
        self.squeeze = min(max(room / wanted, theme.mm(theme.HINT) / self.font_size), 1.0)


@functools.lru_cache(256)
def word_width(word: str, font_size: float) -> float:
    """Pixels that a button's word takes."""
    label = CoreLabel(font_name="head", bold=True, font_size=font_size)
    label.resolve_font_name()
    return float(label.get_extents(word)[0])


class RoundButton(Touchable):
    """One icon in a circle or square: plus, minus, delete."""

    icon = StringProperty("")


class Tile(Touchable):
    """A choice: icon, word, small word beneath. `chosen` is shown by ground, border and a tick."""

    icon = StringProperty("")
    text = StringProperty("")
    sub = StringProperty("")
    chosen = BooleanProperty(False)
    icon_tint = ColorProperty(theme.blue)
    tint_ground = ColorProperty(theme.sky)
    upright = BooleanProperty(False)
    inverse = BooleanProperty(False)  # chosen, and no icon that could turn into a tick: white on blue
    font_size = NumericProperty(0)
    ticked = BooleanProperty(False)  # chosen, beside its icon
    mark = NumericProperty(0)
    mark_at = ListProperty([0, 0])

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.fbind("chosen", self._paint)
        self._paint()

    def _paint(self, *_: object) -> None:
        super()._paint()
        self.inverse = self.chosen and not self.icon and self.state != "down"
        if self.inverse:
            self.ground, self.border, self.ink = theme.blue, theme.blue, theme.white
        elif self.chosen and self.state != "down":
            self.ground, self.border = theme.sky, theme.blue


class Tick(Touchable):
    """A tick box with its sentences. Never ticked before the trader does it."""

    text = StringProperty("")
    sub = StringProperty("")
    icon = StringProperty("")
    ticked = BooleanProperty(False)
    wanted = BooleanProperty(False)  # the page asks for this one

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.fbind("ticked", self._paint)
        self.fbind("wanted", self._paint)

    def _paint(self, *_: object) -> None:
        super()._paint()
        if self.ticked and self.state != "down":
            self.ground, self.border = theme.mint, theme.go
        elif self.wanted and self.state != "down":
            self.ground, self.border = theme.sand, theme.ink

    def on_release(self) -> None:
        self.ticked = not self.ticked


class Panel(BoxLayout):
    """A sheet of paper to put data on."""

    ground = ColorProperty(theme.card)
    border = ColorProperty(theme.line)
    radius = NumericProperty(0)
    corners = ListProperty([])


load_kv(__file__)
