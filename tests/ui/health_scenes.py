"""The health pages with something on them."""

from collections.abc import Callable, Iterator
from typing import Any

from kiosk.domain.health import Health, Known, good, off, warn
from kiosk.journey.officer.health import HealthView, SeenView, TrialView

Scene = tuple[str, Any, Callable[[Any], None] | None]


def view(now_ms: int) -> HealthView:
    before = Known(now_ms - 7_200_000, now_ms - 86_400_000, passed=True)
    return HealthView(
        (
            Health(good("camera"), before),
            Health(off("scanner", "health.scanner.wedge"), Known()),
            Health(warn("printer", "printer.paper_out"), before),
            Health(good("speaker"), before),
            Health(good("touch", "health.touch.found"), before),
            Health(good("disk", free=11_734, said="health.disk"), before),
            Health(warn("clock", "clock.wrong"), before),
            Health(good("network", "connection.link.passed", names="wlan0"), before),
            Health(good("daemon", "sync.running"), before),
            Health(good("database"), before),
            Health(warn("power", "power.battery", percent=64), before),
            Health(good("heat", "health.heat", celsius=51), before),
        )
    )


def scenes(at: Callable[..., Any], now_ms: int) -> Iterator[Scene]:
    found, under, trying = view(now_ms), ("officer", "health"), ("officer", "health", "part")
    yield "health", at("health", found), None
    for part in ("printer", "scanner", "clock", "heat"):
        yield f"part-{part}", at("part", found, chosen=part, stack=under), None
    slip = at("part", found, TrialView("unknown"), chosen="printer", stack=under)
    yield "part-slip-seen", slip, _printed
    yield "part-sound", at("part", found, chosen="speaker", stack=under), lambda front: front.page.start()
    blank, ktp = SeenView("", 0, ""), SeenView("ktp", 16, "9001")
    yield "try-camera", at("try_camera", blank, chosen="camera", stack=trying), None
    yield "try-camera-read", at("try_camera", ktp, chosen="camera", stack=trying), None
    yield "try-scanner", at("try_scanner", blank, chosen="scanner", stack=trying), None
    yield "try-scanner-read", at("try_scanner", SeenView("wedge", 22, ""), chosen="scanner", stack=trying), None
    yield "try-touch", at("try_touch", chosen="touch", stack=trying), _some_touched


def _printed(front: Any) -> None:
    front.page.trying = True
    front.page.refresh(front.visit)


def _some_touched(front: Any) -> None:
    for cell in front.page.ids.grid.children[5:]:
        front.page.ids.grid._touched(cell)
