"""A clock that cannot be right: the kiosk starts, says so, and quotes nothing until it is set."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk import bootstrap
from kiosk.clock import EARLIEST_MS, StillClock, believable, today
from kiosk.settings import Settings
from kiosk.store.identity import Identity

WIB = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize("now_ms", [0, 5000, EARLIEST_MS - 1])
def test_before_this_program_was_made(now_ms: int) -> None:
    assert not believable(now_ms)
    assert today(StillClock(now_ms), WIB) == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("now_ms", "day"), [(EARLIEST_MS, date(2026, 11, 1)), (StillClock().now_ms, date(2026, 11, 22))]
)
def test_from_then_on(now_ms: int, day: date) -> None:
    assert believable(now_ms)
    assert today(StillClock(now_ms), WIB) == day


def test_a_kiosk_in_1970_starts_closed_and_opens_when_the_clock_is_set(
    tmp_path: Path, config: Settings, identity: Identity
) -> None:
    clock = StillClock(now_ms=86_400_000)
    kiosk = bootstrap.open_kiosk(tmp_path, config, clock)
    try:
        assert kiosk.keeper.status().closed_reason == "clock.wrong"
        assert kiosk.languages["id"]("closed.clock") != "closed.clock"
        clock.now_ms = StillClock().now_ms
        assert kiosk.keeper.status().closed_reason == ""
    finally:
        kiosk.close()
    assert identity.kiosk
