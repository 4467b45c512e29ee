"""Settings: defaults, a site over them, and errors that name file, key and what was wanted."""

from pathlib import Path

import pytest

from kiosk import settings
from kiosk.domain.errors import SettingsError
from kiosk.words import load


def site(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "situs.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_and_the_shipped_example() -> None:
    assert settings.load().devices.camera == "opencv"
    example = settings.load(settings.CONFIG / "site.example.toml")
    assert example.site.market


def test_a_site_overrides_single_keys(tmp_path: Path) -> None:
    loaded = settings.load(site(tmp_path, '[devices]\ncamera = "clip"\n[panel]\ndiagonal_inch = 32\n'))
    assert (loaded.devices.camera, loaded.devices.scanner, loaded.panel.diagonal_inch) == ("clip", "wedge", 32.0)


@pytest.mark.parametrize(
    ("text", "id", "key"),
    [
        ("[devices]\ncamera = 'webcam'", "settings.value", "devices.camera"),
        ("[devices]\ncamera = 3", "settings.value", "devices.camera"),
        ("[devices]\nkamera = 'clip'", "settings.unknown", "devices.kamera"),
        ("[kamera]\nx = 1", "settings.section", "kamera"),
        ("x = 1", "settings.section", "x"),
        ("[journey]\nidle_s = -1", "settings.value", "journey.idle_s"),
        ("[journey]\nidle_s = '90'", "settings.value", "journey.idle_s"),
        ("[central]\nport = true", "settings.value", "central.port"),
        ("[panel]\nfullscreen = 1", "settings.value", "panel.fullscreen"),
        ("[languages]\norder = []", "settings.value", "languages.order"),
        ("[languages]\norder = ['xx']", "settings.value", "languages.order"),
        ("[languages]\norder = 'id'", "settings.value", "languages.order"),
        ("[site]\ntimezone = 'Mars/Olympus'", "settings.value", "site.timezone"),
        ("[site]\ntimezone = '../etc'", "settings.value", "site.timezone"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, id: str, key: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        settings.load(site(tmp_path, text))
    assert (wrong.value.id, wrong.value.facts["key"], wrong.value.facts["file"]) == (id, key, "situs.toml")
    for language in ("id", "jv", "en"):
        assert key in load(language).error(wrong.value)


@pytest.mark.parametrize("text", ["[devices\n", "a = \n", '[site]\nmarket = "unfinished'])
def test_a_damaged_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        settings.load(site(tmp_path, text))
    assert wrong.value.id == "toml.broken"
    assert "unfinished" not in str(wrong.value)


def test_a_missing_and_a_binary_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"file\.missing"):
        settings.load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"file\.unreadable"):
        settings.load(tmp_path / "binary.toml")
