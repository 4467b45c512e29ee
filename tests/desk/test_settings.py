"""An officer's settings, service and machine against a real store: checked, kept, and told of in the record."""

from datetime import datetime
from pathlib import Path

import pytest

from kiosk import officer_settings
from kiosk.clock import EARLIEST_MS, StillClock
from kiosk.commands import record
from kiosk.commands import set as set_command
from kiosk.desk import Desk
from kiosk.desk.machine import Machine
from kiosk.desk.service import Closing
from kiosk.desk.settings import OfficersSettings
from kiosk.domain.act import Kind
from kiosk.domain.errand import Kind as ErrandKind
from kiosk.domain.errors import StoreFull
from kiosk.journey.officer.events import DeskFailed, Told
from kiosk.journey.officer.service import MESSAGES, Close, SeeService, ServiceView
from kiosk.journey.officer.settings import (
    BeginAnew,
    Changed,
    Ending,
    JoinCentre,
    MachineView,
    SeeMachine,
    SeeSettings,
    Set,
    SetClock,
    SettingsView,
)
from kiosk.keeper import StoreKeeper
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.identity import Identity
from kiosk.store.lock import single_instance
from kiosk.words import load


class Bench:
    def __init__(self, store: Store, identity: Identity | None, config: Settings, clock: StillClock) -> None:
        self.store, self.set_to = store, list[datetime]()
        self.desk = Desk(
            (
                OfficersSettings(store, identity, config, None, store.home / "root"),
                Closing(store, identity),
                Machine(store, identity, clock, config.zone, self.set_to.append),
            )
        )

    def settings(self) -> SettingsView:
        answer = self.desk.do(SeeSettings(), "0417")
        assert isinstance(answer, Told)
        assert isinstance(answer.view, SettingsView)
        return answer.view

    def set(self, key: str, value: str) -> object:
        return self.desk.do(Set(key, value, self.settings().stamp), "0417")

    def value(self, key: str) -> str:
        line = self.settings().line(key)
        assert line
        return line.value

    def acts(self) -> list[tuple[Kind, str, dict[str, object]]]:
        return [
            (kept.act.kind, kept.act.officer, dict(kept.act.facts)) for kept in reversed(self.store.acts.latest(99))
        ]


@pytest.fixture
def bench(store: Store, identity: Identity, config: Settings, clock: StillClock) -> Bench:
    return Bench(store, identity, config, clock)


def failure(answer: object) -> str:
    assert isinstance(answer, DeskFailed), answer
    return answer.id


def test_every_setting_has_a_value_words_and_a_choice(bench: Bench) -> None:
    lines = bench.settings().lines
    assert tuple(line.key for line in lines) == officer_settings.KEYS
    for language in ("id", "jv", "en"):
        assert all(f"setting.{line.key}" in load(language) for line in lines)
    assert all(line.options or line.digits or line.key.endswith("_source") for line in lines)


def test_volume_counts_at_once_the_market_after_a_restart(bench: Bench) -> None:
    louder = bench.set("devices.volume", "40")
    assert isinstance(louder, Changed)
    assert (louder.volume, louder.brightness, louder.view.pending) == (0.4, None, False)
    moved = bench.set("site.market", "Pasar Klewer")
    assert isinstance(moved, Changed)
    assert (moved.volume, moved.view.pending) == (None, True)
    assert bench.acts() == [
        (Kind.SET, "0417", {"setting": "devices.volume", "old": "80", "new": "40"}),
        (Kind.SET, "0417", {"setting": "site.market", "old": "Pasar Gede Hardjonagoro", "new": "Pasar Klewer"}),
    ]
    bench.set("devices.volume", "")
    assert bench.value("devices.volume") == "80"


def test_a_wording_may_name_somebody_and_is_in_no_record(bench: Bench) -> None:
    bench.set("site.helper_phone", "081200000000")
    assert bench.value("site.helper_phone") == "081200000000"
    assert "081200000000" not in str(bench.acts())


@pytest.mark.parametrize(
    ("key", "value", "id"),
    [
        ("site.market", "Pasar Entah", "settings.market"),
        ("site.helper_phone", "nol delapan", "settings.value"),
        ("devices.printer_source", "/dev/usb/lp7", "settings.no_device"),
        ("devices.volume", "x", "settings.value"),
        ("devices.volume", "300", "settings.value"),
        ("panel.diagonal_inch", "900", "settings.value"),
        ("central.port", "1", "settings.unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(bench: Bench, key: str, value: str, id: str) -> None:
    assert failure(bench.set(key, value)) == id
    assert bench.acts() == []
    assert all(f"{kind}.{id}" in load("id") for kind in ("error", "cure"))


def test_a_full_disk_leaves_no_change_that_nobody_recorded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreFull("store.full")

    stamp = bench.settings().stamp
    with monkeypatch.context() as broken:
        broken.setattr(bench.store.acts, "keep", full)
        assert failure(bench.desk.do(Set("devices.volume", "40", stamp), "0417")) == "store.full"
    assert bench.value("devices.volume") == "80"
    assert bench.acts() == []


def test_a_device_that_is_there_is_offered_and_taken(bench: Bench) -> None:
    node = bench.store.home / "root" / "dev" / "usb" / "lp0"
    node.parent.mkdir(parents=True)
    node.touch()
    line = bench.settings().line("devices.printer_source")
    assert line
    assert "/dev/usb/lp0" in line.options
    assert isinstance(bench.set("devices.printer_source", "/dev/usb/lp0"), Changed)


def test_somebody_from_afar_and_the_screen_at_once(
    bench: Bench, config: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = bench.settings().stamp
    assert set_command.run(bench.store.home, config, None, "panel.brightness", "60", back=False) == 0
    assert "panel.brightness" in capsys.readouterr().out
    assert failure(bench.desk.do(Set("devices.volume", "20", seen), "0417")) == "settings.elsewhere"
    assert bench.value("panel.brightness") == "60"  # the page shows it as it is now
    assert isinstance(bench.set("devices.volume", "20"), Changed)
    assert bench.value("panel.brightness") == "60"


def test_the_record_from_afar_says_what_the_page_says(
    bench: Bench, config: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.set("devices.volume", "40")
    bench.desk.do(Close("paper"), "0417")
    assert record.run(bench.store.home, config, last=9, as_json=False) == 0
    newest, first = capsys.readouterr().out.splitlines()
    assert newest.endswith("0417  Kios ditutup: Kehabisan kertas")
    assert first.endswith("0417  Keras suara: 40 (dulu 80)")


@pytest.mark.parametrize("message", MESSAGES)
def test_out_of_service_is_told_to_traders_and_outlives_a_restart(
    bench: Bench, message: str, identity: Identity, config: Settings, clock: StillClock
) -> None:
    bench.desk.do(Close(message), "0417")
    bench.desk.do(Close(message), "0417")  # the second half of a double tap
    assert bench.acts() == [(Kind.CLOSED, "0417", {"service": message})]
    with Store.open(bench.store.home, config.store, clock) as later:
        status = StoreKeeper(later, identity, None, clock, config).status()
    assert status.closed_reason == f"service.{message}"
    assert all(f"closed.service.{message}" in load(language) for language in ("id", "jv", "en"))
    bench.desk.do(Close(""), "0417")
    assert bench.desk.do(SeeService(), "0417") == Told(ServiceView("", clock.wall_ms()))
    assert StoreKeeper(bench.store, identity, None, clock, config).status().closed_reason == ""


def test_the_clock_is_set_and_written_down(bench: Bench, clock: StillClock, config: Settings) -> None:
    bench.desk.do(SetClock("221120262359"), "0417")
    (when,) = bench.set_to
    assert f"{when.astimezone(config.zone):%Y-%m-%d %H:%M}" == "2026-11-22 23:59"
    kind, officer, facts = bench.acts()[0]
    assert (kind, officer) == (Kind.CLOCK_SET, "0417")
    assert facts["by_s"] == (int(when.timestamp() * 1000) - clock.wall_ms()) // 1000


@pytest.mark.parametrize(
    ("digits", "id"),
    [("311220259999", "clock.no_time"), ("310220261200", "clock.no_time"), ("010119700000", "clock.too_early")],
)
def test_a_time_that_cannot_be_is_not_set(bench: Bench, digits: str, id: str) -> None:
    assert failure(bench.desk.do(SetClock(digits), "0417")) == id
    assert bench.set_to == []
    assert bench.acts() == []


def test_a_clock_set_back_reorders_nothing(bench: Bench, clock: StillClock, identity: Identity) -> None:
    bench.desk.do(Close("paper"), "0417")
    clock.advance(-3 * 86_400)  # by somebody's hand: the machine itself has run on
    clock.booted_ms -= 3 * 86_400_000
    bench.desk.do(Close(""), "0417")
    seqs = [kept.seq for kept in bench.store.acts.latest(9)]
    assert seqs == sorted(seqs, reverse=True)
    assert [kind for kind, _, _ in bench.acts()] == [Kind.CLOSED, Kind.OPENED]


def test_a_restart_is_written_down_first(bench: Bench) -> None:
    assert bench.desk.do(BeginAnew(), "0417") == Ending()
    assert bench.acts()[0][0] is Kind.RESTARTED


def test_a_kiosk_has_one_centre(bench: Bench) -> None:
    assert failure(bench.desk.do(JoinCentre("https://lain.example.id", "AB12"), "0417")) == "identity.exists"


def test_a_machine_that_is_none_yet_asks_the_daemon(store: Store, config: Settings, clock: StillClock) -> None:
    bench = Bench(store, None, config, clock)
    wanted = JoinCentre("https://pusat.example.id", "AB12")
    assert failure(bench.desk.do(wanted, "0417")) == "errand.no_daemon"
    with single_instance(store.home):
        bench.desk.do(wanted, "0417")
    asked = store.errands.newest(ErrandKind.PROVISION)
    assert asked
    assert dict(asked.arguments) == {"url": "https://pusat.example.id", "code": "AB12"}
    answer = bench.desk.do(SeeMachine(), "0417")
    assert isinstance(answer, Told)
    assert isinstance(answer.view, MachineView)
    assert (answer.view.kiosk, answer.view.errand) == ("", asked)
    assert EARLIEST_MS > 0


def test_all_that_officers_do_has_words() -> None:
    for language in ("id", "jv", "en"):
        assert all(f"act.{kind}" in load(language) for kind in Kind)


def test_the_files_of_the_settings_are_the_kiosks_own(bench: Bench) -> None:
    bench.set("devices.volume", "40")
    path: Path = bench.store.home / officer_settings.FILE
    assert path.stat().st_mode & 0o077 == 0
