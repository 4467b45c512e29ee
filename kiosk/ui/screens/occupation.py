"""What the trader does: a grid of pictures, up to two, page by page without scrolling."""

from kivy.properties import ListProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.ui import theme
from kiosk.ui.pictograms import OCCUPATIONS
from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.button import Tile
from kiosk.ui.widgets.page import Page


class Occupation(Page):
    chosen = ListProperty([])
    at = NumericProperty(0)
    picked = StringProperty("")  # the chosen ones by name: they may stand on another page
    icons = StringProperty("")  # the same by their pictures

    @property
    def per_page(self) -> int:
        return 6 if theme.wide else 12

    def begin(self, visit: Visit) -> None:
        self.chosen = list(visit.answers.occupations)
        ids = [occupation.id for occupation in visit.rules.occupations]
        self.at = ids.index(self.chosen[0]) // self.per_page if self.chosen and self.chosen[0] in ids else 0

    def refresh(self, visit: Visit) -> None:
        all_of_them = visit.rules.occupations
        pages = -(-len(all_of_them) // self.per_page)
        self.aside_text = self.words("occupation.more", page=self.at + 1, pages=pages) if pages > 1 else ""
        self.go_ready = bool(self.chosen)
        named = {occupation.id: occupation.labels.get(visit.language, "") for occupation in all_of_them}
        self.picked = " + ".join(named[id] for id in self.chosen if id in named)
        self.icons = "".join(theme.icon(OCCUPATIONS.get(id, "work")) for id in self.chosen if id in named)
        grid = self.ids.grid
        grid.clear_widgets()
        for occupation in all_of_them[self.at * self.per_page : (self.at + 1) * self.per_page]:
            tile = Tile(
                target=f"tile.{occupation.id}",
                text=occupation.labels.get(visit.language) or next(iter(occupation.labels.values())),
                icon=OCCUPATIONS.get(occupation.id, "work"),
                chosen=occupation.id in self.chosen,
                upright=not theme.wide,
                font_size=theme.mm(theme.HINT),
                padding=(theme.mm(2.5), theme.mm(0.5 if theme.wide else 2.5)),
                spacing=theme.mm(2),
            )
            tile.bind(on_release=lambda _, id=occupation.id: self.touch(id))
            grid.add_widget(tile)
        for _ in range(self.per_page - len(grid.children)):
            grid.add_widget(Widget())

    def touch(self, id: str) -> None:
        if self.visit is None:
            return
        most = self.visit.rules.eligibility.most_jobs
        if id in self.chosen:
            self.chosen = [other for other in self.chosen if other != id]
        else:
            self.chosen = [*self.chosen, id][-most:]
        self.refresh(self.visit)

    def clear(self) -> None:
        self.chosen, self.picked, self.icons = [], "", ""
        self.ids.grid.clear_widgets()

    def go(self) -> None:
        self.post(ev.OccupationsChosen(tuple(self.chosen)))

    def aside(self) -> None:
        if self.visit is not None:
            pages = -(-len(self.visit.rules.occupations) // self.per_page)
            self.at = (self.at + 1) % pages
            self.refresh(self.visit)


load_kv(__file__)
