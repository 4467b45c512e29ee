"""Camera, scanner, printer and speaker, without taking them from whoever uses them just now."""

from pathlib import Path
from typing import Protocol

from kiosk.devices import v4l
from kiosk.devices.health import Health as Seen
from kiosk.devices.printer import Paper
from kiosk.domain.errors import DeviceError
from kiosk.domain.health import Finding, good, off, warn
from kiosk.settings import Devices

PAPER = {
    Paper.PRINTED: "",
    Paper.PAPER_OUT: "printer.paper_out",
    Paper.ABSENT: "printer.absent",
    Paper.LOST: "printer.lost",
}


class Eye(Protocol):
    @property
    def present(self) -> bool: ...

    @property
    def health(self) -> Seen | None: ...


class Ear(Protocol):
    @property
    def present(self) -> bool: ...


def camera(chosen: Devices, eye: Eye | None) -> Finding:
    """`eye`: the one that looks, with what it saw last; None where nobody has looked yet."""
    if chosen.camera == "none":
        return off("camera")
    seen = eye.health if eye else None
    if eye is not None and seen is not None and (not eye.present or seen.state not in ("ok", "absent")):
        return warn("camera", seen.reason or "camera.absent")
    if not _is_there(chosen):
        return warn("camera", "camera.absent")
    return good("camera")


def _is_there(chosen: Devices) -> bool:
    source = chosen.camera_source
    if chosen.camera == "clip":
        return Path(source).exists()
    if "://" in source:
        return True  # only who looks can tell
    try:
        return Path(v4l.node(source)).exists()
    except DeviceError:
        return False


def scanner(chosen: Devices, ear: Ear | None) -> Finding:
    if chosen.scanner == "none":
        return off("scanner")
    if chosen.scanner == "wedge":
        return off("scanner", "health.scanner.wedge")  # it is a keyboard: nobody can tell until a code comes
    if chosen.scanner == "evdev" and ear is not None:
        return good("scanner") if ear.present else warn("scanner", "scanner.absent")
    return good("scanner")


def printer(chosen: Devices, look: Paper | None) -> Finding:
    """`look`: what the printer answers just now; None where it was not asked."""
    if chosen.printer == "none":
        return off("printer")
    if look is None or look is Paper.UNKNOWN:
        return off("printer", "health.printer.silent")
    return warn("printer", PAPER[look]) if PAPER[look] else good("printer")


def speaker(chosen: Devices, state: str) -> Finding:
    if chosen.speaker == "none":
        return off("speaker")
    if state == "absent":
        return warn("speaker", "speaker.absent")
    return good("speaker") if state == "ok" else off("speaker", "health.speaker.unused")
