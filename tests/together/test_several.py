"""Several API processes behind one address, their console with them, and a fleet that really runs: nothing is lost."""

import re
import threading
from contextlib import closing
from pathlib import Path

import faults_tls
import live_fleet
import postgres
import pytest
import requests
from faults_world import FAST, World

from kiosk.clock import SystemClock
from sync.central import keys
from sync.central.console.accounts import Accounts, Role
from sync.central.console.codes import Codes
from sync.central.database import Database
from sync.central.migrations import migrate

PASSWORD = "pasar gede jam tujuh"


def test_two_processes_one_console_and_one_is_killed(postgresql: postgres.Server, tmp_path: Path) -> None:
    nginx = faults_tls.Nginx(tmp_path / "nginx")
    site = {**FAST, "sync": {**FAST["sync"], "ca_file": str(nginx.authority), "timeout_s": 5}}
    with World(tmp_path / "world", nginx, site=site, database=postgresql.create("several")) as world:
        second = world.another_centre(nginx.second)
        try:
            with closing(Database.open(world.central_home, world.database)) as database:
                accounts = Accounts(database, Codes(keys.load_console(world.central_home)), SystemClock())
                accounts.add("sari", Role.VIEWER)
                accounts.set_password("sari", PASSWORD)
            session = requests.Session()
            session.verify, session.trust_env = str(nginx.authority), False  # whatever authorities a machine has
            base = f"{nginx.url}/console"
            page = session.get(f"{base}/sign-in", timeout=20)
            csrf = re.search(r'name="csrf" value="(\w+)"', page.text)
            fields = {"csrf": csrf[1] if csrf else "", "name": "sari", "password": PASSWORD, "code": ""}
            assert "kios-uji" in session.post(f"{base}/sign-in", data=fields, timeout=20).text
            answered = [session.get(f"{base}/kiosks/kios-uji", timeout=20).status_code for _ in range(6)]
            assert answered == [200] * 6  # whichever of the two answers: they share who is signed in
            world.start_daemon()
            world.keep(40)
            second.kill()  # kill -9, under load
            world.wait_until_settled(40)
            assert session.get(f"{base}/kiosks/kios-uji?records=true", timeout=20).status_code == 200
            found = world.check()
            assert (found["lost"], found["duplicated"], found["altered"]) == (0, 0, 0)
        finally:
            nginx.stop()
            if second.process.poll() is None:
                second.kill()
    postgresql.drop("several")


@pytest.fixture
def centre(tmp_path: Path):
    """A centre on SQLite with its API, as `simulate-fleet --live` finds one."""
    from faults_world import Program, free_port

    home, port = tmp_path / "centre", free_port()
    with closing(Database.open(home, "")) as database:
        migrate(database, SystemClock())
        arguments = ["--home", str(home), "--port", str(port)]
        program = Program("kiosk-central", tmp_path / "centre.log", "sync.central", "serve", *arguments)
        program.ready()
        yield database, f"http://127.0.0.1:{port}"
        program.kill()


def test_a_fleet_of_our_own_daemons_loses_nothing(centre, tmp_path: Path) -> None:
    database, url = centre
    (tmp_path / "fleet").mkdir()
    ran = live_fleet.run(database, url, tmp_path / "fleet", kiosks=4, seconds=4, an_hour=3600, seed=2)
    assert ran.enrolled > 4
    assert ran.records >= ran.enrolled
    assert ran.arrived == ran.records
    assert not ran.failed
    assert not [one for one in threading.enumerate() if one.name.startswith("live-")]
