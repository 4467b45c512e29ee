"""Other ways to carry the same enrolments, for `bench sync`: morango, PouchDB with express-pouchdb, one POST a record.

Each is two real processes, driven over pipes (peer_*), with the same link between them as ours has. One that cannot be
had gives `absent: why` instead of figures. Their records are not sealed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults_link import GPRS, OPEN, SLOW, Background, Link, Profile
from made_people import person
from peers_home import Absent, node_modules, venv

HERE = Path(__file__).parent
BULK, FEW = 1000, 50


@dataclass(frozen=True, slots=True)
class Peer:
    """How to start its two programs. `slow_records`: fewer where a thousand would take half an hour."""

    command: list[str]
    environment: Mapping[str, str]
    client_needs: tuple[str, ...] = ()  # files in the server's folder
    slow_records: int = BULK


def peer(name: str) -> Peer:
    """Raises Absent, KeyError."""
    match name:
        case "morango":
            python = venv(HERE / "peer_morango.txt")
            return Peer([str(python), str(HERE / "peer_morango.py")], {}, ("start.sqlite3",))
        case "pouchdb":
            packages = node_modules(HERE / "peer_pouchdb.txt")
            return Peer(["node", str(HERE / "peer_pouchdb.js")], {"NODE_PATH": str(packages)})
        case "plain":
            return Peer([sys.executable, str(HERE / "peer_plain.py")], {}, slow_records=FEW)
    raise KeyError(name)


PEERS = ("morango", "pouchdb", "plain")


def measure(name: str, folder: Path) -> dict[str, Any]:
    """`{name}_requests_per_1000` … as `sync.measure` names them, or `{name}: "absent: why"`."""
    try:
        with Background() as background:
            return {f"{name}_{what}": value for what, value in _Run(peer(name), folder, background).figures().items()}
    except Absent as absent:
        return {name: f"absent: {absent}"}


class _Run:
    def __init__(self, peer: Peer, folder: Path, background: Background) -> None:
        self._peer = peer
        self._folder = folder
        self._link = Link()
        background.run(self._link.start())
        self._background = background
        self._people = 0

    def figures(self) -> dict[str, float]:
        server = self._start("server", str(self._folder / "server"))
        client = None
        try:
            self._link.upstream = int(_line(server).removeprefix("ready "))
            needs = [str(self._folder / "server" / name) for name in self._peer.client_needs]
            url = f"http://127.0.0.1:{self._link.port}"
            client = self._start("client", str(self._folder / "client"), *needs, url)
            bulk_s = self._carry(client, BULK, OPEN)
            figures = counted(self._link, BULK) | {"records_per_s": BULK / bulk_s}
            self._carry(client, 1, OPEN)
            figures |= {"requests_one_record": self._link.up.requests, "bytes_one_record": self._bytes()}
            slow_s = self._carry(client, self._peer.slow_records, SLOW)
            figures["slow_link_s"] = slow_s * BULK / self._peer.slow_records
            figures["gprs_s"] = self._carry(client, FEW, GPRS)
            return figures
        finally:
            for process in (client, server):
                if process is not None:
                    process.kill()
                    process.wait()
                    _close(process)

    def _carry(self, client: "subprocess.Popen[str]", number: int, profile: Profile) -> float:
        """Seconds."""
        people = range(self._people, self._people + number)
        self._people += number
        file = self._folder / "people.jsonl"
        lines = [json.dumps(person(one).plain(), ensure_ascii=False, separators=(",", ":")) for one in people]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _ask(client, {"keep": str(file)})
        self._background.call(self._link.reset, profile)
        return float(_ask(client, {"sync": number})["s"])

    def _bytes(self) -> int:
        return self._link.up.bytes + self._link.down.bytes

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*self._peer.command, *arguments], text=True, env=os.environ | dict(self._peer.environment),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip


def counted(link: Link, records: int) -> dict[str, float]:
    """What passed, per thousand records and per record."""
    return {
        "requests_per_1000": link.up.requests * 1000 / records,
        "bytes_per_record": link.up.bytes / records,
        "answer_bytes_per_record": link.down.bytes / records,
    }


def _ask(process: "subprocess.Popen[str]", asked: dict[str, Any]) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(_line(process))
    return answer


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise Absent("its driver ended")
    return line


def _close(process: "subprocess.Popen[str]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
