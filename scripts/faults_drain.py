"""Enrolments drain through the proxy's faults while both ends are killed again and again."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults_proxy import FaultProxy
from faults_world import World

SHARE = 20  # enrolments between two kills, at the least


@dataclass(frozen=True, slots=True)
class Load:
    """How much of it. `rate`: which part of the requests meets a fault while there are faults to come."""

    records: int
    faults: int
    daemon_kills: int
    centre_kills: int
    rate: float = 0.6


def drain(folder: Path, load: Load, seed: int, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Counts in Jepsen's words, requests, faults of each kind, and kills."""
    rng = random.Random(seed)
    victims = ["daemon"] * load.daemon_kills + ["centre"] * load.centre_kills
    rng.shuffle(victims)
    share = max(SHARE, load.records // (len(victims) + 1))
    proxy = FaultProxy(seed)
    with World(folder, proxy, seed=seed) as world:
        proxy.rate = load.rate if load.faults else 0.0
        world.start_daemon()
        while victims or len(world.kept) < load.records or proxy.counts.total() < load.faults:
            before = len(world.kept)
            world.keep(share if victims else max(SHARE, min(share, load.records - before)))
            world.wait_until_settled(before + rng.randrange(share // 2))
            if victims:
                time.sleep(rng.uniform(0, 0.02))
                _kill(world, victims.pop())
            if proxy.counts.total() >= load.faults:
                proxy.rate = 0.0
            progress(min(len(world.kept), load.records), load.records)
        proxy.rate = 0.0
        world.wait_until_settled(len(world.kept))
        clean = world.end()
        found: dict[str, Any] = world.check()
        kinds = dict(sorted(proxy.counts.items()))
        return found | {
            "requests": proxy.requests,
            "faults": sum(kinds.values()),
            "kinds": kinds,
            "kills": dict(world.kills),
            "ok": clean,
        }


def _kill(world: World, victim: str) -> None:
    assert world.daemon is not None
    world.kill(world.daemon if victim == "daemon" else world.centre)
