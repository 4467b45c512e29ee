"""Small versions of `scripts/faults`: the same parts, the same programs, a fixed seed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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
    load = ("--records", "160", "--faults", "60", "--daemon-kills", "4", "--centre-kills", "2")
    found = faults("network", "--seed", "3", *load)
    assert found["network"]["faults"] >= 60
    assert found["network"]["kills"] == {"kiosk-sync": 4, "kiosk-central": 2}
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
