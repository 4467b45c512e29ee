"""`kiosk set`: an officer's settings from afar, checked and recorded as on the screen."""

from pathlib import Path

from kiosk import bootstrap, officer_settings
from kiosk import commandline as command
from kiosk.desk.settings import OfficersSettings
from kiosk.settings import Settings


def run(home: Path, chosen: Settings, site: Path | None, key: str, value: str | None, *, back: bool) -> int:
    """Without a key it lists them all, without a value it shows one. Raises SettingsError, StoreError."""
    kiosk = bootstrap.open_kiosk(home, chosen, provisioned=False, site=site)
    try:
        settings = OfficersSettings(kiosk.store, kiosk.identity, chosen, site)
        if key and (value is not None or back):
            settings.set(key, "" if value is None else value, "")
        lines = [line for line in settings.view().lines if key in ("", line.key)]
        width = max(map(len, officer_settings.KEYS))
        for line in lines:
            mark = "*" if line.changed else " "
            command.write_line(f"{mark} {line.key:<{width}}  {line.value or '–'}")
    finally:
        kiosk.close()
    return command.OK
