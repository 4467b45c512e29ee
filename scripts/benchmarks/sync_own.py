"""Our own two programs for `bench sync`, with the shipped settings, between them the link that the peers have, too."""

import time
from pathlib import Path
from typing import Any

from faults_link import GPRS, OPEN, SLOW, Link, Profile
from faults_world import CHEAP, Program, World
from sync_peers import BULK, FEW, counted

WAITING = 20_000


def carried(folder: Path, database: str) -> dict[str, Any]:
    """What the peers are measured by, and how it was sealed, signed and receipted on top."""
    link = Link()
    with World(folder, link, site=CHEAP, database=database) as world:
        _carry(world, link, 1, OPEN)  # first contact: master data and what else a kiosk fetches once
        bulk_s = _carry(world, link, BULK, OPEN)
        figures = counted(link, BULK) | {"records_per_s": BULK / bulk_s}
        _carry(world, link, 1, OPEN)
        figures |= {"requests_one_record": link.up.requests, "bytes_one_record": link.up.bytes + link.down.bytes}
        figures["slow_link_s"] = _carry(world, link, BULK, SLOW)
        figures["gprs_s"] = _carry(world, link, FEW, GPRS)
        found = world.check()
        if found["lost"] or found["altered"] or found["acked"] != found["attempted"]:
            raise SystemExit(f"not carried: {found}")
        return figures


def long_queue(folder: Path, database: str, waiting: int) -> dict[str, Any]:
    """The daemon's memory while it cannot send `waiting` records, and the most of it until all are sent."""
    link = Link()
    with World(folder, link, site={**CHEAP, "sync": {"backoff_cap_s": 1}}, database=database) as world:
        port, link.upstream = link.upstream, 1  # nobody listens there
        world.keep(waiting)
        daemon = world.start_daemon()
        while len(world.store.journal.rounds(4)) < 3:
            time.sleep(0.1)
        held_mb = daemon.memory_mb("VmHWM")
        link.upstream = port
        took_s = world.wait_until_settled(waiting)
        peak_mb = daemon.memory_mb("VmHWM")
        return {"daemon_rss_mb": peak_mb, "daemon_rss_offline_mb": held_mb, "long_queue_per_s": waiting / took_s}


def _carry(world: World, link: Link, number: int, profile: Profile) -> float:
    """Seconds from the first round's start until `kiosk-sync once` has settled the last record."""
    world.keep(number)
    before = len(world.store.journal.rounds(100_000))
    world.background.call(link.reset, profile)
    once = Program("kiosk-sync", world.folder / "once.log", "sync", "once", *world.where)
    world.wait_until_settled(len(world.kept))
    ended = time.time()
    if once.ended() != 0:
        raise SystemExit(once.log())
    rounds = world.store.journal.rounds(100_000)
    return ended - min(one.started_ms for one in rounds[: len(rounds) - before]) / 1000
