"""The health page against a real store: what is well is remembered, what a person tried counts and travels."""

import dataclasses
from pathlib import Path

import pytest

from kiosk.checkup.checkup import Eyes
from kiosk.clock import StillClock
from kiosk.desk import Desk
from kiosk.desk.health import Parts
from kiosk.devices.printer import Paper
from kiosk.domain.act import Kind
from kiosk.domain.health import PARTS, Health, State
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.health import HealthView, KeepTrial, PrintTrial, SeeHealth, TrialView
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.devices import FRESH_MS
from kiosk.store.identity import Identity


class Bench:
    """The printer that is looked at, and the desk before it."""

    def __init__(self, store: Store, identity: Identity, config: Settings) -> None:
        self.paper = Paper.PRINTED
        fitted = dataclasses.replace(config, devices=dataclasses.replace(config.devices, printer="escpos"))
        eyes = lambda: Eyes(printer=lambda: self.paper)  # noqa: E731
        self.parts = Parts(store, identity, fitted, eyes, lambda: self.paper)
        self.desk = Desk([self.parts])

    def see(self) -> HealthView:
        answer = self.desk.do(SeeHealth(), "0417")
        assert isinstance(answer, Told)
        assert isinstance(answer.view, HealthView)
        return answer.view

    def part(self, name: str) -> Health:
        found = self.see().part(name)
        assert found
        return found


@pytest.fixture
def bench(store: Store, identity: Identity, config: Settings) -> Bench:
    return Bench(store, identity, config)


def test_every_part_of_this_machine_is_found(bench: Bench) -> None:
    names = [one.finding.part for one in bench.see().parts]
    assert set(names) <= set(PARTS)
    assert {"camera", "scanner", "printer", "speaker", "touch", "disk", "clock", "network", "daemon", "database"} <= {
        *names
    }


def test_the_last_time_it_was_well_stays_when_it_is_not(bench: Bench, clock: StillClock) -> None:
    assert bench.part("printer").finding.state is State.GOOD
    good_ms = clock.wall_ms()
    clock.advance(FRESH_MS / 1000 * 10)
    bench.paper = Paper.PAPER_OUT
    ill = bench.part("printer")
    assert (ill.finding.said, ill.known.good_ms) == ("printer.paper_out", good_ms)
    worry = bench.parts.worry()
    assert worry
    assert worry.room == "health"


def test_what_a_person_tried_is_an_act_and_counts_where_no_machine_can_tell(bench: Bench, store: Store) -> None:
    bench.paper = Paper.UNKNOWN
    assert bench.part("printer").finding.state is State.OFF
    bench.desk.do(KeepTrial("printer", True), "0417")
    assert bench.part("printer").finding.state is State.GOOD
    bench.desk.do(KeepTrial("printer", False), "0418")
    assert bench.part("printer").finding.state is State.WARN
    told = [(kept.act.kind, kept.act.officer, dict(kept.act.facts)) for kept in reversed(store.acts.latest(9))]
    assert told == [
        (Kind.TESTED, "0417", {"part": "printer", "outcome": "passed"}),
        (Kind.TESTED, "0418", {"part": "printer", "outcome": "failed"}),
    ]


def test_the_results_outlive_a_restart(
    bench: Bench, store: Store, config: Settings, clock: StillClock, tmp_path: Path
) -> None:
    bench.desk.do(KeepTrial("touch", True), "0417")
    with Store.open(tmp_path, config.store, clock) as other:
        known = other.devices.known()["touch"]
    assert (known.passed, known.tried_ms) == (True, clock.wall_ms())


def test_what_the_printer_says_of_a_trial(bench: Bench) -> None:
    bench.paper = Paper.ABSENT
    assert bench.desk.do(PrintTrial(), "0417") == Told(TrialView("absent"))
