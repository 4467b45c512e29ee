"""The officer's home page: one tile a room."""

from kivy.uix.gridlayout import GridLayout

from kiosk.journey import Visit
from kiosk.journey.officer import ROOMS
from kiosk.journey.officer.home import HomeView
from kiosk.ui import theme
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Tile

ICONS = {
    "health": "monitor_heart",
    "stock": "inventory_2",
    "queue": "cloud_upload",
    "setup": "settings",
    "service": "block",
    "record": "history",
}


class Rooms(GridLayout):
    """Two columns on a tall page, three on a wide one."""


class Officer(OfficerPage):
    def __init__(self, step: str, **kwargs: object) -> None:
        super().__init__(step, **kwargs)
        self._tiles = {}
        for room in ROOMS:
            tile = Tile(
                target=f"room.{room}",
                icon=ICONS[room],
                upright=not theme.small,
                font_size=theme.mm(theme.HINT + 0.6 if theme.small else theme.BODY),
            )
            tile.bind(on_release=lambda _, room=room: self.open_room(room))
            self._tiles[room] = tile
            self.ids.rooms.add_widget(tile)

    def refresh(self, visit: Visit) -> None:
        view = self.view(HomeView)
        worries = {worry.room: worry for worry in view.worries} if view else {}
        for room, tile in self._tiles.items():
            worry = worries.get(room)
            tile.text = self.words(f"{room}.title")
            if theme.small:  # no room for what it is: that stands in the room itself
                tile.icon = "warning" if worry else ICONS[room]
            else:
                tile.sub = self.words(worry.said, **worry.facts) if worry else ""
            tile.icon_tint = theme.stop if worry and worry.level == "bad" else theme.blue
            tile.border = theme.KINDS["plain"][3] if not worry else theme.stop if worry.level == "bad" else theme.amber


load_kv(__file__)
