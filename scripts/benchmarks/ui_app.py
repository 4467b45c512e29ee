"""The kiosk itself for `bench ui`: the real program with its parts, and one JSON line for each page that was shown.

Started by ui.py; not a benchmark of its own. Lines on stdout, times in seconds of the machine's monotonic clock:
{"shown": step, "language": …, "at": …}   the first frame of a page is on the glass
{"ready": step, "targets": {…}, "at": …}  it takes touches now, at these places
{"turns": n, "frames": n, "at": …}        so far: turns of the frame loop, pictures of the camera shown
{"visits": n, "rss": bytes}               of a run that drives itself
"""

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kiosk import logs, settings
from kiosk.bootstrap import open_kiosk
from kiosk.domain.reading import Reading
from kiosk.domain.tariff import BASIC
from kiosk.journey import events as ev
from kiosk.ui.app import run
from kiosk.ui.window import open_window

TICK_S = 0.25


def tell(**line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Counted:
    """A camera whose shown pictures are counted."""

    def __init__(self, sight: Any) -> None:
        self._sight, self.frames = sight, 0

    @property
    def present(self) -> bool:
        return bool(self._sight.present)

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        self._sight.start(on_reading)

    def stop(self) -> None:
        self._sight.stop()

    def close(self) -> None:
        self._sight.close()

    def preview(self) -> Any:
        frame = self._sight.preview()
        self.frames += frame is not None
        return frame


class Watch:
    """Tells what is on the glass, after the frame is there and not before."""

    def __init__(self, window: Any, sight: Counted) -> None:
        self._sight, self._turns = sight, 0
        self._told: tuple[str, ...] = ()
        self._ready: tuple[str, dict[str, list[int]]] = ("", {})
        self._flip = window.flip
        window.flip = self._flipped

    def _flipped(self) -> None:
        self._flip()
        front = app()
        if front is None or front.page is None:
            return
        now = (front.page.step, front.tr.lang)
        if now != self._told:
            self._told = now
            tell(shown=now[0], language=now[1], at=time.monotonic())

    def look(self, _: float) -> None:
        from kiosk.ui.announce import targets

        front = app()
        if not self._told or time.monotonic() <= front.glass.deaf_until:
            return
        now = (front.page.step, targets(front.top))
        if now != self._ready:
            self._ready = now
            tell(ready=now[0], targets=now[1], at=time.monotonic())

    def turn(self, _: float) -> None:
        self._turns += 1

    def count(self, _: float) -> None:
        tell(turns=self._turns, frames=self._sight.frames, at=time.monotonic())


def app() -> Any:
    from kivy.app import App

    return App.get_running_app()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def visits(count: int, stop: threading.Event) -> Callable[[float], None]:
    """Whole visits by events, each screen drawn, the store's answers waited for; a new card each time."""

    def drive() -> Iterator[None]:
        front = app()

        def at(*steps: str) -> Iterator[None]:
            while front.visit.step not in steps:
                yield

        def post(event: ev.Event) -> Iterator[None]:
            front.post(event)
            yield
            yield

        for number in range(count):
            yield from at("attract")
            yield from post(ev.LanguageChosen(("id", "jv", "en")[number % 3]))
            yield from post(ev.ConsentGiven(("registration",)))
            yield from post(ev.TypingChosen())
            nik = f"33720157{number // 5000 + 1:02}75{number % 5000 + 1:04}"
            for digit in nik:
                front.page.key(digit)
                yield
            yield from post(ev.NikTyped(nik))
            yield from post(ev.Confirmed())
            while front.visit.step != "receipt":
                answer = answers.get(front.visit.step)
                yield from post(answer) if answer else iter((None,))
            yield from post(ev.Touched())
            if number % 10 == 9 or number == 0:
                tell(visits=number + 1, rss=resident())
        stop.set()

    answers: dict[str, ev.Event] = {
        "name": ev.NameGiven("SITI SPESIMEN"),
        "occupation": ev.OccupationsChosen(("pedagang-sayur",)),
        "employer": ev.EmployerAnswered(False),
        "understand": ev.Understood(),
        "income": ev.IncomeGiven(1_000_000),
        "programme": ev.ProgrammesChosen(BASIC, 3),
        "phone": ev.PhoneGiven(""),
        "association": ev.AssociationGiven(""),
        "check": ev.Agreed(),
    }
    way = drive()
    return lambda _: next(way, None)


def main() -> int:
    home, site, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    logs.start("bench", logging.WARNING)
    config = settings.load(site)
    window = open_window(config.panel)
    kiosk = open_kiosk(home, config)
    sight = Counted(kiosk.sight())
    watch, stop = Watch(window, sight), threading.Event()

    from kivy.clock import Clock

    Clock.schedule_interval(watch.look, 0.05)
    Clock.schedule_interval(watch.turn, 0)
    Clock.schedule_interval(watch.count, TICK_S)
    if count:
        Clock.schedule_interval(visits(count, stop), 0)
    try:
        return run(
            config, kiosk.context, kiosk.languages, kiosk.keeper, sight, kiosk.scanner(),
            printer=kiosk.printer(), speaker=kiosk.speaker(), stop=stop,
        )  # fmt: skip
    finally:
        kiosk.close()


if __name__ == "__main__":
    sys.exit(main())
