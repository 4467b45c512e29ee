"""The console over a whole fleet on PostgreSQL: each page asked for again and again over real HTTP, signed in.

    scripts/bench console [--kiosks 10000] [--rounds 500] [--enrolments 200] [--asks 40]

page_p95_ms             of each page, server and loopback together
heartbeat_to_screen_s   from a kiosk's word until the page that renews itself has it, at its own pace
list_check_s            a workbook of 5,000 members, read and checked
ingest_ratio            records a second into one API process while people use its console, to those while nobody does:
                        five people, each with a page that renews itself and a click every few seconds; median of pairs
"""

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import postgres
import requests
import sqlalchemy as sa
import sync_fleet
from simulate_fleet import fill

from kiosk import settings, tables
from kiosk.clock import SystemClock, today
from sync.central import figures as counted_figures
from sync.central import keys, schema
from sync.central.console.accounts import Accounts, Role
from sync.central.console.codes import Codes
from sync.central.console.doors import COOKIE
from sync.central.console.sessions import Sessions
from sync.central.database import Database
from sync.central.lists.checking import check
from sync.central.lists.reading import rows
from sync.central.migrations import migrate

PASSWORD = "pasar gede jam tujuh"
KIOSK = "sim-00042"
PAGES = {
    "fleet": "/",
    "fleet_silent": "/?state=silent",
    "fleet_named": "/?name=sim-0004",
    "kiosk": f"/kiosks/{KIOSK}",
    "kiosk_records": f"/kiosks/{KIOSK}?records=true",
    "kiosk_cause": f"/kiosks/{KIOSK}?cause=*",
    "record": f"/records/{KIOSK}/42",
    "target_market": "/target?by=market",
    "target_kiosk": "/target?by=kiosk&market=Pasar+Klewer",
    "target_branch": "/target?by=branch",
    "target_association": "/target?by=association",
    "alerts": "/alerts",
    "associations": "/associations",
    "association": "/associations/KOP",
    "orders": "/orders",
    "tables": "/tables",
    "audit": "/audit",
}
PEOPLE, CLICK_S, PAIRS, REQUESTS = 5, 4.0, 3, 120  # who use the console; requests of each sending kiosk and run
POLL_S = 4.0  # of a page that renews itself (templates/_live.html)
MEMBERS = 5000


def measure(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser("bench console")
    for name, default in (("kiosks", 10_000), ("rounds", 500), ("enrolments", 200), ("asks", 40)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        url = server.create("fleet")
        home, clock = Path(folder), SystemClock()
        database = Database.open(home, url)
        migrate(database, clock)
        began = time.monotonic()
        counted = fill(url, asked.kiosks, asked.rounds, asked.enrolments, clock.wall_ms())
        filled_s = time.monotonic() - began
        began = time.monotonic()
        counted_figures.count(database, today(clock, settings.load().zone), 3)
        figures_s = time.monotonic() - began
        with sync_fleet.Centre(home / "centre", url) as centre:
            token = _session(database, centre.home, clock)
            base = f"http://127.0.0.1:{centre.port}/console"
            session = _signed_in(token)
            pages = {name: _p95(session, base + path, asked.asks) for name, path in PAGES.items()}
            screen_s = _to_screen(session, base, database)
            alone, used = _ingest(centre, base, token)
        database.close()
    return {
        "rows": counted, "filled_s": round(filled_s), "figures_s": round(figures_s, 1), "page_p95_ms": pages,
        "slowest_p95_ms": max(pages.values()), "heartbeat_to_screen_s": round(screen_s, 2),
        "list_check_s": round(_list_s(), 2), "ingest_per_s": round(alone), "ingest_while_used_per_s": round(used),
        "ingest_ratio": round(used / alone, 3),
    }  # fmt: skip


def show(figures: dict[str, Any], _arguments: list[str]) -> None:
    print(", ".join(f"{number:,} {name}s" for name, number in figures["rows"].items()))
    for name, ms in figures["page_p95_ms"].items():
        print(f"{name:<28} {ms:>8.1f} ms (goal 300)")
    print(f"{'heartbeat to screen':<28} {figures['heartbeat_to_screen_s']:>8.2f} s  (goal 5)")
    print(f"{'list of 5,000 checked':<28} {figures['list_check_s']:>8.2f} s  (goal 5)")
    print(f"{'lapsed and targets counted':<28} {figures['figures_s']:>8.2f} s  (by the worker, every ten minutes)")
    told = f"{figures['ingest_while_used_per_s']:,} of {figures['ingest_per_s']:,} records/s"
    print(f"{'ingest while it is used':<28} {figures['ingest_ratio']:>8.3f}    (goal 0.9)  {told}")


def _signed_in(token: str) -> requests.Session:
    session = requests.Session()
    session.headers["Cookie"] = f"{COOKIE}={token}"
    return session


def _ingest(centre: sync_fleet.Centre, base: str, token: str) -> tuple[float, float]:
    """Records a second while nobody uses the console, and while PEOPLE do; medians of PAIRS, one after the other."""
    alone, used = [], []
    number = sync_fleet.INGEST_KIOSKS * REQUESTS * sync_fleet.PER_KIOSK
    for pair in range(PAIRS):
        alone.append(number / _sent(centre, f"sendiri-{pair}"))
        paths = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        people = subprocess.Popen([sys.executable, __file__, base, token], env=paths)
        time.sleep(2)
        used.append(number / _sent(centre, f"dipakai-{pair}"))
        people.terminate()
        people.wait()
    return statistics.median(alone), statistics.median(used)


def _sent(centre: sync_fleet.Centre, name: str) -> float:
    """Seconds that it took. Made before it is measured."""
    queues = sync_fleet.made(centre, sync_fleet.INGEST_KIOSKS, REQUESTS, name)
    return asyncio.run(sync_fleet.without_a_pause(centre, queues))


def use(base: str, token: str) -> None:
    """People at the console, until the process is ended: a process of its own, so that only the centre is slowed."""
    pages = list(PAGES.values())

    def somebody(number: int) -> None:
        session, at = _signed_in(token), number
        while True:
            path = pages[at % len(pages)]
            text = session.get(base + path, timeout=60).text
            live = re.search(r'hx-get="/console([^"]+)"', text)
            time.sleep(CLICK_S)
            if live:
                session.get(base + live[1].replace("&amp;", "&"), timeout=60)
            at += PEOPLE

    for number in range(PEOPLE):
        threading.Thread(target=somebody, args=(number,), daemon=True).start()
        time.sleep(CLICK_S / PEOPLE)
    threading.Event().wait()


def _session(database: Database, home: Path, clock: SystemClock) -> str:
    accounts = Accounts(database, Codes(keys.load_console(home)), clock)
    accounts.add("bench", Role.ADMIN)
    accounts.set_password("bench", PASSWORD)
    return Sessions(database, clock).open("bench")


def _p95(session: requests.Session, url: str, asks: int) -> float:
    took = []
    for number in range(asks + 3):
        began = time.perf_counter()
        answer = session.get(url, timeout=60, allow_redirects=False)
        if number >= 3:
            took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{url}: {answer.status_code}")
    return round(statistics.quantiles(took, n=20)[-1], 1)


def _to_screen(session: requests.Session, base: str, database: Database) -> float:
    """The longest of a few: a kiosk says something just after the page has renewed itself."""
    path, longest = f"{base}/kiosks/{KIOSK}/live", 0.0
    for number in range(3):
        text = session.get(f"{base}/kiosks/{KIOSK}", timeout=60).text
        mark = text.partition("live=")[2][:16]
        with database.write() as connection:
            here = schema.heartbeat.c.kiosk == KIOSK
            connection.execute(sa.update(schema.heartbeat).where(here).values(waiting=900 + number))
        began = time.monotonic()
        while session.get(f"{path}?live={mark}", timeout=60).status_code == 204:
            time.sleep(0.05)
        longest = max(longest, POLL_S + time.monotonic() - began)
    return longest


def _list_s() -> float:
    with tempfile.TemporaryDirectory() as folder:
        path, book = Path(folder) / "members.xlsx", openpyxl.Workbook()
        page = book.active
        page.append(["No", "Nama Lengkap", "NIK", "Tgl Lahir", "No HP"])
        for number in range(MEMBERS):
            nik = f"'337201{1 + number % 28:02}{1 + number % 12:02}80{1 + number % 9999:04}"
            page.append([number, "SITI SPESIMEN", nik, "17 Agustus 1975", "0812-3456-7890"])
        book.save(path)
        began = time.monotonic()
        found = list(check(rows(path), tables.regions(), date(2026, 11, 22)))
        took = time.monotonic() - began
    assert len(found) == MEMBERS
    return took


if __name__ == "__main__":
    use(*sys.argv[1:])
