"""The window, and the only place that sets Kivy's environment and configuration. Import nothing of Kivy before this."""

import atexit
import math
import os
import shutil
import tempfile
from typing import Any

from kiosk.domain.errors import DeviceError
from kiosk.settings import Panel
from kiosk.ui import theme

_window: Any = None


def open_window(panel: Panel) -> Any:
    """The one window of this process, with true millimetres. Raises DeviceError `display.missing`."""
    global _window
    if _window is not None:
        return _window
    _environment(panel)
    _configure(panel)
    from kivy.core.window import Window

    if Window is None:
        raise DeviceError("display.missing")
    from kivy.metrics import Metrics

    width, height = Window.size
    dpi = _dpi(width, height, panel.diagonal_inch) if not panel.width or panel.fullscreen else Metrics.dpi
    Metrics.dpi = dpi
    theme.fit(width, height, dpi)
    theme.register_fonts()
    Window.clearcolor = theme.ground
    Window.bind(on_keyboard=lambda *_: True)  # Esc, F1, Alt+F4 from a code: nothing happens
    _window = Window
    return Window


def _dpi(width: float, height: float, diagonal_inch: float) -> float:
    return math.hypot(width, height) / diagonal_inch


def _environment(panel: Panel) -> None:
    home = tempfile.mkdtemp(prefix="kiosk-screen-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ |= {
        "KIVY_NO_ARGS": "1",
        "KIVY_NO_CONFIG": "1",
        "KIVY_NO_FILELOG": "1",
        "KIVY_NO_CONSOLELOG": "1",
        "KIVY_LOG_MODE": "PYTHON",
        "KIVY_HOME": home,
        "KIVY_AUDIO": "sdl2",
        "KIVY_METRICS_DENSITY": "1",
    }
    if panel.width and panel.height:
        os.environ["KIVY_DPI"] = str(_dpi(panel.width, panel.height, panel.diagonal_inch))


def _configure(panel: Panel) -> None:
    from kivy.config import Config

    graphics = {
        "fullscreen": "auto" if panel.fullscreen else "0",
        "borderless": "1" if panel.fullscreen else "0",
        "show_cursor": "0" if panel.fullscreen else "1",
        "resizable": "0",
        "multisamples": "0",
        "maxfps": "60",
        "allow_screensaver": "0",
    }
    if panel.width and panel.height:
        graphics |= {"width": str(panel.width), "height": str(panel.height)}
    for key, value in graphics.items():
        Config.set("graphics", key, value)
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "log_enable", "0")
    Config.set("kivy", "keyboard_mode", "")
    Config.set("kivy", "desktop", "0")
    Config.remove_section("input")  # probesysfs would let every touch count twice (kivy #1903)
    Config.add_section("input")
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.remove_section("modules")
    Config.add_section("modules")
