"""The trials under a finger: each part says what came of it, and no number is shown whole."""

from typing import Any

import pytest
from fakes import NIK
from test_door import scanned

from kiosk.domain.reading import KTP, Reading
from kiosk.journey.officer.events import Told
from kiosk.journey.officer.health import KeepTrial, PrintTrial, TrialView


def test_a_slip_that_nobody_answers_for_is_asked_about(stage: Any) -> None:
    stage.desk.answers[PrintTrial] = Told(TrialView("unknown"))
    page = stage.scene("part-printer", "id")
    stage.tap("part.try")
    stage.until(lambda: bool(page.asked))
    stage.tap("part.yes")
    stage.until(lambda: KeepTrial("printer", True) in stage.desk.asked)


@pytest.mark.parametrize("said", ["absent", "lost", "paper_out"])
def test_a_printer_that_is_not_there_has_failed(stage: Any, said: str) -> None:
    stage.desk.answers[PrintTrial] = Told(TrialView(said))
    stage.scene("part-printer", "id")
    stage.tap("part.try")
    stage.until(lambda: KeepTrial("printer", False) in stage.desk.asked)


def test_a_sound_is_played_and_asked_about(stage: Any) -> None:
    stage.scene("part-sound", "id")
    stage.tap("part.no")
    stage.until(lambda: KeepTrial("speaker", False) in stage.desk.asked)


def test_a_code_that_is_scanned_shows_its_length_alone(stage: Any) -> None:
    page = stage.scene("try-scanner", "id")
    assert "try.passed" not in stage.targets()
    scanned(stage, "KOP-210189-RAHASIA")
    stage.until(lambda: page.read)
    assert "18" in page.seen
    assert "RAHASIA" not in page.seen
    stage.tap("try.passed")
    stage.until(lambda: KeepTrial("scanner", True) in stage.desk.asked)
    assert stage.front.visit.step == "part"


def test_the_camera_shows_its_picture_and_the_end_of_the_number(stage: Any) -> None:
    page = stage.scene("try-camera", "id")
    assert stage.sight.looking
    stage.sight.see(Reading(nik=NIK, source=KTP, confidence=1.0))
    stage.until(lambda: page.read)
    assert NIK[-4:] in page.seen
    assert NIK not in page.seen
    assert NIK not in repr(stage.front.visit.duty)
    stage.tap("try.failed")
    assert not stage.sight.looking
    stage.until(lambda: KeepTrial("camera", False) in stage.desk.asked)


def test_every_place_of_the_glass_has_to_be_touched(stage: Any) -> None:
    stage.scene("try-touch", "id")
    stage.front.page.ids.grid.anew()
    stage.frames(3)
    cells = [target for target in stage.targets() if target.startswith("cell.")]
    assert len(cells) == 28
    for cell in [cells[0], cells[0], *cells[1:]]:  # twice the same counts once
        assert stage.front.visit.step == "try_touch"
        stage.tap(cell)
    stage.until(lambda: KeepTrial("touch", True) in stage.desk.asked)
    assert stage.front.visit.step == "part"
