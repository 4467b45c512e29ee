"""Hand-written stand-ins for what bootstrap gives the screens."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kiosk import settings, tables, words
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.officer import Officer
from kiosk.domain.reading import Field, Reading
from kiosk.journey import Context
from kiosk.journey.effects import Request
from kiosk.journey.events import EnrolmentKept, Event, KeepFailed, KnownChecked
from kiosk.ui.ports import Status

NIK, NAME, PHONE = "3372015708759001", "SITI SPESIMEN", "081234567890"
CODE = "7K3M-9QTX-R"
TODAY = date(2026, 11, 22)


class FakeKeeper:
    def __init__(self) -> None:
        self.kept: list[Enrolment] = []
        self.earlier: dict[str, str] = {}
        self.fails = ""
        self.closed = ""
        self.today = 14
        self.waiting, self.silent_days, self.answered = 3, 0, True
        self.breaks = False

    def known(self, nik: str) -> KnownChecked:
        return KnownChecked(nik[-4:], self.earlier.get(nik, ""), "accepted")

    def keep(self, enrolment: Enrolment) -> EnrolmentKept | KeepFailed:
        if self.fails:
            return KeepFailed(self.fails)
        self.kept.append(enrolment)
        return EnrolmentKept(CODE)

    def status(self) -> Status:
        if self.breaks:
            raise RuntimeError("3372015708759001 must not be logged")
        return Status("pasar-gede-1", self.waiting, self.silent_days, self.answered, self.today, 214, 600, self.closed)


class FakeDesk:
    """Answers what `answers` holds for a kind of request; `asked` is what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[type[Request], Event | None] = {}
        self.asked: list[Request] = []

    def do(self, request: Request, officer: str) -> Event | None:
        self.asked.append(request)
        return self.answers.get(type(request))


class FakeSight:
    present = True

    def __init__(self, picture: NDArray[np.uint8] | None = None) -> None:
        self.on_reading: Callable[[Reading], None] | None = None
        self.looking = False
        self.starts = 0
        self.picture = picture if picture is not None else np.full((720, 1280, 4), 120, np.uint8)

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        self.on_reading, self.looking = on_reading, True
        self.starts += 1

    def stop(self) -> None:
        self.looking = False

    def close(self) -> None:
        self.stop()

    def preview(self) -> NDArray[np.uint8] | None:
        return self.picture if self.looking else None

    def see(self, reading: Reading) -> None:
        assert self.on_reading
        self.on_reading(reading)


@dataclass
class FakeScanner:
    present: bool = True
    looking: bool = False
    typing: list[str] = field(default_factory=list)
    on_reading: Callable[[Reading], None] | None = None
    on_begin: Callable[[], None] | None = None

    def start(self, on_reading: Callable[[Reading], None], on_begin: Callable[[], None]) -> None:
        self.on_reading, self.on_begin, self.looking = on_reading, on_begin, True

    def stop(self) -> None:
        self.looking = False

    def typed(self, text: str, at_s: float) -> None:
        self.typing.append(text)

    def ended(self, key: str, at_s: float) -> None:
        self.typing.append(key)


def card(nik: str = NIK, name: str = NAME) -> Reading:
    outline = ((0.2, 0.2), (0.8, 0.22), (0.79, 0.8), (0.19, 0.78))
    return Reading(nik, "ktp", 0.99, MappingProxyType({"name": Field(name, 0.9)}), "", outline)


OFFICER = Officer("0417", "Bu Wening (contoh)", ("3372",), "", "", date(2026, 1, 1))


def context(today: date = TODAY, language: str = "id", eyes: bool = True) -> Context:
    return Context(
        rules=lambda: tables.rules(today),
        new_id=uuid.uuid4,
        now_ms=lambda: 1_795_312_800_000,
        market="Pasar Gede Hardjonagoro",
        branch="Surakarta",
        language=language,
        eyes=eyes,
    )


def shipped_settings(width: int, height: int, inch: float, **more: Any) -> settings.Settings:
    return settings.load(None, {"panel.width": width, "panel.height": height, "panel.diagonal_inch": inch, **more})


def languages(*codes: str) -> Mapping[str, words.Words]:
    return {code: words.load(code) for code in codes or ("id", "jv", "en")}
