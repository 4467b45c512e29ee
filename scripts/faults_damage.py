"""A damaged database: pages of rubbish in the middle of it, bits flipped, its end torn off, its first page gone.

The damaged one is put aside, a new one begun, every record that is whole in it saved, and the kiosk goes on enrolling.
"""

import random
import sqlite3
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults_proxy import FaultProxy
from faults_world import FAST, World

from kiosk.store import FILE, Store

PAGE = 4096
RECORDS, SENT, AFTER = 400, 150, 20
_RETAINED = {**FAST, "store": {**FAST["store"], "retention_h": 24}}


def _rubbish(file: bytearray, rng: random.Random) -> None:
    for page in rng.sample(range(2, len(file) // PAGE), 6):
        file[page * PAGE : (page + 1) * PAGE] = rng.randbytes(PAGE)


def _torn(file: bytearray, rng: random.Random) -> None:
    del file[len(file) * rng.randrange(50, 90) // 100 :]


def _bits(file: bytearray, rng: random.Random) -> None:
    for _ in range(300):
        file[rng.randrange(PAGE, len(file))] ^= 1 << rng.randrange(8)


def _first_page(file: bytearray, rng: random.Random) -> None:
    file[:PAGE] = rng.randbytes(PAGE)


WAYS: dict[str, Callable[[bytearray, random.Random], None]] = {
    "rubbish": _rubbish, "torn": _torn, "bits": _bits, "first_page": _first_page,
}  # fmt: skip


def damages(folder: Path, seed: int) -> dict[str, Any]:
    """Summed up over the ways. `whole` records lay undamaged in the file; `saved` of them came to the centre."""
    found: dict[str, Any] = {}
    for name, way in WAYS.items():
        part = _damaged(folder / name, way, random.Random(f"{seed}/{name}"))
        found[name] = f"{part['saved']} of {part['whole']} saved"
        for word in ("attempted", "acked", "lost", "duplicated", "altered", "unexpected", "whole", "saved"):
            found[word] = found.get(word, 0) + part[word]
        found["again_s"] = max(found.get("again_s", 0.0), part["again_s"])
        found["ok"] = found.get("ok", True) and part["ok"]
    return found


def _damaged(folder: Path, way: Callable[[bytearray, random.Random], None], rng: random.Random) -> dict[str, Any]:
    proxy = FaultProxy(1)
    with World(folder, proxy, site=_RETAINED) as world:
        world.keep(SENT)
        world.start_daemon()
        world.wait_until_settled(SENT)
        assert world.daemon is not None
        world.daemon.stop()
        world.keep(RECORDS - SENT)
        world.store.close()
        path = world.home / FILE
        raws = _records(path)
        file = bytearray(path.read_bytes())
        way(file, rng)
        path.write_bytes(file)
        whole = {id for id, raw in raws.items() if raw in file}  # found by their bytes, not by SQLite
        began = time.monotonic()
        world.store = Store.open(world.home, world.settings.store, world.clock)
        world.keep(AFTER)
        again_s = time.monotonic() - began
        aside = list(world.home.glob(f"*/{FILE}"))
        world.start_daemon()
        world.wait_until_nothing_waits()
        clean = world.end()
        found = world.check()
        arrived = {row["id"] for row in world.listed()}
        lost = {id for id in world.kept if id not in arrived}
        saved = whole & arrived
        return found | {
            "attempted": len(arrived),
            "acked": len(arrived),
            "lost": len(whole - arrived) + len(lost - raws.keys()),
            "whole": len(whole),
            "saved": len(saved),
            "again_s": round(again_s, 2),
            "ok": clean and len(aside) == 1,
        }


def _records(path: Path) -> dict[str, bytes]:
    """Every record's bytes by its id, from the file as it was; the WAL is folded into it first."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = connection.execute("SELECT id, raw FROM enrolment").fetchall()
    finally:
        connection.close()
    return {str(uuid.UUID(bytes=id)): raw for id, raw in rows}
