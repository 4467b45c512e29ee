"""`kiosk run`: the touchscreen."""

import os
import sys
from pathlib import Path

from kiosk.bootstrap import open_kiosk
from kiosk.notify import Service
from kiosk.settings import Settings
from kiosk.ui.ports import RESTART


def run(home: Path, chosen: Settings, *, site: Path | None, announce: Path | None, service: Service) -> int:
    """Exit code 0 after a wanted end, 1 when it failed too often. Raises KioskError when it cannot start."""
    kiosk = open_kiosk(home, chosen, provisioned=False, site=site)
    try:
        from kiosk.ui import app  # Kivy reads its environment when it is imported

        code = app.run(
            chosen,
            kiosk.context,
            kiosk.languages,
            kiosk.keeper,
            kiosk.sight(),
            kiosk.scanner(),
            desk=kiosk.desk,
            printer=kiosk.printer(),
            speaker=kiosk.speaker(),
            announce=announce,
            service=service,
        )
    finally:
        kiosk.close()
    if code == RESTART:  # the same program in this process's place: whoever watches it notices nothing
        os.execv(sys.executable, [sys.executable, "-m", "kiosk", *sys.argv[1:]])  # noqa: S606 - our own arguments
    return code
