"""The sheet over any page with all languages, each in its own name. Touching beside it closes it; nothing is lost."""

from collections.abc import Sequence
from typing import Any

from kivy.app import App
from kivy.uix.floatlayout import FloatLayout

from kiosk.ui import theme
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Tile
from kiosk.words import LANGUAGES


class LanguageSheet(FloatLayout):
    def __init__(self, codes: Sequence[str], **kwargs: object) -> None:
        super().__init__(**kwargs)
        desk = App.get_running_app()
        for code in codes:
            tile = Tile(
                target=f"lang.{code}",
                text=LANGUAGES[code],
                icon="language",
                chosen=code == desk.tr.lang,
                font_size=theme.mm(theme.BIG),
                padding=theme.mm(6),
            )
            tile.bind(on_release=lambda _, code=code: desk.choose_language(code))
            self.ids.tiles.add_widget(tile)

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing beneath it feels a touch."""
        if not super().on_touch_down(touch) and not self.ids.card.collide_point(*touch.pos):
            touch.ud["beside"] = self
        return True

    def on_touch_up(self, touch: Any) -> bool:
        beside = touch.ud.get("beside") is self and not self.ids.card.collide_point(*touch.pos)
        super().on_touch_up(touch)
        if beside and touch.grab_current is None:
            App.get_running_app().close_sheet()
        return True


load_kv(__file__)
