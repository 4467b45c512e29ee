"""Own keypads: digits 3×4, and letters A–Z in the order of the alphabet. They post single keys, nothing else."""

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Touchable

BACKSPACE, CLEAR, SPACE = "backspace", "clear", "space"


class Key(Touchable):
    """`value` is what it types; its target is `key.<value>`."""

    value = StringProperty("")
    face = StringProperty("")
    icon = StringProperty("")
    font_size = NumericProperty(0)


class Pad(GridLayout):
    __events__ = ("on_key",)

    def on_key(self, value: str) -> None:
        """A key was touched."""

    def key(self, value: str, face: str = "", icon: str = "") -> Key:
        key = Key(value=value, face=face or ("" if icon else value), icon=icon, target=f"key.{value}")
        key.bind(on_release=lambda key: self.dispatch("on_key", key.value))
        return key


class DigitPad(Pad):
    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for digit in "123456789":
            self.add_widget(self.key(digit))
        self.add_widget(self.key(CLEAR, icon="delete"))
        self.add_widget(self.key("0"))
        self.add_widget(self.key(BACKSPACE, icon="backspace"))


class LetterPad(GridLayout):
    """Rows of equal keys; the last row holds what is no letter."""

    __events__ = ("on_key",)

    def on_key(self, value: str) -> None:
        """A key was touched."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(cols=1, **kwargs)
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        if theme.wide:
            rows = [[*letters[:11]], [*letters[11:22]], [*letters[22:], "'", ".", ",", "-", SPACE, BACKSPACE]]
        else:
            rows = [[*letters[i : i + 7]] for i in range(0, 26, 7)]
            rows[-1] += ["'", "."]
            rows.append([",", "-", SPACE, BACKSPACE])
        for row in rows:
            line = GridLayout(rows=1, spacing=theme.mm(2.7))
            for value in row:
                icon = {SPACE: "space_bar", BACKSPACE: "backspace"}.get(value, "")
                key = Key(value=value, face="" if icon else value, icon=icon, target=f"key.{value}")
                widths = {SPACE: 1.7, BACKSPACE: 1.3} if theme.wide else {SPACE: 3.2, BACKSPACE: 1.8}
                key.size_hint_x = widths.get(value, 1)
                key.bind(on_release=lambda key: self.dispatch("on_key", key.value))
                line.add_widget(key)
            self.add_widget(line)


def typed(draft: str, key: str, limit: int) -> str:
    """The draft after a key."""
    if key == BACKSPACE:
        return draft[:-1]
    if key == CLEAR:
        return ""
    return (draft + (" " if key == SPACE else key))[:limit]


load_kv(__file__)
