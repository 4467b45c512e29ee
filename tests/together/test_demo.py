"""The main job, end to end: the unattended demo, what it leaves behind, and a clean end of the three programs."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = [sys.executable, str(ROOT / "scripts" / "launch.py")]
# What the demo types, shows and scans, and what must then be found nowhere in clear.
CANARIES = (
    "3372015708759001",
    "3311094507889003",
    "1371041608949527",
    "SITI",
    "SRI SPESIMEN",
    "LESTARI",
    "81234567890",
)


def test_every_enrolment_is_at_the_centre_once_and_nothing_is_left_in_clear(tmp_path: Path) -> None:
    done = subprocess.run(
        [*LAUNCH, "--demo", "--home", str(tmp_path / "home")],
        capture_output=True, text=True, check=False, env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert (told["enrolled"], told["central"], told["duplicates"]) == (3, 3, 0)
    pictures = Path(told["screenshots"])
    assert len(list(pictures.glob("*.png"))) > 40

    assert '"event": "enrolment.kept"' in done.stderr  # the log was there to be searched
    left = {"the log": done.stderr.encode()}
    left |= {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".png"}
    assert any(name.endswith("kiosk.sqlite3") for name in left)
    for name, content in left.items():
        for canary in CANARIES:
            assert canary.encode() not in content, name
            assert canary not in name


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def children(of: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it may end while we look
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            found += [int(stat.parent.name)] if int(fields[1]) == of else []
    return found


def test_ctrl_c_stops_all_three(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*LAUNCH, "--home", str(tmp_path / "home"), "--port", str(free_port())],
        stderr=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(tmp_path)},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "Ctrl-C stops" in line:
                break
        parts = children(process.pid)
        process.send_signal(signal.SIGINT)
        said.append(process.stderr.read())
        assert process.wait(60) == 0, "".join(said)
    assert len(parts) >= 3, "".join(said)
    assert "Traceback" not in "".join(said)
    assert not [part for part in parts if Path(f"/proc/{part}").exists()]
