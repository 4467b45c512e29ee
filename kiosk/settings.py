"""TOML to frozen, validated settings: shipped defaults, then the site file, then the command line.

An error names the file, the key and what was wanted. Only this module reads TOML.
"""

import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from kiosk.domain.errors import SettingsError
from kiosk.resources import CONFIG


class OneOf:
    """The values that a key may have, or that the items of its list may have."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices


@dataclass(frozen=True, slots=True)
class Between:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Among:
    """One of these numbers."""

    choices: tuple[int, ...]

    def __init__(self, *choices: int) -> None:
        object.__setattr__(self, "choices", choices)


@dataclass(frozen=True, slots=True)
class AutoOr:
    """ "auto", or a number in these bounds."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Site:
    market: str
    branch: str
    timezone: str
    helper: str
    helper_phone: str
    helper_place: str


@dataclass(frozen=True, slots=True)
class Panel:
    width: Annotated[int, Between(0, 16384)]
    height: Annotated[int, Between(0, 16384)]
    diagonal_inch: Annotated[float, Between(3, 120)]
    fullscreen: bool
    brightness: Annotated[float, Between(0.2, 1)]
    dim_after_s: Annotated[float, Between(0, 86_400)]


@dataclass(frozen=True, slots=True)
class Languages:
    order: Annotated[tuple[str, ...], OneOf("id", "jv", "en")]


@dataclass(frozen=True, slots=True)
class Devices:
    camera: Annotated[str, OneOf("opencv", "clip", "none")]
    camera_source: str
    exposure: Annotated[str | float, AutoOr(0, 1_000_000)]
    focus: Annotated[str | float, AutoOr(0, 1_000_000)]
    scanner: Annotated[str, OneOf("wedge", "evdev", "script", "none")]
    scanner_source: str
    scanner_terminator: Annotated[str, OneOf("enter", "tab")]
    symbologies: Annotated[tuple[str, ...], OneOf("qr", "code128", "code39", "pdf417", "datamatrix", "ean13", "itf")]
    printer: Annotated[str, OneOf("escpos", "file", "none")]
    printer_source: str
    paper_mm: Annotated[int, Among(58, 80)]
    printer_timeout_s: Annotated[float, Between(1, 120)]
    speaker: Annotated[str, OneOf("sdl", "journal", "none")]
    speaker_source: str
    volume: Annotated[float, Between(0, 1)]
    sticks: str


@dataclass(frozen=True, slots=True)
class Journey:
    idle_s: Annotated[float, Between(5, 3600)]
    still_there_s: Annotated[float, Between(20, 600)]
    result_s: Annotated[float, Between(3, 600)]
    duty_s: Annotated[float, Between(30, 3600)]


@dataclass(frozen=True, slots=True)
class Store:
    free_mb: Annotated[int, Between(1, 1_000_000)]
    ballast_mb: Annotated[int, Between(0, 1024)]
    retention_h: Annotated[float, Between(0, 8760)]
    fingerprint_memory_kib: Annotated[int, Between(64, 1_048_576)]
    fingerprint_passes: Annotated[int, Between(1, 20)]


@dataclass(frozen=True, slots=True)
class Sync:
    interval_s: Annotated[float, Between(0.1, 86_400)]
    poll_s: Annotated[float, Between(0.05, 3600)]
    batch_records: Annotated[int, Between(1, 5000)]
    batch_kib: Annotated[int, Between(1, 3072)]
    timeout_s: Annotated[float, Between(0.1, 600)]
    lease_s: Annotated[float, Between(1, 3600)]
    backoff_base_s: Annotated[float, Between(0.01, 600)]
    backoff_cap_s: Annotated[float, Between(0.01, 86_400)]
    quarantine_s: Annotated[float, Between(1, 604_800)]
    reconcile_h: Annotated[float, Between(0, 720)]
    ca_file: str
    warn_days: Annotated[float, Between(0, 365)]
    alarm_days: Annotated[float, Between(0, 365)]
    stop_days: Annotated[float, Between(0, 365)]
    stop_waiting: Annotated[int, Between(1, 1_000_000)]


@dataclass(frozen=True, slots=True)
class Central:
    host: str
    port: Annotated[int, Between(0, 65535)]
    database: str
    spread_s: Annotated[int, Between(0, 86_400)]
    metrics: Annotated[str, OneOf("loopback", "all", "none")]
    console: bool
    silent_days: Annotated[float, Between(0.01, 365)]
    alerts: str
    heartbeats_days: Annotated[int, Between(1, 3650)]
    reminders: str
    awaited_days: Annotated[int, Between(1, 3650)]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two kiosks. The sections are those of config/defaults.toml."""

    site: Site
    panel: Panel
    languages: Languages
    devices: Devices
    journey: Journey
    store: Store
    sync: Sync
    central: Central

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.site.timezone)


def load(
    site: Path | None = None, overrides: Mapping[str, Any] | None = None, officer: Mapping[str, Any] | None = None
) -> Settings:
    """Reads the shipped defaults; over them `site`, over it what officers have set, and `overrides` over all; the last
    two as "section.key": value.

    Raises SettingsError naming the file and the key.
    """
    tables = read_toml(CONFIG / "defaults.toml")
    origin = "defaults.toml"
    if site is not None:
        origin = site.name
        for section, keys in read_toml(site).items():
            if not isinstance(keys, dict) or section not in tables:
                raise SettingsError("settings.section", file=origin, key=section, wanted=", ".join(tables))
            for key, value in keys.items():
                if key not in tables[section]:
                    raise SettingsError(
                        "settings.unknown", file=origin, key=f"{section}.{key}", wanted=", ".join(tables[section])
                    )
                tables[section][key] = value
    for dotted, value in (officer or {}).items():
        section, key = dotted.split(".")
        tables[section][key] = value
    for dotted, value in (overrides or {}).items():
        section, key = dotted.split(".")
        tables[section][key] = value
    sections = {name: _section(cls, tables[name], name, origin) for name, cls in get_type_hints(Settings).items()}
    settings = Settings(**sections)
    try:
        zoneinfo.ZoneInfo(settings.site.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise SettingsError(
            "settings.value", file=origin, key="site.timezone", wanted="Asia/Jakarta, Asia/Makassar, Asia/Jayapura"
        ) from None
    return settings


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises SettingsError `file.missing`, `file.unreadable` or `toml.broken`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError("file.missing", file=path.name) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError("file.unreadable", file=path.name) from None
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(")[2].rstrip(")")  # "at line 3, column 7": a place, never the content
        raise SettingsError("toml.broken", file=path.name, where=where) from None


def _section(cls: type[Any], table: Mapping[str, Any], name: str, origin: str) -> Any:
    hints = get_type_hints(cls, include_extras=True)
    return cls(**{f.name: _value(table[f.name], hints[f.name], f"{name}.{f.name}", origin) for f in fields(cls)})


def _value(value: Any, hint: Any, key: str, origin: str) -> Any:
    def wrong(wanted: str) -> SettingsError:
        return SettingsError("settings.value", file=origin, key=key, wanted=wanted)

    kind, limit = get_args(hint) if get_origin(hint) is Annotated else (hint, None)
    choices = limit.choices if isinstance(limit, OneOf) else ()
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        fits = isinstance(value, list | tuple) and value and all(isinstance(v, item) for v in value)
        if not fits or (choices and not set(value) <= set(choices)):
            raise wrong("[" + ", ".join(choices or ("…",)) + "]")
        return tuple(value)
    if isinstance(limit, AutoOr):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value != "auto" and not (number and limit.low <= value <= limit.high):
            raise wrong(f'"auto", {limit.low} – {limit.high}')
        return float(value) if number else value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise wrong({int: "1, 2, 3 …", float: "1.5", str: '"…"', bool: "true / false"}[kind])
    if isinstance(limit, Among) and value not in limit.choices:
        raise wrong(", ".join(str(choice) for choice in limit.choices))
    if choices and value not in choices:
        raise wrong(", ".join(choices))
    if isinstance(limit, Between) and not limit.low <= value <= limit.high:
        raise wrong(f"{limit.low} – {limit.high}")
    return value
