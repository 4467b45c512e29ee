"""The touchscreen tried: a grid that has to be touched all over. A place that stays grey does not feel the finger."""

from kivy.properties import NumericProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.journey import Visit
from kiosk.journey.officer.health import TrialEnded
from kiosk.ui import theme
from kiosk.ui.officer.page import OfficerPage
from kiosk.ui.widgets import button, load_kv


class Cell(button.Touchable):
    """One place of the grid."""


class Grid(GridLayout):
    left = NumericProperty(0)

    def anew(self) -> None:
        self.clear_widgets()
        self.cols, rows = (6, 3) if theme.wide else (4, 7)
        for number in range(self.cols * rows):
            cell = Cell(target=f"cell.{number}")
            cell.bind(on_release=self._touched)
            self.add_widget(cell)
        self.left = self.cols * rows

    def _touched(self, cell: Cell) -> None:
        if cell.kind != "go":
            cell.kind = "go"
            self.left -= 1


class TryTouch(OfficerPage):
    def begin(self, visit: Visit) -> None:
        self.ids.grid.anew()

    def told(self, left: int) -> None:
        if self.visit is not None and not left and self.ids.grid.children:
            self.end(True)

    def end(self, passed: bool) -> None:
        self.post(TrialEnded(passed))


load_kv(__file__)
