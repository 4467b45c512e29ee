"""Receipt printers. A driver is one file and one line here; `[devices] printer` names it. What it prints is a slip:
a few elements from top to bottom, the same on every paper and in every rendering.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk.settings import Devices


class Paper(enum.StrEnum):
    """What came of a slip."""

    PRINTED = "printed"  # the printer says so itself
    UNKNOWN = "unknown"  # it took the slip and says nothing: never "fine"
    PAPER_OUT = "paper_out"  # no paper, or its lid is open
    ABSENT = "absent"  # not there: nothing was sent
    LOST = "lost"  # it went away in the middle


class Size(enum.IntEnum):
    """Height of a capital letter in dots at 203 dpi (8 a mm)."""

    SMALL = 17
    BODY = 20
    TITLE = 27
    HUGE = 40


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """One paragraph; wraps. `number` stands before it in a circle of its own column."""

    text: str
    size: Size = Size.BODY
    bold: bool = False
    centred: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """A label at the left edge, its value bold at the right one."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True, repr=False)
class Qr:
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Framed:
    """A sentence that must not be overlooked: white on black."""

    text: str


Element = Text | Pair | Rule | Qr | Framed
Slip = tuple[Element, ...]


class Printer(Protocol):
    def print(self, slip: Slip) -> Paper:
        """Blocks until the slip is out or something is wrong; holds no device when it returns."""
        ...

    def look(self) -> Paper:
        """How it is just now, without printing: "printed" when it says that it is ready."""
        ...

    def length_mm(self, slip: Slip) -> int:
        """How much paper this slip takes here."""
        ...


def _escpos(devices: Devices) -> Printer:
    from kiosk.devices.printer_escpos import EscposPrinter

    return EscposPrinter(devices.printer_source, devices.paper_mm)


def _file(devices: Devices) -> Printer:
    from kiosk.devices.printer_file import FilePrinter

    return FilePrinter(devices.printer_source, devices.paper_mm)


PRINTERS: dict[str, Callable[[Devices], Printer]] = {"escpos": _escpos, "file": _file}
