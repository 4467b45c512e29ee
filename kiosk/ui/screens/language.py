"""Two or more big cards, each in its own language."""

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Tile
from kiosk.ui.widgets.page import Page
from kiosk.words import LANGUAGES


class Language(Page):
    def refresh(self, visit: Visit) -> None:
        cards = self.ids.cards
        if cards.children:
            return
        for code in self.app.settings.languages.order:
            if code in self.app.tr.all:
                card = Tile(
                    target=f"language.{code}",
                    text=LANGUAGES[code],
                    sub="" if theme.wide else self.app.tr.own(code, "language.sub"),
                    icon="language",
                    font_size=theme.mm(theme.BIG if theme.wide else theme.TITLE),
                    padding=(theme.mm(8), theme.mm(1.5 if theme.wide else 3)),
                )
                card.bind(on_release=lambda _, code=code: self.post(ev.LanguageChosen(code)))
                cards.add_widget(card)


load_kv(__file__)
