"""The officer's home page: one tile a room."""

from kivy.properties import StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.journey import Visit
from kiosk.journey.officer import ROOMS
from kiosk.ui import theme
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Tile

ICONS = {
    "health": "monitor_heart",
    "stock": "inventory_2",
    "queue": "cloud_upload",
    "settings": "settings",
    "service": "block",
    "record": "history",
}


class Rooms(GridLayout):
    """Two columns on a tall page, three on a wide one."""


class Officer(OfficerPage):
    sub = StringProperty("")

    def __init__(self, step: str, **kwargs: object) -> None:
        super().__init__(step, **kwargs)
        self._tiles = {}
        for room in ROOMS:
            tile = Tile(target=f"room.{room}", icon=ICONS[room], upright=not theme.small)
            tile.bind(on_release=lambda _, room=room: self.open_room(room))
            self._tiles[room] = tile
            self.ids.rooms.add_widget(tile)

    def refresh(self, visit: Visit) -> None:
        for room, tile in self._tiles.items():
            tile.text = self.words(f"{room}.title")


load_kv(__file__)
