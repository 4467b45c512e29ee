"""Breaks everything between a kiosk and the centre and counts what got lost, doubled or altered.

    scripts/faults [PART …] [--seed 1] [--records 10000] [--json]

Everything is real: provisioning, the kiosk's database, both programs as processes, HTTP on loopback. Exit 1 if anything
is lost, duplicated, altered, unexpected, refused, or an answer of the centre is a 5xx of its own. The same seed breaks
the same requests and kills the same ends.

    attempted   enrolments kept on the kiosk ("saved" was shown)
    acked       of these, how many the kiosk believes to be at the centre
    lost        kept, but not at the centre
    duplicated  at the centre more than once
    altered     at the centre with other contents
    unexpected  at the centre, but never kept
    recovered   at the centre before the kiosk knew: an answer was lost, and the next one put it right

Parts:
    network     2,000 faults of twelve kinds (scripts/faults_proxy.py), 100 kills of the daemon, 10 of the centre
    kills       300 kill -9 of each program
    disk        ext4 of 8 MB and a tmpfs that fill up while the daemon works, and get room again (root only)
    clock       1970, 2038, a day late, a day early, and jumps in the middle of rounds
    backlog     thirty days of fifty enrolments without a network, then one drain
    damage      a damaged database: put aside, a new one begun, every whole record saved
    stock       1,000 operations of officers and printer with kill -9; the centre's replay equals the kiosk's count
    tls         nginx with an own certificate authority, two API processes on one PostgreSQL, one killed under load
    bodies      10,000 bent, forged, replayed, foreign and bursting requests (scripts/faults_bodies.py)
    api         5,000 requests of schemathesis, made from the centre's own OpenAPI
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults_api import api
from faults_bodies import bodies
from faults_clock import backlog, clocks
from faults_damage import damages
from faults_disk import disks
from faults_drain import Load, drain
from faults_stock import stock
from faults_tls import tls

MUST_BE_NOUGHT = ("lost", "duplicated", "altered", "unexpected", "refused")
COUNTED = ("attempted", "acked", "recovered", *MUST_BE_NOUGHT)
Progress = Callable[[int, int], None]
Part = Callable[[Path, argparse.Namespace, Progress], dict[str, Any]]


def network(folder: Path, asked: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    load = Load(asked.records, asked.faults, asked.daemon_kills, asked.centre_kills)
    return drain(folder, load, asked.seed, progress)


def kills(folder: Path, asked: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    return drain(folder, Load(asked.records, 0, asked.kills, asked.kills), asked.seed, progress)


PARTS: dict[str, Part] = {
    "network": network,
    "kills": kills,
    "disk": lambda folder, asked, _: disks(folder, asked.seed, asked.records),
    "clock": lambda folder, asked, _: clocks(folder, asked.seed, asked.jumps),
    "backlog": lambda folder, asked, _: backlog(folder, asked.seed),
    "damage": lambda folder, asked, _: damages(folder, asked.seed),
    "stock": lambda folder, asked, _: stock(folder, asked.operations, asked.hand_kills, asked.seed),
    "tls": lambda folder, asked, _: tls(folder, asked.seed),
    "bodies": lambda folder, asked, _: bodies(folder, asked.bodies, asked.seed),
    "api": lambda folder, asked, _: api(folder, asked.cases, asked.seed),
}


def main() -> int:
    asked = _arguments()
    result: dict[str, Any] = {"seed": asked.seed}
    for name in asked.parts or PARTS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            result[name] = PARTS[name](Path(folder), asked, _progress(name))
        result[name]["seconds"] = round(time.monotonic() - began, 1)
    found = [part for part in result.values() if isinstance(part, dict)]
    sums = {word: sum(part.get(word, 0) for part in found) for word in COUNTED}
    result = {**sums, **result, "ok": all(_fine(part) for part in found)}
    print(json.dumps(result) if asked.json else _lines(result))
    return 0 if result["ok"] else 1


def _fine(part: dict[str, Any]) -> bool:
    """A part may say more than the counts do."""
    counted = not any(part.get(word, 0) for word in MUST_BE_NOUGHT) and part.get("acked") == part.get("attempted")
    return bool(part.get("ok", True)) and counted


def _lines(result: dict[str, Any], indent: str = "") -> str:
    lines = []
    for name, value in result.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}", _lines(value, indent + "  ")]
        else:
            lines.append(f"{indent}{name:<{20 - len(indent)}}{value}")
    return "\n".join(lines)


def _progress(name: str) -> Progress:
    def progress(done: int, of: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{name}: {done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True)

    return progress


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=" | ".join(PARTS))
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--records", type=int, default=10_000, metavar="N", help="enrolments of a part, at the least")
    parser.add_argument("--faults", type=int, default=2000, metavar="N", help="network: faults, at the least")
    parser.add_argument("--daemon-kills", type=int, default=100, metavar="N", help="network: kill -9 of the daemon")
    parser.add_argument("--centre-kills", type=int, default=10, metavar="N", help="network: kill -9 of the centre")
    parser.add_argument("--kills", type=int, default=300, metavar="N", help="kills: kill -9 of each program")
    parser.add_argument("--operations", type=int, default=1000, metavar="N", help="stock: operations")
    parser.add_argument("--hand-kills", type=int, default=60, metavar="N", help="stock: kill -9 in the middle of one")
    parser.add_argument("--jumps", type=int, default=20, metavar="N", help="clock: jumps in the middle of rounds")
    parser.add_argument("--bodies", type=int, default=10_000, metavar="N", help="bodies: requests")
    parser.add_argument("--cases", type=int, default=5000, metavar="N", help="api: requests, at the least")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args()
    if wrong := set(asked.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(wrong))}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
