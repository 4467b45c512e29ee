"""Runs the screens until somebody stops them. Kivy is imported only here below, after the window has set the ground."""

import signal
import threading
from collections.abc import Mapping
from pathlib import Path

from kiosk.journey import Context
from kiosk.notify import Service
from kiosk.settings import Settings
from kiosk.ui.ports import Desk, Keeper, Printer, Scanner, Sight, Speaker
from kiosk.ui.window import open_window
from kiosk.words import Words


def run(
    settings: Settings,
    context: Context,
    words: Mapping[str, Words],
    keeper: Keeper,
    sight: Sight,
    scanner: Scanner,
    *,
    desk: Desk | None = None,
    printer: Printer | None = None,
    speaker: Speaker | None = None,
    announce: Path | None = None,
    stop: threading.Event | None = None,
    service: Service | None = None,
) -> int:
    """Returns 0 when it was asked to end (`stop`, Ctrl-C, SIGTERM), 1 when the screens crashed three times in a minute,
    ports.RESTART when an officer wants it to begin anew.

    Raises DeviceError `display.missing`. Call it on the main thread.
    """
    open_window(settings.panel)
    from kiosk.ui.front import Front
    from kiosk.ui.pulse import Pulse

    ending = stop or threading.Event()
    front = Front(settings, context, words, keeper, sight, scanner, ending, announce, printer, speaker, desk)
    pulse = Pulse(service or Service({}))
    main = threading.current_thread() is threading.main_thread()
    before = {s: signal.signal(s, lambda *_: ending.set()) for s in (signal.SIGINT, signal.SIGTERM)} if main else {}
    try:
        pulse.start()
        front.run()
    finally:
        pulse.stop()
        front.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    return front.exit_code
