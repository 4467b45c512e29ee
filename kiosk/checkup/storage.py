"""Does a flush reach the medium? What the kernel says, how fast it claims to be, and the plug that is really pulled.

A medium that answers a flush from its cache loses enrolments at a power cut, and no software can mend that. Two signs
can be seen without cutting the power: a file system that was mounted without barriers, and flushes that are faster than
any medium. The proof is the plug (after B. Fitzpatrick's diskchecker.pl): numbers are written and flushed here, each is
then noted on another device, the power is cut, and after the start whatever was noted there has to be here.
"""

import os
import statistics
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.health import Finding, good, warn

PART = "storage"
WRITES = 64
BLOCK = 4096
FASTEST_MS = 0.02  # NVMe with power-loss protection takes about this; eMMC and SD cards 1 to 100 times more
SLOWEST_MS = 400  # a trader waits for two of them
FILE, NOTES = "plug.check", "kiosk-plug.notes"
_NUMBER = struct.Struct(">Q")
_UNSAFE = {"nobarrier", "barrier=0", "data=writeback"}


@dataclass(frozen=True, slots=True)
class Flushes:
    """Times of single writes with fdatasync, ms."""

    median: float
    longest: float


def flushes(folder: Path, writes: int = WRITES) -> Flushes:
    """Writes blocks one after the other, each flushed. Raises OSError."""
    path, took = folder / "flush.check", []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        for _ in range(writes):
            began = time.perf_counter_ns()
            os.write(descriptor, os.urandom(BLOCK))
            os.fdatasync(descriptor)
            took.append((time.perf_counter_ns() - began) / 1e6)
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)
    return Flushes(statistics.median(took), max(took))


def options_of(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> tuple[str, set[str]]:
    """The type of the file system that `folder` lies on, and its mount options."""
    best, found = -1, ("", set[str]())
    place = folder.resolve()
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, where, kind, options, *_ = line.split()
        point = Path(where.encode().decode("unicode_escape"))
        if place.is_relative_to(point) and len(point.parts) > best:
            best, found = len(point.parts), (kind, set(options.split(",")))
    return found


def storage(folder: Path, measured: Flushes, mounted: tuple[str, set[str]]) -> Finding:
    """`mounted`: see `options_of`."""
    kind, options = mounted
    if kind in ("tmpfs", "ramfs"):
        return warn(PART, "storage.memory", kind=kind)
    if unsafe := options & _UNSAFE:
        return warn(PART, "storage.barrier", option=min(unsafe))
    took = f"{measured.median:.2f}"
    if measured.median < FASTEST_MS:
        return warn(PART, "storage.too_fast", ms=took)
    if measured.median > SLOWEST_MS:
        return warn(PART, "storage.slow", ms=took)
    return good(PART, "storage.flush", ms=took, longest=f"{measured.longest:.1f}")


def pull(home: Path, other: Path, told: Callable[[int], None]) -> None:
    """Writes and notes numbers until the power is cut. Raises OSError when one of the two devices is gone."""
    (home / FILE).unlink(missing_ok=True)
    here = os.open(home / FILE, os.O_WRONLY | os.O_CREAT, 0o600)
    there = os.open(other / NOTES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    number = 0
    try:
        while True:
            number += 1
            os.pwrite(here, _NUMBER.pack(number), (number - 1) * _NUMBER.size)
            os.fdatasync(here)
            os.pwrite(there, _NUMBER.pack(number), 0)
            os.fdatasync(there)
            told(number)
    finally:
        os.close(here)
        os.close(there)


def pulled(home: Path, other: Path) -> Finding | None:
    """What the plug has shown: None where it was not pulled here. Raises OSError."""
    path, notes = home / FILE, other / NOTES
    if not notes.exists():
        return None
    raw = notes.read_bytes()
    noted = _NUMBER.unpack(raw)[0] if len(raw) == _NUMBER.size else 0
    whole = path.read_bytes() if path.exists() else b""
    kept = 0
    while kept < len(whole) // _NUMBER.size and _NUMBER.unpack_from(whole, kept * _NUMBER.size)[0] == kept + 1:
        kept += 1
    facts = {"noted": noted, "kept": kept}
    return good("plug", "storage.plug", **facts) if kept >= noted > 0 else warn("plug", "storage.lost", **facts)
