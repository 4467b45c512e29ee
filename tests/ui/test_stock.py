"""Two taps for a roll; a count by hand in tenths of a roll or in pieces."""

from typing import Any

import pytest
import stock_scenes

from kiosk.journey.officer.events import Told
from kiosk.journey.officer.stock import Correct, Restock


def test_two_taps_put_in_a_roll(stage: Any) -> None:
    stage.scene("stock", "id")
    stage.desk.answers[Restock] = Told(stock_scenes.view(low=False))
    stage.tap("stock.cards")
    assert stage.front.visit.step == "refill"
    assert stage.front.page.low
    stage.tap("refill.one")
    stage.until(lambda: Restock("cards", 1) in stage.desk.asked)
    stage.until(lambda: not stage.front.page.low)


def test_nobody_takes_out_what_is_not_there(stage: Any) -> None:
    stage.scene("refill-low", "id")
    assert "refill.less" not in stage.targets()
    stage.scene("refill", "id")
    stage.tap("refill.less")
    stage.until(lambda: Restock("paper", -1) in stage.desk.asked)


@pytest.mark.parametrize(
    ("scene", "wanted"), [("count-paper", Correct("paper", 75_000)), ("count-cards", Correct("cards", 137))]
)
def test_what_was_counted_goes_to_the_ledger(stage: Any, scene: str, wanted: Correct) -> None:
    stage.scene(scene, "id")
    stage.tap("count.keep")
    stage.until(lambda: wanted in stage.desk.asked)
    assert stage.front.visit.step == "refill"


def test_more_than_anybody_can_carry_is_not_taken(stage: Any) -> None:
    page = stage.scene("count-paper", "id")
    for key in "99":
        stage.tap(f"key.{key}")
    assert not page.ready
    assert "count.keep" not in stage.targets()
