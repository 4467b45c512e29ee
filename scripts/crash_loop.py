"""Kills the sync daemon and the central API with kill -9 while enrolments drain, and counts what got lost or doubled.

    scripts/crash-loop [--records 1000] [--kills 60] [--seed 1] [--json]

Everything is real: provisioning, the kiosk's database, both programs, HTTP on loopback. Exit 1 if anything is lost,
duplicated or altered. The same seed kills the same victims after the same waits.

    attempted   enrolments kept on the kiosk ("saved" was shown)
    acked       of these, how many the kiosk believes to be at the centre
    lost        kept, but not at the centre            (or acked, but not at the centre)
    duplicated  at the centre more than once
    altered     at the centre with other contents
    unexpected  at the centre, but never kept
"""

import argparse
import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from kiosk import settings
from kiosk.clock import SystemClock
from kiosk.domain.enrolment import Enrolment
from kiosk.domain.tariff import Month, Programme
from kiosk.provision import provision
from kiosk.store import Store
from kiosk.store.enrolments import new_id

ROOT = Path(__file__).resolve().parent.parent
KIOSK = "crash-loop"
DEADLINE_S = 60  # for anything that must happen
SITE = """
[store]
fingerprint_memory_kib = 64
fingerprint_passes = 1
[sync]
batch_records = {batch}
poll_s = 0.05
interval_s = 1
timeout_s = 5
lease_s = 5
backoff_base_s = 0.02
backoff_cap_s = 0.25
"""


class Program:
    """One of our programs as a process that can be killed and started again."""

    def __init__(self, name: str, log: Path, *arguments: str) -> None:
        self.name = name
        self._arguments = [sys.executable, "-m", *arguments]
        self._log = log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._arguments, stdout=subprocess.PIPE, stderr=log, cwd=ROOT)

    def ready(self) -> str:
        """The first line that it prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode().strip()
        if not line:
            raise SystemExit(f"{self.name} did not start; see {self._log}")
        return line

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(DEADLINE_S)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(DEADLINE_S)


class World:
    """A centre and a kiosk, each in a folder of its own, and the two programs between them."""

    def __init__(self, folder: Path, batch: int) -> None:
        self.kiosk_home, self.central_home, self.site = folder / "kiosk", folder / "centre", folder / "site.toml"
        self.site.write_text(SITE.format(batch=batch), encoding="utf-8")
        self.settings = settings.load(self.site)
        code = self.central("add-kiosk", KIOSK)
        self.port = _free_port()
        self.centre = Program(
            "kiosk-central", folder / "centre.log",
            "sync.central", "serve", "--home", str(self.central_home), "--port", str(self.port),
        )  # fmt: skip
        self.identity = provision(self.kiosk_home, self.centre.ready().removeprefix("ready "), code.strip())
        self.store = Store.open(self.kiosk_home, self.settings.store, SystemClock())
        self.daemon = Program(
            "kiosk-sync", folder / "daemon.log",
            "sync", "run", "--home", str(self.kiosk_home), "--site", str(self.site),
        )  # fmt: skip
        self.kept: dict[str, dict[str, object]] = {}

    def central(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "sync.central", *arguments, "--home", str(self.central_home)]
        return subprocess.run(
            command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ).stdout.decode()

    def keep(self, number: int) -> None:
        for _ in range(number):
            enrolment = _enrolment(len(self.kept) + 1)
            kept = self.store.enrolments.keep(enrolment, self.identity)
            self.kept[str(kept.id)] = json.loads(enrolment.to_bytes())

    def settled(self) -> int:
        counts = self.store.outbox.counts()
        return counts.accepted + counts.duplicate + counts.refused

    def wait_until_settled(self, number: int) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while self.settled() < number:
            if time.monotonic() > deadline:
                raise SystemExit(f"stuck: {self.settled()} of {number} settled after {DEADLINE_S} s")
            time.sleep(0.002)

    def end(self) -> bool:
        """Stops both as systemd would. Whether both said that all is well."""
        return [self.daemon.stop(), self.centre.stop()] == [0, 0]

    def abandon(self) -> None:
        for program in (self.daemon, self.centre):
            if program.process.poll() is None:
                program.kill()


def main() -> int:
    arguments = _arguments()
    rng = random.Random(arguments.seed)
    kills = {"kiosk-sync": 0, "kiosk-central": 0}
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-loop-") as folder:
        share = max(1, arguments.records // (arguments.kills + 1))
        world = World(Path(folder), batch=max(1, share // 8))
        try:
            for number in range(1, arguments.kills + 1):
                before = len(world.kept)
                world.keep(min(share, arguments.records - before))
                _kill_during_drain(world, before, rng, kills)
                _progress(number, arguments.kills)
            world.keep(arguments.records - len(world.kept))
            world.wait_until_settled(len(world.kept))
            clean = world.end()
        finally:
            world.abandon()
        result = _check(world) | {"kills": sum(kills.values()), "killed": kills, "clean_stop": clean}
        world.store.close()
    result |= {"seed": arguments.seed, "seconds": round(time.monotonic() - started, 1)}
    if arguments.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{name:<16}{value}" for name, value in result.items()))
    return 0 if clean and not any(result[name] for name in ("lost", "duplicated", "altered", "unexpected")) else 1


def _kill_during_drain(world: World, before: int, rng: random.Random, kills: dict[str, int]) -> None:
    """Waits for the drain of what was just kept to begin, a little longer, and kills one end or both."""
    fresh = len(world.kept) - before
    if fresh > 1:
        world.wait_until_settled(before + rng.randrange(fresh // 2))
    time.sleep(rng.uniform(0, 0.02))
    victims = rng.choice([[world.daemon], [world.daemon], [world.centre], [world.centre], [world.daemon, world.centre]])
    for victim in victims:
        victim.kill()
        kills[victim.name] += 1
    for victim in victims:
        victim.start()
        if victim is world.centre:
            victim.ready()


def _check(world: World) -> dict[str, int]:
    arrived = [json.loads(line) for line in world.central("enrolments", "--json").splitlines()]
    ids = [row["id"] for row in arrived]
    people = [row["enrolment"]["nik"] for row in arrived]
    counts = world.store.outbox.counts()
    return {
        "attempted": len(world.kept),
        "acked": counts.accepted + counts.duplicate,
        "lost": len(world.kept.keys() - set(ids)),
        "duplicated": max(len(ids) - len(set(ids)), len(people) - len(set(people))),
        "altered": sum(world.kept.get(row["id"], row["enrolment"]) != row["enrolment"] for row in arrived),
        "unexpected": len(set(ids) - world.kept.keys()),
        "refused": counts.refused,
        "rounds": len(world.store.journal.rounds(1_000_000)),
        "answered_twice": counts.duplicate,
    }


def _enrolment(number: int) -> Enrolment:
    """A made-up person: district 99 does not exist."""
    return Enrolment(
        id=new_id(), nik=f"33729901018{number:05d}", name=f"Orang Contoh {number}", birth_date=date(1980, 1, 1),
        sex="male", source="typed", occupations=("trader",), sector="bpu", employer=False, married=True,
        income=1_000_000, programmes=(Programme.JKK, Programme.JKM), months=3, start=Month(2026, 11), total=33_600,
        base=1_000_000, market="Pasar Contoh", branch="Contoh", language="id", consents=(),
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{of} kills", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kills both ends while enrolments drain; counts lost and duplicated.")
    parser.add_argument("--records", type=int, default=1000, metavar="N", help="enrolments to carry (at most 99999)")
    parser.add_argument(
        "--kills", type=int, default=60, metavar="N", help="moments at which one end or both are killed"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
