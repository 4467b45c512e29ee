"""What officers have set lies over the site's settings, survives a torn file, and is never overwritten unseen."""

import threading
from pathlib import Path

import pytest

from kiosk import officer_settings
from kiosk.domain.errors import SettingsError
from kiosk.officer_settings import DAMAGED, FILE, PREVIOUS, back, change, kept, load
from kiosk.words import load as words


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text('[site]\nmarket = "Pasar Klewer"\n[devices]\nvolume = 0.7\n', encoding="utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_over_the_site_and_back_again(home: Path, site: Path) -> None:
    assert load(home, site).devices.volume == 0.7
    assert change(home, site, "devices.volume", 0.4).devices.volume == 0.4
    assert change(home, site, "devices.volume", 0.2).devices.volume == 0.2
    assert load(home, site).site.market == "Pasar Klewer"
    assert back(home, site, "devices.volume").devices.volume == 0.4
    assert back(home, site, "devices.volume").devices.volume == 0.2
    change(home, site, "site.market", "Pasar Gede Hardjonagoro")
    assert back(home, site, "site.market").site.market == "Pasar Klewer"  # nobody had set it before
    assert load(home, site).devices.volume == 0.2


@pytest.mark.parametrize(
    ("key", "value", "id"),
    [
        ("devices.volume", 3, "settings.value"),
        ("devices.volume", "loud", "settings.value"),
        ("languages.order", ["xx"], "settings.value"),
        ("panel.diagonal_inch", 900.0, "settings.value"),
        ("store.free_mb", 1, "settings.unknown"),  # not an officer's
    ],
)
def test_what_does_not_fit_is_not_written(home: Path, key: str, value: object, id: str) -> None:
    change(home, None, "devices.volume", 0.3)
    before = (home / FILE).read_bytes()
    with pytest.raises(SettingsError) as wrong:
        change(home, None, key, value)
    assert wrong.value.id == id
    assert (home / FILE).read_bytes() == before


def test_a_file_torn_anywhere_counts_as_the_one_before_it(home: Path) -> None:
    change(home, None, "devices.volume", 0.3)
    change(home, None, "site.helper", "pos satpam")
    whole, previous = (home / FILE).read_bytes(), (home / PREVIOUS).read_bytes()
    for length in range(len(whole.rstrip())):
        (home / FILE).write_bytes(whole[:length])
        (home / PREVIOUS).write_bytes(previous)
        found = load(home)
        assert (found.devices.volume, found.site.helper) == (0.3, "pengurus pasar"), length
        assert (home / DAMAGED).read_bytes() == whole[:length]
        assert kept(home).now == {"devices.volume": 0.3}  # and it can be changed again


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"[set]\nx = 1\n[before]\n[end]\nwhole = true\n",
        b'[set]\n"devices.volume" = 9\n[before]\n[end]\nwhole = true\n',
    ],
)
def test_a_damaged_file_without_another_one_leaves_the_sites_settings(home: Path, site: Path, content: bytes) -> None:
    home.mkdir()
    (home / FILE).write_bytes(content)
    assert load(home, site).devices.volume == 0.7
    assert (home / DAMAGED).read_bytes() == content
    assert not (home / FILE).exists()


def test_a_disk_that_takes_nothing_leaves_what_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(home, None, "devices.volume", 0.3)

    def full(*_: object) -> int:
        raise OSError(28, "full")

    monkeypatch.setattr(officer_settings.os, "write", full)
    with pytest.raises(SettingsError, match=r"settings\.unwritable"):
        change(home, None, "devices.volume", 0.9)
    monkeypatch.undo()
    assert load(home).devices.volume == 0.3


def test_two_officers_at_once_see_each_other(home: Path) -> None:
    change(home, None, "devices.volume", 0.3)
    seen = kept(home).stamp  # the page that the first one looks at
    change(home, None, "panel.brightness", 0.6)  # the second one, from afar
    with pytest.raises(SettingsError) as late:
        change(home, None, "devices.volume", 0.9, seen)
    assert late.value.id == "settings.elsewhere"
    assert all(f"{kind}.{late.value.id}" in words("id") for kind in ("error", "cure"))
    assert load(home).devices.volume == 0.3
    assert change(home, None, "devices.volume", 0.9, kept(home).stamp).panel.brightness == 0.6


def test_many_at_once_lose_nothing(home: Path) -> None:
    keys = {"devices.volume": 0.3, "panel.brightness": 0.6, "site.helper": "satpam", "devices.paper_mm": 80}
    threads = [threading.Thread(target=change, args=(home, None, key, value)) for key, value in keys.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert kept(home).now == keys


def test_the_power_goes_while_a_damaged_file_is_put_aside(home: Path) -> None:
    change(home, None, "devices.volume", 0.4)
    change(home, None, "panel.brightness", 0.6)
    (home / FILE).replace(home / DAMAGED)  # and then it was dark
    assert load(home).devices.volume == 0.4
    assert kept(home).now == {"devices.volume": 0.4}


def test_two_damaged_files_leave_settings_that_can_be_changed(home: Path) -> None:
    home.mkdir()
    (home / FILE).write_bytes(b"torn")
    (home / PREVIOUS).write_bytes(b"torn, too")
    assert load(home).devices.volume == 0.8
    assert change(home, None, "devices.volume", 0.4).devices.volume == 0.4
