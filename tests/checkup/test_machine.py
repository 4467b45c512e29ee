"""What the kernel tells of the machine, from files laid out as it lays them out."""

from pathlib import Path

import pytest

from kiosk.checkup import machine
from kiosk.domain.health import Finding, State
from kiosk.links import Link


def lay(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return root


def told(finding: Finding | None) -> tuple[str, str]:
    assert finding
    return str(finding.state), finding.said


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"BAT0__type": "Battery", "BAT0__capacity": "88", "AC__type": "Mains", "AC__online": "1"}, "good"),
        ({"BAT0__type": "Battery", "BAT0__capacity": "88", "AC__type": "Mains", "AC__online": "0"}, "power.battery"),
        ({"ups__type": "UPS", "ups__capacity": "12", "ups__status": "Discharging"}, "power.low"),
        ({"ups__type": "UPS", "AC__type": "Mains", "AC__online": "1"}, "off"),
    ],
)
def test_a_battery_or_ups(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    state, said = told(machine.power(lay(tmp_path, **files)))
    assert expected in (state, said)


def test_no_battery_is_nothing_to_show(tmp_path: Path) -> None:
    assert machine.power(lay(tmp_path, AC__type="Mains", AC__online="1")) is None
    assert machine.power(tmp_path / "none") is None


@pytest.mark.parametrize(("milli", "state"), [("51200", State.GOOD), ("80000", State.WARN)])
def test_the_hottest_place_counts(tmp_path: Path, milli: str, state: State) -> None:
    root = lay(tmp_path, thermal_zone0__temp="31000", thermal_zone1__temp=milli, thermal_zone2__temp="")
    found = machine.heat(root)
    assert found
    assert (found.state, found.facts["celsius"]) == (state, int(milli) // 1000)
    assert machine.heat(tmp_path / "none") is None


def test_a_touchscreen_is_told_from_a_mouse(tmp_path: Path) -> None:
    mouse = 'I: Bus=0003\nN: Name="Mouse"\nB: PROP=0\n\n'
    panel = 'I: Bus=0003\nN: Name="ILITEK"\nB: PROP=2\nB: EV=b\n'
    devices = tmp_path / "devices"
    devices.write_text(mouse)
    assert told(machine.touch(devices)) == ("off", "health.touch.none")
    devices.write_text(mouse + panel)
    assert told(machine.touch(devices)) == ("good", "health.touch.found")
    assert machine.touch(tmp_path / "none").state is State.OFF


def test_the_network_by_its_links() -> None:
    assert told(machine.network([])) == ("warn", "connection.no_link")
    assert told(machine.network([Link("eth0", addressed=False)])) == ("warn", "connection.no_address")
    found = machine.network([Link("eth0", addressed=False), Link("wlan0", addressed=True)])
    assert (found.state, found.facts["names"]) == (State.GOOD, "wlan0")


def test_a_disk_that_is_nearly_full_is_told_before_it_is() -> None:
    assert machine.disk(127, 64).state is State.WARN
    assert machine.disk(128, 64).state is State.GOOD
