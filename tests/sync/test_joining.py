"""A machine that is no kiosk yet: the daemon waits, is told of a centre by the screen, joins it and carries on."""

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from kiosk.domain.errand import Errand, Kind, State
from kiosk.settings import load
from kiosk.store import Store
from kiosk.store.identity import Identity


@pytest.fixture
def daemon(tmp_path: Path):
    """A daemon in a home without an identity."""
    home, site = tmp_path / "new", tmp_path / "new.toml"
    site.write_text("[sync]\npoll_s = 0.05\ninterval_s = 0.5\n", encoding="utf-8")
    command = [sys.executable, "-m", "sync", "--home", str(home), "--site", str(site), "run"]
    with Store.open(home, load(site).store, SystemClock()) as store:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        yield home, store, running
        if running.poll() is None:
            running.kill()
        running.communicate(timeout=30)


def newest(store: Store) -> Errand:
    found = store.errands.newest(Kind.PROVISION)
    assert found
    return found


def test_it_joins_and_then_talks_to_its_centre(daemon, centre, eventually):
    home, store, running = daemon
    code = centre.code()
    store.errands.ask(Kind.PROVISION, "0417", None, url=centre.url, code="SALAH-KODE")
    eventually(lambda: newest(store).state is State.FAILED)
    assert newest(store).cause == "provision.code"
    assert running.poll() is None  # a wrong code ends nothing
    store.errands.ask(Kind.PROVISION, "0417", None, url=centre.url, code=code)
    eventually(lambda: newest(store).state is State.DONE)
    assert Identity.load(home).kiosk == newest(store).result["kiosk"]
    eventually(lambda: store.journal.schedule().last_success_ms is not None)
    running.terminate()
    _, log = running.communicate(timeout=30)
    assert running.returncode == 0
    assert code not in log
    assert "Traceback" not in log


def test_a_stop_ends_the_waiting(daemon):
    _, _, running = daemon
    running.terminate()
    _, log = running.communicate(timeout=30)
    assert running.returncode in (0, -15)
    assert "Traceback" not in log
