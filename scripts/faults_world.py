"""A kiosk and a centre, each in a folder of its own, our two programs as processes, and the proxy between them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from faults_link import Background
from made_people import person
from together import site_with

from kiosk import settings
from kiosk.clock import Clock, SystemClock
from kiosk.provision import provision
from kiosk.store import Store

ROOT = Path(__file__).resolve().parent.parent
KIOSK = "kios-uji"
ENDS_WITH_US = ("setpriv", "--pdeathsig", "KILL")  # nothing may outlive a script that was killed itself
DEADLINE_S = 60  # for anything that must happen
CHEAP = {"store": {"fingerprint_memory_kib": 64, "fingerprint_passes": 1}}  # its cost is chosen, not met
FAST: Mapping[str, Mapping[str, object]] = CHEAP | {
    "sync": {
        "batch_records": 5, "poll_s": 0.05, "interval_s": 1, "timeout_s": 0.6, "lease_s": 5, "backoff_base_s": 0.02,
        "backoff_cap_s": 0.2, "quarantine_s": 1,
    },
}  # fmt: skip


class Between(Protocol):
    """What stands between the two programs: a proxy that breaks, a link that is slow, an end of TLS."""

    upstream: int

    @property
    def url(self) -> str: ...

    async def start(self) -> None: ...


class Stuck(SystemExit):
    """What had to happen did not; the text says what and where to look."""


class Program:
    """One of our programs as a process that can be killed and started again."""

    def __init__(self, name: str, log: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.environment = dict(environment or {})
        self._arguments = [*ENDS_WITH_US, sys.executable, "-m", *arguments]
        self._log = log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._arguments, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, env=os.environ | self.environment
            )

    def ready(self) -> str:
        """The first line that it prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode().strip()
        if not line:
            raise Stuck(f"{self.name} did not start: {self.log()[-1000:]}")
        return line

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def memory_mb(self, which: str) -> float:
        """`VmRSS` now, `VmHWM` at the most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition(f"{which}:")[2].split()[0]) / 1024

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.ended()

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.terminate()
        return self.ended()

    def ended(self) -> int:
        """Its exit code, when it has ended."""
        code = self.process.wait(DEADLINE_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


class World:
    """`with World(folder) as world:` provisioned and quiet; the daemon runs once it is started."""

    def __init__(
        self, folder: Path, between: Between, *, seed: int = 1, clock: Clock | None = None,
        site: Mapping[str, Mapping[str, object]] = FAST, home: Path | None = None, database: str = "",
    ) -> None:  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.between, self.seed, self.database = folder, between, seed, database
        self.home, self.central_home = home or folder / "kiosk", folder / "centre"
        self.site = site_with(folder / "site.toml", None, **{name: dict(keys) for name, keys in site.items()})
        self.settings = settings.load(self.site)
        self.clock = clock or SystemClock()
        self.kept: dict[str, dict[str, Any]] = {}
        self.daemon: Program | None = None
        self.kills: Counter[str] = Counter()

    def __enter__(self) -> Self:
        code = self.central("add-kiosk", KIOSK).strip()
        self.port = free_port()
        self.centre = self.another_centre(self.port)
        self.background = Background()
        self.between.upstream = self.port
        self.background.run(self.between.start())
        self.identity = provision(self.home, self.between.url, code, self.settings.sync.ca_file)
        self.store = Store.open(self.home, self.settings.store, self.clock)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for program in (self.daemon, self.centre):
            if program is not None and program.process.poll() is None:
                program.kill()
        self.store.close()
        self.background.__exit__(None, None, None)

    def another_centre(self, port: int) -> Program:
        """One more API process on the same database."""
        database = ["--database", self.database] if self.database else []
        centre = Program(
            "kiosk-central", self.folder / f"centre-{port}.log",
            "sync.central", "serve", "--home", str(self.central_home), "--port", str(port), *database,
        )  # fmt: skip
        centre.ready()
        return centre

    def central(self, *arguments: str) -> str:
        """What a command of `kiosk-central` prints."""
        database = ["--database", self.database] if self.database else []
        command = [sys.executable, "-m", "sync.central", *arguments, "--home", str(self.central_home), *database]
        return subprocess.run(
            command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ).stdout.decode()

    @property
    def where(self) -> tuple[str, ...]:
        """What every command of `kiosk-sync` is told."""
        return ("--home", str(self.home), "--site", str(self.site))

    def start_daemon(self, environment: Mapping[str, str] | None = None) -> Program:
        log = self.folder / "daemon.log"
        self.daemon = Program("kiosk-sync", log, "sync", "run", *self.where, environment=environment)
        return self.daemon

    def keep(self, number: int) -> None:
        """Enrols so many more people. Raises StoreError; then what was kept before it is in `kept`."""
        for _ in range(number):
            enrolment = person(len(self.kept) + 1, self.seed)
            kept = self.store.enrolments.keep(enrolment, self.identity)
            self.kept[str(kept.id)] = enrolment.plain()

    def kill(self, *victims: Program) -> None:
        """kill -9, all at once, and each started again."""
        for victim in victims:
            victim.kill()
            self.kills[victim.name] += 1
        for victim in victims:
            victim.start()
            if victim is not self.daemon:
                victim.ready()

    def settled(self) -> int:
        counts = self.store.outbox.counts()
        return counts.accepted + counts.duplicate + counts.refused

    def wait_until_settled(self, number: int, deadline_s: float | None = None) -> float:
        """Seconds that it took. Raises Stuck."""
        began = time.monotonic()
        seen, moved = -1, began
        while (settled := self.settled()) < number:
            now = time.monotonic()
            if settled != seen:
                seen, moved = settled, now
            if now - moved > (deadline_s or DEADLINE_S):
                raise Stuck(f"stuck: {settled} of {number} settled and no more: {self.store.outbox.counts()}")
            time.sleep(0.002)
        return time.monotonic() - began

    def wait_until_nothing_waits(self) -> None:
        """Raises Stuck."""
        began = time.monotonic()
        while self.store.outbox.counts().waiting:
            if time.monotonic() - began > DEADLINE_S:
                raise Stuck(f"stuck: {self.store.outbox.counts()}")
            time.sleep(0.01)

    def listed(self) -> list[dict[str, Any]]:
        """What is at the centre, opened with its key."""
        return [json.loads(line) for line in self.central("enrolments", "--json").splitlines()]

    def check(self) -> dict[str, int]:
        """What was kept against what is at the centre, in Jepsen's words."""
        arrived = [row for row in self.listed() if row["kiosk"] == KIOSK]
        ids = [row["id"] for row in arrived]
        people = [row["enrolment"]["nik"] for row in arrived if "enrolment" in row]
        counts = self.store.outbox.counts()
        return {
            "attempted": len(self.kept),
            "acked": counts.accepted + counts.duplicate,
            "lost": len(self.kept.keys() - set(ids)),
            "duplicated": max(len(ids) - len(set(ids)), len(people) - len(set(people))),
            "altered": sum(row["id"] in self.kept and self.kept[row["id"]] != row.get("enrolment") for row in arrived),
            "unexpected": len(set(ids) - self.kept.keys()),
            "recovered": counts.duplicate,
            "refused": counts.refused,
        }

    def end(self) -> bool:
        """Stops both as systemd would. Whether both said that all is well."""
        return [program.stop() for program in (self.daemon, self.centre) if program is not None] == [0, 0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
