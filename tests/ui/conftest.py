"""One window for the whole session, and the running front with hand-written stand-ins behind it."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "vision")]

SIZES = {
    "tall": (1080, 1920, 21.5),
    "large": (1080, 1920, 32.0),
    "wide": (1280, 800, 10.1),
    "full": (1920, 1080, 15.6),
    "small": (800, 480, 7.0),
}
SIZE = SIZES[os.environ.get("KIOSK_TEST_SIZE", "tall")]


class Stage:
    """Drives the window: frames, taps, the front and its fakes."""

    def __init__(self, front: Any, keeper: Any, sight: Any, scanner: Any, desk: Any) -> None:
        self.front, self.keeper, self.sight, self.scanner, self.desk = front, keeper, sight, scanner, desk

    def frames(self, count: int = 3) -> None:
        """A frame without its drawing, which is the slow half on a machine without a graphics card."""
        from kivy.base import EventLoop
        from kivy.clock import Clock
        from kivy.lang import Builder

        for _ in range(count):
            Clock.tick()
            EventLoop.dispatch_input()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()

    def until(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"still at {self.front.visit.step}"
            self.frames(1)

    def ready(self) -> None:
        self.front.glass.deaf_until = 0.0
        self.frames(4)

    def targets(self) -> dict[str, list[int]]:
        from kiosk.ui.announce import targets

        return targets(self.front.top)

    def tap(self, target: str, *, ready: bool = True) -> None:
        """A touch into the window, where the announced target lies."""
        if ready:
            self.ready()
        from kivy.core.window import Window

        x, y, width, height = self.targets()[target]
        self.touch(x + width / 2, Window.height - y - height / 2)

    def touch(self, x: float, y: float) -> None:
        from kivy.base import EventLoop

        finger = self._finger(x, y)
        EventLoop.post_dispatch_input("begin", finger)
        EventLoop.post_dispatch_input("end", finger)
        self.frames(2)

    def pressed_by(self, x: float, y: float) -> str:
        """The target that a finger at x, y (from the bottom left) presses; it slides off again, so nothing happens."""
        from kivy.base import EventLoop

        finger = self._finger(x, y)
        EventLoop.post_dispatch_input("begin", finger)
        pressed = [grabbed().target for grabbed in finger.grab_list if hasattr(grabbed(), "target")]
        finger.move((-1.0, -1.0))
        EventLoop.post_dispatch_input("update", finger)
        EventLoop.post_dispatch_input("end", finger)
        return pressed[0] if pressed else ""

    @staticmethod
    def _finger(x: float, y: float) -> Any:
        from kivy.core.window import Window
        from kivy.input.motionevent import MotionEvent

        class Finger(MotionEvent):
            def depack(self, args: Any) -> None:
                self.is_touch = True
                self.sx, self.sy = args
                self.profile = ["pos"]
                super().depack(args)

        return Finger("test", 1, (x / Window.width, y / Window.height))

    def anew(self) -> None:
        """As after a start: nothing of an earlier test."""
        import fakes

        from kiosk.journey import Visit

        keeper = self.keeper
        keeper.kept, keeper.earlier, keeper.fails, keeper.closed, keeper.breaks = [], {}, "", "", False
        keeper.today, keeper.waiting, keeper.silent_days, keeper.answered = 14, 3, 0, True
        self.sight.present = True
        self.desk.answers, self.desk.asked = {}, []
        self.front.hearing = False
        self.front.eyes.forget()
        self.front.failsafe._times.clear()  # the crashes of an earlier test
        self.at(Visit.begin(fakes.context()))
        self.front._status(keeper.status())

    def at(self, visit: Any) -> Any:
        """Puts the front into a visit and shows it."""
        self.front.close_sheet()
        for page in self.front.pages.values():
            page.hide()
        self.front.visit = visit
        self.front.tr.speak(visit.language)
        self.front._name_languages()
        self.front._show()
        self.ready()
        return self.front.page

    def scene(self, name: str, language: str) -> Any:
        """Shows a scene of scenes.py; the page."""
        import fakes
        import scenes

        _, visit, after = next(s for s in scenes.scenes(fakes.context(language=language)) if s[0] == name)
        self.keeper.closed = visit.reason if visit.step == "closed" else ""
        page = self.at(visit)
        if after:
            after(self.front)
        self.frames(4)
        return page


@pytest.fixture(scope="session")
def _front() -> Iterator[Stage]:
    import fakes

    from kiosk.ui.window import open_window

    settings = fakes.shipped_settings(*SIZE)
    open_window(settings.panel)
    from kivy.base import EventLoop, runTouchApp
    from kivy.clock import Clock

    Clock._max_fps = 0

    from kiosk.ui.front import Front

    keeper, sight, scanner, desk = fakes.FakeKeeper(), fakes.FakeSight(), fakes.FakeScanner(), fakes.FakeDesk()
    front = Front(settings, fakes.context(), fakes.languages(), keeper, sight, scanner, threading.Event(), desk=desk)
    front._idle.callback = lambda _: None  # a machine that stands still for a while is nobody who has left
    front._run_prepare()
    runTouchApp(embedded=True)
    EventLoop.status = "started"
    stage = Stage(front, keeper, sight, scanner, desk)
    stage.frames(40)
    yield stage
    front.close()


@pytest.fixture
def stage(_front: Stage) -> Stage:
    _front.anew()
    return _front
