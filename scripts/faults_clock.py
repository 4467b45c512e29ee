"""Clocks that are dead, late, early or jump in a round: nothing gets lost, and the next round goes through.

The daemon is the real program under Debian's libfaketime, whose offset stands in a file; the part of the kiosk here
goes by the same one. The monotonic clock stays the machine's own, as on a real board.
"""

import random
import time
from pathlib import Path
from typing import Any

from faults_proxy import FaultProxy
from faults_world import FAST, World

from kiosk.clock import SystemClock

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
DAY_S = 86_400
Y2038_S = 2**31 + 3600
RECORDS = 20  # at each clock
BACKLOG_DAYS, A_DAY = 30, 50


class FaultyClock(SystemClock):
    """The machine's clock and an offset, which the daemon reads from `file`."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self.set(0)

    def set(self, offset_s: int) -> None:
        self.offset_s = offset_s
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{offset_s:+d}", encoding="ascii")
        fresh.replace(self._file)

    def wall_ms(self) -> int:
        return super().wall_ms() + self.offset_s * 1000

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def clocks(folder: Path, seed: int, jumps: int) -> dict[str, Any]:
    """One kiosk through all of them. `recovered_s` is the longest that any of them kept the queue waiting."""
    if LIBRARY is None:
        return {"left_out": "libfaketime is not here: apt-get install faketime", "ok": False}
    rng = random.Random(seed)
    now_s = int(time.time())
    wrong = {"1970": 60 - now_s, "2038": Y2038_S - now_s, "one day late": -DAY_S, "one day early": DAY_S, "right": 0}
    clock, proxy = FaultyClock(folder / "clock"), FaultProxy(seed)
    longest_s = 0.0
    with World(folder, proxy, seed=seed, clock=clock) as world:
        for offset_s in wrong.values():
            clock.set(offset_s)
            daemon = world.start_daemon(clock.environment)
            proxy.rate = 0.4  # so that there are leases and attempts of this time, too
            world.keep(RECORDS)
            longest_s = max(longest_s, world.wait_until_settled(len(world.kept)))
            daemon.kill()
        world.start_daemon(clock.environment)
        for _ in range(jumps):
            before = len(world.kept)
            world.keep(RECORDS)
            world.wait_until_settled(before + rng.randrange(RECORDS // 2))
            clock.set(rng.choice([*wrong.values(), rng.randrange(-400 * DAY_S, 400 * DAY_S)]))
            longest_s = max(longest_s, world.wait_until_settled(len(world.kept)))
        proxy.rate = 0.0
        clean = world.end()
        return world.check() | {"clocks": len(wrong), "jumps": jumps, "recovered_s": round(longest_s, 1), "ok": clean}


class _Calendar(SystemClock):
    """The kiosk's clock while it fills its queue: it goes through the days before today."""

    def __init__(self, now_ms: int) -> None:
        super().__init__()
        self.now_ms = now_ms

    def wall_ms(self) -> int:
        return self.now_ms


def backlog(folder: Path, seed: int, days: int = BACKLOG_DAYS, a_day: int = A_DAY) -> dict[str, Any]:
    """Thirty days without a network, then one drain through a bad one."""
    site = {**FAST, "sync": {**FAST["sync"], "batch_records": 200, "stop_days": 0}}
    calendar = _Calendar(int(time.time() * 1000) - days * DAY_S * 1000)
    proxy = FaultProxy(seed)
    with World(folder, proxy, seed=seed, clock=calendar, site=site) as world:
        for _ in range(days):
            world.keep(a_day)
            calendar.now_ms += DAY_S * 1000
        proxy.rate = 0.3
        world.start_daemon()
        took_s = world.wait_until_settled(len(world.kept))
        proxy.rate = 0.0
        clean = world.end()
        found = world.check()
        return found | {"days": days, "requests": proxy.requests, "took_s": round(took_s, 1), "ok": clean}
