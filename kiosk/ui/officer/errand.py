"""How far an errand of the sync daemon is, and what came of it: on every page that asks for one."""

from typing import Any

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk import errand_words
from kiosk.domain.errand import Errand, State
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.words import Words

ROOM = 150  # letters on a small panel


class Bar(Widget):
    """`part` of it is filled, 0 … 1."""

    part = NumericProperty(0)


class ErrandBox(BoxLayout):
    """`state`: "" for nothing to tell, busy, good or bad."""

    state = StringProperty("")
    text = StringProperty("")
    part = NumericProperty(0)
    read = NumericProperty(-1)  # the number of the errand whose outcome was read and put away

    def show(self, errand: Errand | None, words: Words, *, running: bool) -> None:
        """`running`: whether the daemon does, which alone gets any further."""
        self._number = errand.number if errand else -1
        if errand is None or (errand.number == self.read and not errand.under_way):
            self.state, self.text, self.part = "", "", 0
        elif not errand.under_way:
            self.state = "bad" if errand.state is State.FAILED else "good"
            self.text = told(errand_words.outcome(errand, words))
        elif not running:
            self.state = "bad"
            self.text = " ".join(words(f"{kind}.errand.no_daemon") for kind in ("error", "cure"))
        else:
            self.state, self.part = "busy", errand.done / errand.total if errand.total else 0
            doing = words(f"errand.busy.{errand.kind}")
            counted = words("errand.done_of", done=errand.done, total=errand.total) if errand.total else ""
            self.text = f"{doing} {counted}".strip()

    def on_touch_up(self, touch: Any) -> bool:
        if self.state in ("good", "bad") and self.collide_point(*touch.pos):
            self.read, self.state, self.text = self._number, "", ""
        return bool(super().on_touch_up(touch))


def told(sentences: list[str]) -> str:
    """One below the other; on a small panel one after the other, as many as there is room for."""
    if not theme.small:
        return "\n".join(sentences)
    room = [sum(map(len, sentences[: at + 1])) <= ROOM for at in range(len(sentences))]
    return " ".join(sentences[: max(sum(room), 1)])


load_kv(__file__)
