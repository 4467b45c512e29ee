"""An officer's page: one bar with the way back, the title and the way out; below it the page's own."""

from typing import TypeVar

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.journey import Visit
from kiosk.journey.duty import View
from kiosk.journey.officer.events import DutyEnded, RoomOpened
from kiosk.ui import theme
from kiosk.ui.widgets import button, load_kv
from kiosk.ui.widgets.page import Page

V = TypeVar("V", bound=View)


class DutyBar(BoxLayout):
    title = StringProperty("")
    who = StringProperty("")
    back_shown = BooleanProperty(True)
    leave_shown = BooleanProperty(True)


class Line(button.Panel):
    """One row of a list: icon, words, a word at its right end. `state` colours icon and left edge."""

    icon = StringProperty("")
    text = StringProperty("")
    sub = StringProperty("")
    value = StringProperty("")
    state = StringProperty("")  # good, warn, bad, off or ""

    def tint(self, state: str) -> theme.Colour:
        return {"good": theme.go, "warn": theme.ink, "bad": theme.stop}.get(state, theme.muted)

    def edge(self, state: str) -> theme.Colour:
        return {"good": theme.go, "warn": theme.amber, "bad": theme.stop}.get(state, theme.edge)


class Fact(BoxLayout):
    """One line where there is little room: what it is, and how it stands at the right end."""

    text = StringProperty("")
    value = StringProperty("")


class TouchLine(button.Touchable):
    """A row that leads somewhere."""

    icon = StringProperty("")
    text = StringProperty("")
    sub = StringProperty("")
    value = StringProperty("")
    state = StringProperty("")

    tint, edge = Line.tint, Line.edge


class Rows(BoxLayout):
    """A list that is turned by two buttons instead of being pulled: as many rows as there is room for.

    `show(rows)` takes widgets of one height, all of them each time; the page that is open stays open.
    """

    row_mm = NumericProperty(15)
    gap_mm = NumericProperty(2)
    cols = NumericProperty(1)
    turned = BooleanProperty(True)  # else what does not fit is left out
    open_page = NumericProperty(0)
    pages = NumericProperty(1)
    place = StringProperty("")
    lines = ListProperty([])

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("lines", "height", "open_page", "row_mm", "cols"):
            self.fbind(name, self._lay)

    def show(self, rows: list[BoxLayout]) -> None:
        self.lines = rows

    def turn(self, by: int) -> None:
        self.open_page = min(max(self.open_page + by, 0), self.pages - 1)

    def _lay(self, *_: object) -> None:
        row, gap = theme.mm(self.row_mm), theme.mm(self.gap_mm)
        if self.height <= row or "list" not in self.ids:
            return
        cols = int(self.cols)
        most = max(int((self.height + gap) // (row + gap)), 1) * cols
        if len(self.lines) > most and self.turned:
            most = max(int((self.height - theme.mm(15)) // (row + gap)), 1) * cols
        self.pages = max(-(-len(self.lines) // most), 1) if self.turned else 1
        self.open_page = min(self.open_page, self.pages - 1)
        self.place = f"{int(self.open_page) + 1} / {int(self.pages)}" if self.pages > 1 else ""
        self.ids.list.clear_widgets()
        start = int(self.open_page) * most
        for line in self.lines[start : start + most]:
            line.size_hint_y, line.height = None, row
            self.ids.list.add_widget(line)


class OfficerPage(Page):
    """`view(Kind)` is what the desk has told last. A failure of the last request stands as a notice on the page."""

    title = StringProperty("")
    who = StringProperty("")
    failure = StringProperty("")
    duty_back = BooleanProperty(True)
    duty_leave = BooleanProperty(True)

    def __init__(self, step: str, **kwargs: object) -> None:
        super().__init__(step, **kwargs)
        self.duty_back = self.back_shown
        self.back_shown = False

    def show(self, visit: Visit) -> None:
        duty = visit.duty
        self.title = self.words(f"{self.step}.title")
        self.who = duty.officer.name if duty and duty.officer else ""
        id, facts = duty.failure if duty else ("", {})
        self.failure = f"{self.words(f'error.{id}', **facts)} {self.words(f'cure.{id}', **facts)}" if id else ""
        super().show(visit)

    def view(self, kind: type[V]) -> V | None:
        return self.visit.duty.view(kind) if self.visit and self.visit.duty else None

    def open_room(self, step: str) -> None:
        self.post(RoomOpened(step))

    def leave(self) -> None:
        self.post(DutyEnded())


load_kv(__file__)
