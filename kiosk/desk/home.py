"""What somebody should look at, gathered from the rooms for the tiles of the home page."""

from collections.abc import Callable, Iterable, Mapping

from kiosk.desk import Deed
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.home import HomeView, SeeHome, Worry


class Home:
    def __init__(self, looks: Iterable[Callable[[], Worry | None]]) -> None:
        """`looks`: one a room."""
        self._looks = tuple(looks)

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {SeeHome: self._see}

    def _see(self, _: SeeHome, __: str) -> Event:
        return Told(HomeView(tuple(worry for look in self._looks if (worry := look()) is not None)))
