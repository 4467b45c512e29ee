"""The parts of the machine itself, as the kernel tells of them."""

from pathlib import Path

from kiosk.domain.health import Finding, good, off, warn
from kiosk.links import Link

HOT_C = 80  # above it small boards slow themselves down
LOW_BATTERY = 30  # per cent
_DIRECT = 1 << 1  # INPUT_PROP_DIRECT: a finger on the picture itself (linux/input-event-codes.h)


def power(root: Path = Path("/sys/class/power_supply")) -> Finding | None:
    """A battery or a UPS that the kernel knows of. None without one."""
    supplies = [(_text(path / "type"), path) for path in sorted(root.glob("*"))]
    battery = next((path for kind, path in supplies if kind in ("Battery", "UPS")), None)
    if battery is None:
        return None
    plugged = any(_text(path / "online") == "1" for kind, path in supplies if kind in ("Mains", "USB"))
    level = _number(battery / "capacity")
    if level is None:
        return off("power", "health.power.unknown")
    discharging = _text(battery / "status") == "Discharging" or not plugged
    if discharging:
        return warn("power", "power.low" if level < LOW_BATTERY else "power.battery", percent=level)
    return good("power", "health.power.plugged", percent=level)


def heat(root: Path = Path("/sys/class/thermal")) -> Finding | None:
    """The hottest place that the kernel measures. None where it measures none."""
    celsius = temperature_c(root)
    if celsius is None:
        return None
    return (
        warn("heat", "heat.hot", celsius=celsius) if celsius >= HOT_C else good("heat", "health.heat", celsius=celsius)
    )


def temperature_c(root: Path = Path("/sys/class/thermal")) -> int | None:
    """Degrees Celsius of the hottest zone, None where none is measured."""
    found = [value for zone in root.glob("thermal_zone*") if (value := _number(zone / "temp")) is not None]
    return max(found) // 1000 if found else None


def touch(devices: Path = Path("/proc/bus/input/devices")) -> Finding:
    """Whether there is a touchscreen: the kernel marks devices on which a finger lies on the picture."""
    masks = [line.removeprefix("B: PROP=") for line in _text(devices).splitlines() if line.startswith("B: PROP=")]
    if any(int(mask.split()[-1], 16) & _DIRECT for mask in masks):
        return good("touch", "health.touch.found")
    return off("touch", "health.touch.none")


def network(links: list[Link]) -> Finding:
    addressed = [link.name for link in links if link.addressed]
    if addressed:
        return good("network", "connection.link.passed", names=", ".join(addressed))
    return warn("network", "connection.no_address" if links else "connection.no_link")


def disk(free_mb: int, least_mb: int) -> Finding:
    """`least_mb`: below it nothing is enrolled any more; twice that is soon."""
    if free_mb < 2 * least_mb:
        return warn("disk", "disk.low", free=free_mb)
    return good("disk", "health.disk", free=free_mb)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # unplugged between listing and reading, or not told by this driver
        return ""


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.lstrip("-").isdigit() else None
