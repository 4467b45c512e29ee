"""A full disk: ext4 of 8 MB on a loop device and a tmpfs of as much.

Enrolments until none is taken any more, the rest of the disk filled by somebody else, the daemon in the middle of it;
then room again.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faults_proxy import FaultProxy
from faults_world import DEADLINE_S, FAST, World

from kiosk.domain.errors import StoreFull
from kiosk.store.ballast import ROW_BYTES

SIZE = "8M"
SITE = {**FAST, "store": {**FAST["store"], "free_mb": 1, "ballast_mb": 2}}
_BLOCK = bytes(64 * 1024)


def disks(folder: Path, seed: int, records: int) -> dict[str, Any]:
    """Both, summed up; about so many `records` fit. Only root may mount; without, it says so and is not fine."""
    if os.geteuid() != 0:
        return {"left_out": "only root may mount a disk of 8 MB: run it with sudo", "ok": False}
    found: dict[str, Any] = {}
    for name, mounted in (("ext4", ext4), ("tmpfs", tmpfs)):
        (home := folder / name).mkdir()
        with mounted(home) as disk:
            part = _filled(home / "world", disk, seed, records)
        for word, value in part.items():
            found[word] = (found.get(word, True) and value) if word == "ok" else found.get(word, 0) + value
    return found


def _filled(folder: Path, disk: Path, seed: int, records: int) -> dict[str, Any]:
    """`shown_full` counts how often the kiosk said that the disk is full, `while_full` what was sent all the same."""
    proxy = FaultProxy(seed)
    with World(folder, proxy, seed=seed, home=disk / "kiosk", site=SITE) as world:
        world.start_daemon()
        world.keep(100)
        world.wait_until_settled(100)
        _fill(disk / "log", leave=(1 << 20) + records * ROW_BYTES)  # of somebody else
        proxy.rate = 1.0  # the network is gone while the disk fills up
        shown = _keep_until_full(world)
        _fill(disk / "junk")
        shown += _keep_until_full(world)
        proxy.rate = 0.0
        while_full = _settled_while_full(world, 100)
        for name in ("log", "junk"):
            (disk / name).unlink()
        world.wait_until_settled(len(world.kept))
        world.keep(20)
        world.wait_until_settled(len(world.kept))
        daemon = world.daemon
        clean = world.end() and daemon is not None and "Traceback" not in daemon.log()
        return world.check() | {"shown_full": shown, "while_full": while_full, "ok": clean and shown == 2}


def _keep_until_full(world: World) -> int:
    """1 when the kiosk says so as it should."""
    for _ in range(20_000):
        try:
            world.keep(1)
        except StoreFull:
            return 1
    return 0


def _settled_while_full(world: World, before: int) -> int:
    """How many are sent although nothing is free: what was kept back must do. Waits a little, then goes on."""
    deadline = time.monotonic() + DEADLINE_S / 4
    while world.settled() == before and time.monotonic() < deadline:
        time.sleep(0.05)
    return world.settled() - before


def _fill(junk: Path, leave: int = 0) -> None:
    """Writes until no more than `leave` bytes are free."""
    with junk.open("wb", buffering=0) as file:
        for size in (len(_BLOCK), 4096, 512, 1):
            try:
                while shutil.disk_usage(junk.parent).free > leave and file.write(_BLOCK[:size]) == size:
                    continue
            except OSError:
                continue


@contextmanager
def ext4(folder: Path) -> Iterator[Path]:
    image = folder / "image"
    _run("truncate", "-s", SIZE, str(image))
    _run("mkfs.ext4", "-q", "-m", "0", str(image))
    with _mounted(folder, "-o", "loop", str(image)) as disk:
        yield disk


@contextmanager
def tmpfs(folder: Path) -> Iterator[Path]:
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={SIZE}", "none") as disk:
        yield disk


@contextmanager
def _mounted(folder: Path, *what: str) -> Iterator[Path]:
    (disk := folder / "disk").mkdir()
    _run("mount", *what, str(disk))
    try:
        yield disk
    finally:
        _run("umount", "--lazy", str(disk))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:2])}: {done.stderr.strip()}")
