"""The queue's pages under a finger: what is asked, how far it is, and what came of it."""

from typing import Any

import fakes
import pytest
import queue_scenes

from kiosk.domain.errand import Kind, State
from kiosk.journey.officer.events import DeskFailed, Told
from kiosk.journey.officer.queue import QueueView, SeeSticks, Send


@pytest.mark.parametrize(
    ("scene", "target", "wanted"),
    [
        ("queue", "queue.sync", Send(Kind.SYNC)),
        ("queue-aside", "queue.retry", Send(Kind.RETRY)),
        ("queue-held", "queue.release", Send(Kind.RELEASE)),
        ("stick", "stick.export", Send(Kind.EXPORT, "KINGSTON")),
        ("stick", "stick.import", Send(Kind.IMPORT, "KINGSTON")),
        ("connection", "connection.test", Send(Kind.TEST)),
    ],
)
def test_a_tap_asks_the_desk(stage: Any, scene: str, target: str, wanted: Send) -> None:
    stage.scene(scene, "id")
    stage.tap(target)
    stage.until(lambda: wanted in stage.desk.asked)


def test_a_stick_that_is_too_full_is_not_written_to(stage: Any) -> None:
    page = stage.scene("stick", "id")
    stage.tap("stick.DATA")
    assert (page.chosen, page.may_write, page.may_read) == ("DATA", False, True)
    assert "stick.export" not in stage.targets()


def test_nothing_can_be_asked_twice_while_it_is_under_way(stage: Any) -> None:
    stage.scene("queue-sending", "id")
    assert "queue.sync" not in stage.targets()
    assert stage.front.page.ids.errand.part == pytest.approx(120 / 431)


def test_the_page_follows_the_daemon_and_says_what_failed(stage: Any) -> None:
    page = stage.scene("queue-sending", "id")
    standing = queue_scenes.standing(fakes.context().now_ms(), cause="offline", attempt=1)
    failed = queue_scenes.errand(Kind.SYNC, State.FAILED, cause="sync.offline")
    stage.front.post(Told(QueueView(standing, failed)))
    stage.frames(3)
    assert page.ids.errand.state == "bad"
    assert stage.front.tr._("error.sync.offline") in page.ids.errand.text
    x, y = page.ids.errand.to_window(*page.ids.errand.center)
    stage.touch(x, y)  # read and put away
    assert page.ids.errand.state == ""
    stage.front.post(Told(QueueView(queue_scenes.standing(1), failed)))
    stage.frames(3)
    assert page.ids.errand.state == ""


def test_a_failure_of_the_desk_stands_on_the_page(stage: Any) -> None:
    page = stage.scene("queue", "id")
    stage.desk.answers[Send] = DeskFailed("errand.no_daemon", {})
    stage.tap("queue.sync")
    stage.until(lambda: bool(page.failure))
    assert page.failure.startswith(stage.front.tr._("error.errand.no_daemon"))


def test_a_stick_that_is_plugged_in_is_noticed(stage: Any) -> None:
    page = stage.scene("stick-none", "id")
    assert page.missing
    assert "stick.export" not in stage.targets()
    view = next(v for n, v, _ in queue_scenes.scenes(lambda _, view, **__: view, 0) if n == "stick")
    stage.desk.answers[SeeSticks] = Told(view)
    stage.until(lambda: not page.missing)
    assert "stick.export" in stage.targets()
