"""The ledger of the stock under kills: replayed from what arrived at the centre it equals the kiosk's own count.

A program does what officers and the printer do (scripts/faults_stock_hands.py) and is killed at random moments, while
the daemon carries over a network that fails. What was done before a kill has to be there, what was not has to be done
again, and nothing twice.
"""

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from faults_proxy import FaultProxy
from faults_stock_hands import operation
from faults_world import ROOT, World

from kiosk import tables
from kiosk.domain.stock import KINDS, Ledger
from sync.central import acts
from sync.central.database import Database

HANDS = ROOT / "scripts" / "faults_stock_hands.py"
LONGEST_S = 0.004  # between the beginning of an operation and the kill that is meant for it: about what one takes
ALL = 10**6


def stock(folder: Path, operations: int, kills: int, seed: int) -> dict[str, Any]:
    rng, proxy = random.Random(seed), FaultProxy(seed)
    deadly = set(rng.sample(range(1, operations), kills))
    items = {item.id: item for item in tables.stock_items()}
    count = dict.fromkeys(items, 0)  # what has to be there
    in_time = lost = 0
    with World(folder, proxy, seed=seed) as world:
        world.start_daemon()
        proxy.rate = 0.2
        done = 0
        while done < operations:
            done, tried = _work(world.home, seed, done, operations, deadly, rng, count)
            if tried is None:
                continue
            wanted = operation(seed, tried)  # the kill came: either it is done or it is not, and no third thing
            before, found = count[wanted.item.id], _counts(world)[wanted.item.id]
            if wanted.kind == "sign":
                done = tried + 1  # an act without an amount: its number is told apart below
            elif found == wanted.after(before) != before:
                count[wanted.item.id], done, in_time = found, tried + 1, in_time + 1
            elif found != before:
                lost += 1
                count[wanted.item.id], done = found, tried + 1
        lost += sum(_counts(world)[id] != number for id, number in count.items())
        for item in items.values():  # what was printed since the last entry becomes one
            world.store.stock.correct(item, count[item.id], "0417", world.identity)
        proxy.rate = 0.0
        world.wait_until_nothing_waits()
        world.central("work", "--once")
        told = _replayed(world)
        own = world.store.acts.all_of(KINDS)
        differs = sum(told.count(id) != number for id, number in _counts(world).items())
        arrived = len(_arrived(world))
    return {
        "attempted": operations, "acked": operations, "kills": kills, "done_before_the_kill": in_time,
        "lost": lost + differs, "duplicated": max(arrived - len(own), 0), "altered": told.breaks,
        "missing": max(len(own) - arrived, 0), "entries": arrived, "counts": _counts_of(count),
        "ok": arrived == len(own) and not told.breaks,
    }  # fmt: skip


def _work(
    home: Path, seed: int, first: int, last: int, deadly: set[int], rng: random.Random, count: dict[str, int]
) -> tuple[int, int | None]:
    """The number of the next operation; and of the one that a kill fell into, None when none did."""
    command = [sys.executable, str(HANDS), str(home), str(seed), str(first), str(last)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as hands:
        assert hands.stdout is not None
        next_one, tried = first, None
        for line in hands.stdout:
            word, number = line.split()
            if word == "done":
                wanted = operation(seed, int(number))
                count[wanted.item.id] = wanted.after(count[wanted.item.id])
                next_one, tried = int(number) + 1, None
                continue
            tried = int(number)
            if tried in deadly:
                deadly.discard(tried)
                time.sleep(rng.uniform(0, LONGEST_S))
                hands.kill()
        hands.wait()
    return next_one, tried


def _counts(world: World) -> dict[str, int]:
    return {stand.item.id: stand.count for stand in world.store.stock.stands(tables.stock_items())}


def _arrived(world: World) -> list[acts.Arrived]:
    database = Database.open(world.central_home, "")
    try:
        with database.read() as connection:
            return acts.newest(connection, world.identity.kiosk, ALL, KINDS)
    finally:
        database.close()


def _replayed(world: World) -> Ledger:
    ledger = Ledger()
    for one in _arrived(world):
        ledger.add(one.kept)
    return ledger


def _counts_of(count: dict[str, int]) -> str:
    return ", ".join(f"{id} {number}" for id, number in count.items())
