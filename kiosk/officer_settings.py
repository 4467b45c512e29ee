"""What officers have set on this kiosk: `officer.toml` in its home, over the shipped settings and the site file.

The file is written whole or not at all, and the one before it is kept. One that is damaged all the same is put aside
and the one before it counts: a kiosk always starts.

    [set]       "devices.volume" = 0.6         what counts now
    [before]    "devices.volume" = 0.8         what counted before, for the way back; a key that was not set is missing
    [end]       whole = true                   the last line: nothing was torn off
"""

import fcntl
import hashlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tomli_w

from kiosk import settings
from kiosk.domain.errors import SettingsError
from kiosk.logs import Log
from kiosk.settings import Settings
from kiosk.sharing import create

FILE, PREVIOUS, DAMAGED, LOCK = "officer.toml", "officer.previous.toml", "officer.damaged.toml", "officer.lock"
KEYS = (
    "devices.volume",
    "panel.brightness",
    "languages.order",
    "site.market",
    "site.helper",
    "site.helper_phone",
    "site.helper_place",
    "panel.diagonal_inch",
    "devices.camera",
    "devices.camera_source",
    "devices.scanner",
    "devices.scanner_source",
    "devices.printer",
    "devices.printer_source",
    "devices.paper_mm",
    "devices.speaker",
)
_END = {"end": {"whole": True}}  # a file that was torn ends before it
log = Log("settings")
Values = Mapping[str, Any]  # by "section.key"


@dataclass(frozen=True, slots=True)
class Kept:
    """`stamp` tells one state of the file from another; "" while there is none."""

    now: Values = field(default_factory=lambda: MappingProxyType({}))
    before: Values = field(default_factory=lambda: MappingProxyType({}))
    stamp: str = ""


def load(home: Path, site: Path | None = None) -> Settings:
    """The settings of the kiosk in `home`. Raises SettingsError for shipped and site files alone."""
    plain = settings.load(site)
    if not (home / FILE).exists() and (home / PREVIOUS).exists():  # the power went while a damaged one was put aside
        _restore(home)
    for name in (FILE, PREVIOUS):
        try:
            kept = _read(home / name)
            return settings.load(site, officer=kept.now) if kept.now else plain
        except SettingsError as error:
            log.error("settings.damaged", file=name, cause=error.id)
            if name == FILE:
                _put_aside(home)
    return plain


def kept(home: Path) -> Kept:
    """Raises SettingsError when the file is damaged."""
    return _read(home / FILE)


def change(home: Path, site: Path | None, key: str, value: Any, stamp: str | None = None) -> Settings:
    """Sets one key; `value` None takes back what officers have set. The settings with it.

    Nothing is written when the value does not fit, or when the file is no longer the one with `stamp`.
    Raises SettingsError `settings.value`, `settings.unknown`, `settings.elsewhere`, `settings.unwritable`.
    """
    with _alone(home):
        now, before, changed = _turned(home, site, key, value, stamp)
        _write(home, now, before)
    return changed


def trial(home: Path, site: Path | None, key: str, value: Any, stamp: str | None = None) -> Settings:
    """What `change` would give; nothing is written. Raises as `change`."""
    return _turned(home, site, key, value, stamp)[2]


def _turned(
    home: Path, site: Path | None, key: str, value: Any, stamp: str | None
) -> tuple[dict[str, Any], dict[str, Any], Settings]:
    if key not in KEYS:
        raise SettingsError("settings.unknown", file=FILE, key=key, wanted=", ".join(KEYS))
    found = _read(home / FILE)
    if stamp is not None and stamp != found.stamp:
        raise SettingsError("settings.elsewhere")
    now = dict(found.now)
    before = {name: old for name, old in found.before.items() if name != key}
    if key in now:
        before[key] = now.pop(key)
    if value is not None:
        now[key] = value
    return now, before, settings.load(site, officer=now)


def back(home: Path, site: Path | None, key: str, stamp: str | None = None) -> Settings:
    """Sets what counted before the last change of this key. Raises as `change`."""
    return change(home, site, key, kept(home).before.get(key), stamp)


def _read(path: Path) -> Kept:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Kept()
    except OSError:
        raise SettingsError("file.unreadable", file=path.name) from None
    try:
        tables = tomllib.loads(raw.decode("utf-8"))
        now, before = tables.pop("set"), tables.pop("before")
        fits = isinstance(now, dict) and isinstance(before, dict) and {*now, *before} <= {*KEYS} and tables == _END
    except (KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        fits = False
    if not fits:
        raise SettingsError("settings.damaged", file=path.name)
    settings.load(officer=now)  # a value that no longer fits, after a new version, is as bad
    return Kept(MappingProxyType(now), MappingProxyType(before), hashlib.sha256(raw).hexdigest()[:16])


def _write(home: Path, now: Values, before: Values) -> None:
    content = tomli_w.dumps({"set": dict(now), "before": dict(before), **_END}).encode()
    try:
        if (home / FILE).exists():
            _whole(home, PREVIOUS, (home / FILE).read_bytes())
        _whole(home, FILE, content)
    except OSError:
        raise SettingsError("settings.unwritable", file=FILE) from None


def _whole(home: Path, name: str, content: bytes) -> None:
    fresh = home / f"{name}.new"
    descriptor = create(fresh, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(home / name)
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _put_aside(home: Path) -> None:
    try:
        (home / FILE).replace(home / DAMAGED)
    except OSError:  # a disk that takes nothing: the previous one counts all the same, and is told of again
        log.error("settings.not_put_aside", file=FILE)
        return
    _restore(home)


def _restore(home: Path) -> None:
    """The one before it in its place, if that one is whole."""
    try:
        if _read(home / PREVIOUS).stamp:
            _whole(home, FILE, (home / PREVIOUS).read_bytes())
    except (OSError, SettingsError):
        log.error("settings.not_restored", file=PREVIOUS)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One officer at a time, on the screen or from afar."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = create(home / LOCK, os.O_RDWR)
    except OSError:
        raise SettingsError("settings.unwritable", file=LOCK) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
