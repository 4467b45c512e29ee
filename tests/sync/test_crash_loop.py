"""The small version of the kill loop; `scripts/crash-loop` with more records and kills is the large one."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "crash_loop.py"


def test_kill_9_of_both_ends_loses_and_doubles_nothing():
    command = [sys.executable, str(SCRIPT), "--records", "120", "--kills", "8", "--seed", "3", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    found = json.loads(result.stdout)
    wanted = {"attempted": 120, "acked": 120, "lost": 0, "duplicated": 0, "altered": 0, "unexpected": 0}
    assert wanted.items() <= found.items(), found
    assert found["clean_stop"]
    assert found["kills"] >= 8
    assert min(found["killed"].values()) > 0
    assert result.returncode == 0
