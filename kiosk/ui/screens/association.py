"""The trader's association: one touch on its name, its member card under the scanner, or its letters typed."""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.widgets import keypad, load_kv
from kiosk.ui.widgets.button import Tile
from kiosk.ui.widgets.page import Page

LETTERS = 5
LEAST = 2


class Association(Page):
    typing = BooleanProperty(False)
    draft = StringProperty("")
    at = NumericProperty(0)

    @property
    def per_page(self) -> int:
        return 4 if theme.wide else 5

    def on_draft(self, _: object, draft: str) -> None:
        self.go_ready = len(draft) >= LEAST

    def begin(self, visit: Visit) -> None:
        self.typing, self.draft, self.at = False, "", 0

    def refresh(self, visit: Visit) -> None:
        self.aside_text = self.words("association.list" if self.typing else "association.type")
        self.aside_icon = "groups" if self.typing else "keyboard"
        self.aside_target = "list" if self.typing else "type"
        self.go_text = self.words("go.next") if self.typing else ""
        self.on_draft(self, self.draft)
        grid = self.ids.grid
        grid.clear_widgets()
        if self.typing:
            return
        there = visit.rules.associations_of(visit.context.market)
        pages = -(-len(there) // self.per_page)
        grid.add_widget(self._tile("", self.words("association.none"), "person"))
        for found in there[self.at * self.per_page : (self.at + 1) * self.per_page]:
            grid.add_widget(self._tile(found.code, found.name, "groups"))
        if pages > 1:
            more = Tile(target="more", icon="more_horiz", text=self.words("association.more"), font_size=self._size())
            more.bind(on_release=lambda _: self._turn((self.at + 1) % pages))
            grid.add_widget(more)

    def _tile(self, code: str, text: str, icon: str) -> Tile:
        chosen = self.visit is not None and self.visit.answers.association == code
        tile = Tile(target=f"tile.{code or 'none'}", icon=icon, text=text, chosen=chosen, font_size=self._size())
        tile.padding = theme.mm(3), theme.mm(0 if theme.wide else 1)
        tile.bind(on_release=lambda _: self.post(ev.AssociationGiven(code)))
        return tile

    def _size(self) -> float:
        return theme.mm(theme.HINT if theme.wide else theme.BODY - 1)

    def _turn(self, at: int) -> None:
        self.at = at
        if self.visit is not None:
            self.refresh(self.visit)

    def clear(self) -> None:
        self.typing, self.draft = False, ""
        self.ids.grid.clear_widgets()

    def key(self, value: str) -> None:
        if value == keypad.BACKSPACE or (len(value) == 1 and value.isalpha()):
            self.notice = ""
            self.draft = keypad.typed(self.draft, value, LETTERS)

    def go(self) -> None:
        self.post(ev.AssociationGiven(self.draft))

    def aside(self) -> None:
        self.typing, self.draft, self.notice = not self.typing, "", ""
        if self.visit is not None:
            self.refresh(self.visit)


load_kv(__file__)
