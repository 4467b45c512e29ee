"""Every part on one page: green, amber or grey, with when it was well last; what is ill stands first."""

from datetime import tzinfo

from kiosk.clock import local
from kiosk.domain.health import Health as Found
from kiosk.domain.health import State
from kiosk.journey import Visit
from kiosk.journey.officer.health import HealthView, PartChosen
from kiosk.ui import theme
from kiosk.ui.officer.page import OfficerPage, TouchLine
from kiosk.ui.widgets import load_kv
from kiosk.words import Words

ICONS = {
    "camera": "photo_camera",
    "scanner": "barcode_scanner",
    "printer": "print",
    "speaker": "volume_up",
    "touch": "touch_app",
    "disk": "hard_drive",
    "clock": "schedule",
    "network": "wifi",
    "daemon": "sync",
    "database": "database",
    "power": "battery_full",
    "heat": "thermostat",
}


class Health(OfficerPage):
    def refresh(self, visit: Visit) -> None:
        view = self.view(HealthView)
        parts = sorted(view.parts if view else (), key=lambda one: one.finding.state is not State.WARN)
        self.ids.rows.show([self._line(one) for one in parts])

    def _line(self, one: Found) -> TouchLine:
        part, words = one.finding.part, self.app.tr._
        said = "" if theme.small else f"{sentence(one, words)} {since(one, words, self.app.settings.zone)}".strip()
        line = TouchLine(
            target=f"health.{part}",
            icon=ICONS[part],
            text=words(f"part.{part}"),
            sub=said,
            value="" if theme.small else words(f"health.state.{one.finding.state}"),
            state=str(one.finding.state),
        )
        line.bind(on_release=lambda _: self.post(PartChosen(part)))
        return line


def sentence(one: Found, words: Words) -> str:
    """What was found."""
    found = one.finding
    return words(f"error.{found.said}" if found.state is State.WARN else found.said, **found.facts)


def cure(one: Found, words: Words) -> str:
    """What to do, "" where nothing is to be done."""
    found = one.finding
    return words(f"cure.{found.said}", **found.facts) if found.state is State.WARN else ""


def since(one: Found, words: Words, zone: tzinfo) -> str:
    """When it was well last, where it is not now."""
    if one.finding.state is State.GOOD:
        return ""
    return words("health.last_good", at=when(one.known.good_ms, words, zone))


def when(ms: int | None, words: Words, zone: tzinfo) -> str:
    return words("health.never") if ms is None else f"{local(ms, zone):%d-%m %H.%M}"


load_kv(__file__)
