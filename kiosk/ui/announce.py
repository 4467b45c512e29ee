"""Tells where things are on the glass, so that a demonstration can put a real finger on them. No personal data."""

import json
import time
from pathlib import Path
from typing import Any

from kivy.core.window import Window

from kiosk.ui.widgets.button import Touchable


def targets(page: Any) -> dict[str, list[int]]:
    """Name → [x, y, width, height] in window pixels from the top left, of all that can be touched now."""
    height = Window.height
    found = {}
    for widget in page.walk():
        if isinstance(widget, Touchable) and widget.target and touchable(widget):
            x, y = widget.to_window(widget.x, widget.y)
            found[widget.target] = [
                round(x),
                round(height - y - widget.height),
                round(widget.width),
                round(widget.height),
            ]
    return found


def touchable(widget: Any) -> bool:
    if widget.disabled or widget.width <= 1 or widget.height <= 1:
        return False
    while widget is not None and widget is not Window and widget.parent is not widget:
        if widget.opacity == 0:
            return False
        widget = widget.parent
    return True


class Announcer:
    """Appends one JSON line when a step's targets have stood still for two looks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before: dict[str, Any] = {}
        self._told: dict[str, Any] = {}

    def look(self, front: Any) -> None:
        if front.page is None or time.monotonic() < front.glass.deaf_until:
            return
        now = {
            "step": front.visit.step,
            "targets": targets(front.top),
            "size": [int(Window.width), int(Window.height)],
        }
        if now == self._before and now != self._told:
            self._told = now
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(now) + "\n")
        self._before = now
