"""Common doubts, one tap each: a picture and a short question; the answer in a few words with true figures."""

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.doubts import answer
from kiosk.ui.pictograms import QUESTIONS
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Tile
from kiosk.ui.widgets.page import Page


class Questions(Page):
    at = NumericProperty(0)
    doubt = StringProperty("")  # the open one
    said = StringProperty("")
    asked = StringProperty("")
    icon = StringProperty("")

    @property
    def per_page(self) -> int:
        return 6 if theme.wide else 12

    @property
    def pages(self) -> int:
        return -(-len(QUESTIONS) // self.per_page)

    def begin(self, visit: Visit) -> None:
        self.at, self.doubt = 0, ""

    def refresh(self, visit: Visit) -> None:
        more = self.words("questions.more", page=self.at + 1, pages=self.pages) if self.pages > 1 else ""
        self.aside_text = self.words("questions.again") if self.doubt else more
        self.aside_icon = "help" if self.doubt else "more_horiz"
        grid, whole = self.ids.grid, list(QUESTIONS.items())
        grid.clear_widgets()
        shown = [] if self.doubt else whole[self.at * self.per_page : (self.at + 1) * self.per_page]
        for doubt, icon in shown:
            tile = Tile(
                target=f"doubt.{doubt}",
                text=self.words(f"questions.{doubt}"),
                icon=icon,
                upright=not theme.wide,
                font_size=theme.mm(theme.HINT if theme.wide else theme.HINT + 0.6),
                padding=theme.mm(2.5),
                spacing=theme.mm(2),
            )
            tile.bind(on_release=lambda _, doubt=doubt: self.open(doubt))
            grid.add_widget(tile)
        for _ in range(self.per_page - len(grid.children)):
            grid.add_widget(Widget())
        if self.doubt:
            self.said = answer(self.app.tr._, visit, self.doubt)
            self.asked, self.icon = self.words(f"questions.{self.doubt}"), QUESTIONS[self.doubt]
        else:
            self.said = self.asked = self.icon = ""

    def open(self, doubt: str) -> None:
        if self.visit is not None:
            self.doubt = doubt
            self.refresh(self.visit)
            self.app.voice.say(f"questions.{doubt}.answer")

    def clear(self) -> None:
        self.at, self.doubt, self.said = 0, "", ""
        self.ids.grid.clear_widgets()

    def go(self) -> None:
        self.post(ev.QuestionsClosed())

    def aside(self) -> None:
        """From an answer to all doubts, from there to the next page of them."""
        if self.visit is None:
            return
        if self.doubt:
            self.doubt = ""
        else:
            self.at = (self.at + 1) % self.pages
        self.refresh(self.visit)


load_kv(__file__)
