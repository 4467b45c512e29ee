"""The units and rules of an installed kiosk: systemd itself verifies them, and scores how little they may do."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kiosk import settings

CONFIG = Path(__file__).parents[2] / "config"
UNITS = sorted((CONFIG / "systemd").glob("*.service"))
SCORES = {"kiosk-sync": 2.0, "kiosk": 2.0}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with this machine's own units, ours, and an empty program wherever one of ours names one."""
    root = tmp_path_factory.mktemp("machine")
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    for unit in UNITS:
        shutil.copy(unit, root / "usr/lib/systemd/system")
        for program in re.findall(r"^Exec\w+=[-+!:@]*(/\S+)", unit.read_text(), re.MULTILINE):
            (root / program[1:]).parent.mkdir(parents=True, exist_ok=True)
            (root / program[1:]).touch(mode=0o755)
    return root


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_verifies_each_unit(machine: Path, unit: Path) -> None:
    name = unit.name.replace("@", "@sda1")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={machine}", name],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SCORES)
def test_each_program_may_do_little(name: str) -> None:
    unit = CONFIG / "systemd" / f"{name}.service"
    most = str(round(SCORES[name] * 10))
    done = subprocess.run(
        ["systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={most}", unit],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-200:] + done.stderr


def test_rules_and_settings_mean_the_same_places() -> None:
    sticks = settings.load().devices.sticks
    assert f"folder={sticks}/$2" in (CONFIG / "bin/kiosk-stick").read_text()
    assert f"d {sticks} " in (CONFIG / "tmpfiles/market-kiosk.conf").read_text()
    for unit in ("kiosk", "kiosk-sync"):
        assert f" -{sticks}" in (CONFIG / f"systemd/{unit}.service").read_text()
    rules = (CONFIG / "udev/70-kiosk-devices.rules").read_text()
    devices = settings.load(CONFIG / "site.example.toml").devices
    for source in (devices.camera_source, devices.scanner_source, devices.printer_source):
        assert f'SYMLINK+="{source.removeprefix("/dev/")}"' in rules
