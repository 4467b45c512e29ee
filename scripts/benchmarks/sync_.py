"""Carrying enrolments beside the ways others carry them, on the same link in the same run. All are real processes.

    bench sync [--peers morango,pouchdb,plain] [--waiting 20000] [--kiosks 10000] [--markdown] [--json]

`--peers none`, `--kiosks 0` and `--waiting 0` leave that part out.

Bytes are counted at a TCP proxy, HTTP headers included, each direction for itself. Ours are sealed, signed and
receipted; the peers' are plain JSON. Ratios to the peers of the same run are what to trust.

requests_per_1000        requests for a thousand records
bytes_per_record         up, of these
answer_bytes_per_record  down
requests_one_record, bytes_one_record   one new record alone; both directions
records_per_s            a thousand records drained on loopback
slow_link_s, gprs_s      1,000 records at RTT 600 ms and 128 kbit/s; 50 at 700 ms and 20 kbit/s; with the connection
ingest_per_s             records into one worker process, 50 a request, eight kiosks that send without a pause
fleet_s …                10,000 kiosks with 50 records each find the network back at once: until the last is drained,
                         requests over the least number, time-outs; spread as the centre told them before
daemon_rss_mb            the most memory that the daemon ever had: 20,000 records waiting and then sent
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import postgres
import sync_fleet
import sync_own
import sync_peers
import sync_show

NO_PEER = "none"
FLEET = 10_000


def measure(arguments: list[str]) -> dict[str, Any]:
    asked = _asked(arguments)
    figures: dict[str, Any] = {"date": datetime.now(UTC).date().isoformat()}
    with tempfile.TemporaryDirectory(prefix="bench-sync-") as folder, _postgres() as server:
        figures["database"] = "postgresql" if server else "sqlite"

        def database(name: str) -> str:
            return server.create(name) if server else ""

        figures |= sync_own.carried(Path(folder, "own"), database("own"))
        if asked.waiting:
            figures |= sync_own.long_queue(Path(folder, "long"), database("long"), asked.waiting)
        if asked.kiosks:
            figures |= sync_fleet.ingest(Path(folder, "ingest"), database("ingest"))
            figures |= sync_fleet.fleet(Path(folder, "fleet"), database("fleet"), asked.kiosks)
        for name in asked.peers:
            (home := Path(folder, name)).mkdir()
            figures |= sync_peers.measure(name, home)
    return figures


def show(figures: dict[str, Any], arguments: list[str]) -> None:
    if _asked(arguments).markdown:
        print(sync_show.markdown(figures))
    else:
        sync_show.table_of(figures)


@contextmanager
def _postgres() -> Iterator[postgres.Server | None]:
    """A real one where Debian's package is; else SQLite, and the figures say so."""
    try:
        with postgres.server() as server:
            yield server
    except FileNotFoundError:
        yield None


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench sync")
    parser.add_argument("--peers", type=_peers, default=sync_peers.PEERS, metavar="NAME,…")
    parser.add_argument("--waiting", type=int, default=sync_own.WAITING, metavar="N")
    parser.add_argument("--kiosks", type=int, default=FLEET, metavar="N")
    parser.add_argument("--markdown", action="store_true", help="the table of the README")
    return parser.parse_args(arguments)


def _peers(text: str) -> tuple[str, ...]:
    names = () if text == NO_PEER else tuple(text.split(","))
    if not set(names) <= set(sync_peers.PEERS):
        raise argparse.ArgumentTypeError(f"{', '.join(sync_peers.PEERS)} or {NO_PEER}")
    return names
