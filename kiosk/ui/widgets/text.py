"""Text by role: Title, Body, Hint, Figure, Icon; each wraps, and is as high as its lines."""

from collections.abc import Callable

from kivy.properties import ColorProperty, StringProperty
from kivy.uix.image import Image
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.ui import theme
from kiosk.ui.widgets import load_kv


class Text(Label):
    """Wraps at its width; its height follows. `line_height` takes back Andika's generous leading.

    Sentences begin lines of their own where that costs none; otherwise the lines are about equally long, so that no
    single word is left for the last one.
    """

    def texture_update(self, *_: object) -> None:
        label = self._label
        if label is not None and self.text and self.text_size[0] and not (self.markup or self.shorten):
            left, top, right, bottom = self.padding
            label.resolve_font_name()
            room = self.text_size[0] - left - right
            label.text, wanted = set_in(self.text, room, lambda words: float(label.get_extents(words)[0]))
            spare = room - wanted
            side = {"left": 0.0, "center": 0.5, "right": 1.0}.get(self.halign, 0.0)
            label.options["padding"] = (left + spare * side, top, right + spare * (1 - side), bottom)
        super().texture_update()


def set_in(text: str, width: float, measure: Callable[[str], float]) -> tuple[str, float]:
    """`text` with its line ends, and the width that it wants; most texts fit on one line."""
    if "\n" not in text and measure(text) <= width:
        return text, width
    text = folded(text, width, measure)
    return text, balanced(text, width, measure)


def folded(text: str, width: float, measure: Callable[[str], float]) -> str:
    """`text` with a line for each sentence, if it needs as many lines as that anyway."""
    sentences = text.replace(". ", ".\n").replace("? ", "?\n").split("\n")
    fits = 1 < len(sentences) <= 3 and all(measure(sentence) <= width for sentence in sentences)
    return "\n".join(sentences) if fits and "\n" not in text else text


def balanced(text: str, width: float, measure: Callable[[str], float]) -> float:
    """The least width (pixels) in which `text` has as many lines as in `width`, by the words' measured widths."""
    space = measure(" ")
    rows = [[measure(word) for word in row.split(" ")] for row in text.split("\n")]

    def lines(limit: float) -> int:
        count = 0
        for row in rows:
            count, x = count + 1, 0.0
            for word in row:
                if x and x + space + word > limit:
                    count, x = count + 1, 0.0
                x += (space if x else 0.0) + word
        return count

    most = lines(width)
    low, high = max((word for row in rows for word in row), default=0.0), width
    if most == len(rows) or low >= width:
        return width
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if lines(middle) <= most else (middle, high)
    return min(high + 2, width)


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
