"""A door with three fictional officers on its list, whose PINs cost next to nothing to check."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import argon2
import pytest

from kiosk import pin, tables
from kiosk.clock import StillClock
from kiosk.desk.door import Door
from kiosk.domain.act import Act
from kiosk.domain.officer import badge_mark
from kiosk.journey.officer.door import Admit, Admitted, DoorView, SeeDoor, TurnedAway
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity

CHEAP = argon2.Parameters(argon2.Type.ID, 19, 16, 32, time_cost=1, memory_cost=8, parallelism=1)
PIN, BADGE, LOST = "483920", "BADGE:WENING-CONTOH", "BADGE:HILANG-CONTOH"
HEAD = "number,name,places,badge,pin,valid_from,valid_until,revoked\n"
WENING = f"0417,Bu Wening (contoh),3372,{badge_mark(BADGE)},{{pin}},2026-01-01,,\n"
OTHERS = (
    "0500,Pak Jauh (contoh),3171,,{pin},2026-01-01,,\n"
    "0501,Bu Dicabut (contoh),,,{pin},2026-01-01,,yes\n"
    "0502,Pak Lama (contoh),,,{pin},2026-01-01,2026-11-21,\n"
    "0503,Bu Baru (contoh),,,{pin},2026-11-23,,\n"
    "0504,Pak Lain (contoh),,,{pin},2026-01-01,,\n"
)


class AtTheDoor:
    """Whoever stands there, with the same store and clock behind."""

    def __init__(self, door: Door, store: Store) -> None:
        self.door, self.store = door, store
        self.deeds = door.deeds()

    def comes(self, digits: str, badge: str = "") -> str:
        """The reason for being turned away, "" for the way in."""
        answer = self.deeds[Admit](Admit(badge, digits), "")
        assert isinstance(answer, Admitted | TurnedAway)
        return answer.reason if isinstance(answer, TurnedAway) else ""

    def view(self) -> DoorView:
        return self.deeds[SeeDoor](SeeDoor(), "").view  # type: ignore[union-attr]

    def acts(self) -> list[Act]:
        """The oldest first."""
        return [kept.act for kept in reversed(self.store.acts.latest(1000))]


@pytest.fixture
def store(tmp_path: Path, config: Settings, clock: StillClock) -> Iterator[Store]:
    with Store.open(tmp_path, config.store, clock) as opened:
        yield opened


@pytest.fixture
def listed(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Puts a list of officers in use, as the centre's master data would."""
    count = iter(range(100))

    def use(rows: str) -> None:
        folder = tmp_path / f"master-{next(count)}"
        folder.mkdir()
        hashed = f'"{pin.hashed(PIN, CHEAP)}"'
        (folder / "officers.csv").write_text(HEAD + rows.replace("{pin}", hashed), encoding="utf-8")
        tables.prefer(folder)

    yield use
    tables.prefer(None)


@pytest.fixture
def open_door(store: Store, identity: Identity) -> Callable[..., AtTheDoor]:
    def opened(store: Store = store, identity: Identity | None = identity) -> AtTheDoor:
        return AtTheDoor(Door(store, identity, "3372", lambda: date(2026, 11, 22)), store)

    return opened


@pytest.fixture
def door(listed: Callable[[str], None], open_door: Callable[..., AtTheDoor]) -> AtTheDoor:
    listed(WENING + OTHERS)
    return open_door()
