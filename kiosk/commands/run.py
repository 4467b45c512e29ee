"""`kiosk run`: the touchscreen."""

from pathlib import Path

from kiosk.bootstrap import open_kiosk
from kiosk.notify import Service
from kiosk.settings import Settings


def run(home: Path, chosen: Settings, *, announce: Path | None, service: Service) -> int:
    """Exit code 0 after a wanted end, 1 when it failed too often. Raises KioskError when it cannot start."""
    kiosk = open_kiosk(home, chosen, provisioned=False)
    try:
        from kiosk.ui import app  # Kivy reads its environment when it is imported

        return app.run(
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
