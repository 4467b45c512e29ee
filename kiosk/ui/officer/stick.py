"""Carrying on a USB stick when no line will do: out with what waits, in with the receipts."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.domain.errand import Kind
from kiosk.domain.stick import Stick as Plugged
from kiosk.journey import Visit
from kiosk.journey.officer.queue import ErrandWanted, StickView
from kiosk.ui import theme
from kiosk.ui.officer import errand  # noqa: F401 (kv names)
from kiosk.ui.officer.page import OfficerPage, TouchLine
from kiosk.ui.widgets import load_kv

UNITS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000))


class Stick(OfficerPage):
    chosen = StringProperty("")  # the name of a stick
    missing = BooleanProperty(False)
    needed = StringProperty("")
    may_write = BooleanProperty(False)
    may_read = BooleanProperty(False)

    def begin(self, visit: Visit) -> None:
        self.chosen = ""

    def refresh(self, visit: Visit) -> None:
        view = self.view(StickView)
        if view is None:
            return
        self.ids.errand.show(view.errand, self.app.tr._, running=view.running)
        busy = bool(view.errand and view.errand.under_way and view.running)
        names = [one.name for one in view.sticks]
        if self.chosen not in names:
            self.chosen = names[0] if names else ""
        self.missing = not names
        told = {"count": view.records, "size": in_words(view.needed)}
        self.needed = self.words("stick.needed" if view.records else "stick.nothing", **told)
        chosen = next((one for one in view.sticks if one.name == self.chosen), None)
        fits = chosen is not None and chosen.writable and chosen.free >= view.needed
        self.may_write = fits and not busy and view.records > 0
        self.may_read = chosen is not None and not busy
        hidden = theme.small and self.ids.errand.state  # what an errand has to tell stands there
        self.ids.rows.show([] if hidden else [self._line(one, view.needed) for one in view.sticks])

    def _line(self, one: Plugged, needed: int) -> TouchLine:
        free = self.words("stick.free", free=in_words(one.free), size=in_words(one.size))
        trouble = "stick.read_only" if not one.writable else "stick.too_full" if one.free < needed else ""
        line = TouchLine(
            target=f"stick.{one.name}",
            icon="task_alt" if one.name == self.chosen else "usb",
            text=one.name,
            sub=" · ".join(filter(None, (free, self.words(trouble) if trouble else ""))),
            state="warn" if trouble else "good" if one.name == self.chosen else "",
        )
        line.bind(on_release=lambda _: self._choose(one.name))
        return line

    def _choose(self, name: str) -> None:
        self.chosen = name
        if self.visit is not None:
            self.refresh(self.visit)

    def send(self, kind: str) -> None:
        self.post(ErrandWanted(Kind(kind), self.chosen))


def in_words(size: int) -> str:
    """Bytes as people read them: `12,4 MB`."""
    unit, factor = next((one for one in UNITS if size >= one[1]), UNITS[-1])
    return f"{size / factor:.1f} {unit}".replace(".", ",")


load_kv(__file__)
