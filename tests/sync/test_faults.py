"""Small versions of `scripts/faults`: the same parts, the same programs, a fixed seed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "faults.py"
NOTHING_WRONG = {"lost": 0, "duplicated": 0, "altered": 0, "unexpected": 0, "refused": 0, "ok": True}


def faults(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert {name: found[name] for name in NOTHING_WRONG} == NOTHING_WRONG, found
    assert found["acked"] == found["attempted"]
    return found


def test_a_broken_network_and_dying_programs_lose_and_double_nothing() -> None:
    load = ("--records", "100", "--faults", "40", "--daemon-kills", "2", "--centre-kills", "1")
    found = faults("network", "--seed", "3", *load)
    assert found["network"]["faults"] >= 40
    assert found["network"]["kills"] == {"kiosk-sync": 2, "kiosk-central": 1}
    assert len(found["network"]["kinds"]) >= 10  # of twelve, drawn by the seed
    assert found["recovered"] > 0  # answers were lost after the commit, and that was put right


def test_requests_that_no_honest_kiosk_sends_store_nothing_and_break_nothing() -> None:
    found = faults("bodies", "--seed", "5", "--bodies", "600")["bodies"]
    assert (found["sent"], found["taken_in"], found["server_errors"]) == (600, 0, 0)
    assert len(found["kinds"]) == 8
    assert found["rss_growth_mb"] < 50


def test_whatever_the_openapi_allows_or_forbids_no_answer_is_a_fault_of_the_centre() -> None:
    found = faults("api", "--seed", "2", "--cases", "100")["api"]
    assert found["sent"] >= 100
    assert found["server_errors"] == 0
    assert {"200", "400", "401"} <= found["statuses"].keys()  # past the door and not


def test_the_stock_replayed_at_the_centre_equals_the_kiosks_own_count() -> None:
    found = faults("stock", "--seed", "7", "--operations", "120", "--hand-kills", "8")["stock"]
    assert (found["attempted"], found["kills"], found["missing"]) == (120, 8, 0)
    assert found["entries"] > 60


def test_clocks_that_are_wrong_or_jump_hold_nothing_up() -> None:
    found = faults("clock", "--seed", "4", "--jumps", "2")["clock"]
    assert (found["clocks"], found["jumps"]) == (5, 2)
    assert found["attempted"] == 7 * 20


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk of 8 MB")
def test_a_disk_that_fills_up_loses_nothing_and_is_told() -> None:
    found = faults("disk", "--seed", "6", "--records", "150")["disk"]
    assert found["shown_full"] == 4  # twice on each of the two
    assert found["while_full"] > 0  # what was kept back lets the daemon go on


def test_two_api_processes_behind_tls_lose_nothing_when_one_is_killed_under_load() -> None:
    found = faults("tls", "--seed", "8")["tls"]
    assert found["attempted"] == 840
    assert found["kills"] == 3
