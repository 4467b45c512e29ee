"""What officers may set: read, checked, written, and told of in the record. Also `kiosk set`, from afar."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kiosk import officer_settings, tables
from kiosk.desk import Deed
from kiosk.domain.act import Act, Fact, Kind
from kiosk.domain.errors import SettingsError
from kiosk.journey.effects import Request
from kiosk.journey.events import Event
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.settings import Changed, SeeSettings, Set, SettingLine, SettingsView
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity

AT_ONCE = ("devices.volume", "panel.brightness")
WORDING = ("site.helper", "site.helper_phone", "site.helper_place")  # may name somebody: never in the record
LEVELS = {"devices.volume": (0, 20, 40, 60, 80, 100), "panel.brightness": (20, 40, 60, 80, 100)}  # per cent
DIAGONALS = (7.0, 10.1, 15.6, 21.5, 27.0, 32.0)  # inches
ORDERS = ("id,jv,en", "jv,id,en", "id,en", "id,jv", "id")
DRIVERS = {
    "devices.camera": ("opencv", "clip", "none"),
    "devices.scanner": ("wedge", "evdev", "none"),
    "devices.printer": ("escpos", "file", "none"),
    "devices.speaker": ("sdl", "none"),
}
PHONE = 15  # digits at most (ITU-T E.164)
NODES = {  # where devices appear, the one with a lasting name first
    "devices.camera_source": ("/dev/kiosk-camera", "/dev/v4l/by-id/*", "/dev/video*"),
    "devices.scanner_source": ("/dev/kiosk-scanner", "auto"),
    "devices.printer_source": ("/dev/kiosk-printer", "/dev/usb/lp*", "/dev/ttyUSB*"),
}


class OfficersSettings:
    def __init__(
        self,
        store: Store,
        identity: Identity | None,
        running: Settings,
        site: Path | None,
        root: Path = Path("/"),
        exists: Callable[[Path], bool] = Path.exists,
    ) -> None:
        """`running`: those that this program was started with; `site`: the file that they came from."""
        self._store = store
        self._identity = identity
        self._running = running
        self._site = site
        self._root = root
        self._exists = exists

    def deeds(self) -> Mapping[type[Request], Deed]:
        return {SeeSettings: lambda *_: Told(self.view()), Set: self._set}

    def view(self) -> SettingsView:
        """Raises SettingsError when the file is damaged."""
        kept = officer_settings.kept(self._store.home)
        now = officer_settings.load(self._store.home, self._site)
        lines = tuple(self._line(key, now, key in kept.now) for key in officer_settings.KEYS)
        pending = any(line.restart and line.value != text_of(line.key, self._running) for line in lines)
        return SettingsView(lines, kept.stamp, pending)

    def set(self, key: str, value: str, officer: str, stamp: str | None = None) -> Settings:
        """`value` "" goes back to what counted before. Raises SettingsError, StoreError, StoreFull."""
        home = self._store.home
        old = text_of(key, officer_settings.load(home, self._site)) if key in officer_settings.KEYS else ""
        wanted = value_of(key, value) if value else officer_settings.kept(home).before.get(key)
        if value:
            self._check(key, value)
        new = text_of(key, officer_settings.trial(home, self._site, key, wanted, stamp))
        self._note(key, old, new, officer)  # first: a full disk must not leave a change that nobody recorded
        try:
            now = officer_settings.change(home, self._site, key, wanted, stamp)
        except SettingsError:
            self._note(key, new, old, officer)
            raise
        return now

    def _note(self, key: str, old: str, new: str, officer: str) -> None:
        if self._identity is None or old == new:
            return
        facts: dict[str, Fact] = {"setting": key}
        facts |= {"old": "…", "new": "…"} if key in WORDING else {"old": old, "new": new}
        self._store.acts.keep(Act(Kind.SET, officer, facts), self._identity)

    def _set(self, request: Set, officer: str) -> Event:
        now = self.set(request.key, request.value, officer, request.stamp)
        volume = now.devices.volume if request.key == "devices.volume" else None
        brightness = now.panel.brightness if request.key == "panel.brightness" else None
        return Changed(self.view(), volume, brightness)

    def _line(self, key: str, now: Settings, changed: bool) -> SettingLine:
        value, options = text_of(key, now), self._options(key, now)
        if value and value not in options and key != "site.helper_phone":
            options = (value, *options)
        return SettingLine(key, value, options, changed, key not in AT_ONCE, digits=key == "site.helper_phone")

    def _options(self, key: str, now: Settings) -> tuple[str, ...]:
        if key in LEVELS:
            return tuple(str(level) for level in LEVELS[key])
        if key in DRIVERS:
            return DRIVERS[key]
        if key in NODES:
            return self._nodes(key)
        match key:
            case "languages.order":
                return ORDERS
            case "site.market":
                return tables.markets_near(now.site.market)
            case "site.helper" | "site.helper_place":
                return tables.helper_wordings(key.removeprefix("site.helper_").removeprefix("site."))
            case "panel.diagonal_inch":
                return tuple(f"{inch:g}" for inch in DIAGONALS)
            case "devices.paper_mm":
                return ("58", "80")
        return ()

    def _nodes(self, key: str) -> tuple[str, ...]:
        found = []
        for pattern in NODES[key]:
            if pattern.startswith("/"):
                paths = sorted(self._root.glob(pattern.lstrip("/")))
                found += [f"/{path.relative_to(self._root)}" for path in paths]
            else:
                found.append(pattern)
        return tuple(found)

    def _check(self, key: str, value: str) -> None:
        if key == "site.market" and value not in tables.markets():
            raise SettingsError("settings.market", key=key, wanted="markets.csv")
        if key == "site.helper_phone" and not (value.isdigit() and len(value) <= PHONE):
            raise SettingsError("settings.value", file=officer_settings.FILE, key=key, wanted="0812…")
        if key in NODES and value.startswith("/") and not self._exists(self._root / value.lstrip("/")):
            raise SettingsError("settings.no_device", key=key)


def text_of(key: str, chosen: Settings) -> str:
    """A value as `Set` takes it: per cent for levels, languages with commas."""
    section, name = key.split(".")
    value = getattr(getattr(chosen, section), name)
    if key in LEVELS:
        return str(round(value * 100))
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def value_of(key: str, text: str) -> Any:
    """What stands in the file for it. Raises SettingsError `settings.value`."""
    try:
        if key in LEVELS:
            return int(text) / 100
        if key == "languages.order":
            return text.split(",")
        if key == "panel.diagonal_inch":
            return float(text)
        return int(text) if key == "devices.paper_mm" else text
    except ValueError:
        raise SettingsError("settings.value", file=officer_settings.FILE, key=key, wanted="1, 2, 3 …") from None
