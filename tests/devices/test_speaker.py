"""The loudspeaker's worker with a hand-written driver: order, cut, absence, and that no caller waits."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from kiosk import settings
from kiosk.bootstrap import open_kiosk
from kiosk.devices.speaker import NoSpeaker, SpeakerWorker
from kiosk.devices.speaker_journal import JournalSpeaker
from kiosk.domain.errors import DeviceError

A, B, C, CLICK = (Path(f"{name}.ogg") for name in ("a", "b", "c", "click"))


class Player:
    """Writes down what it is told; a clip ends when the test says so."""

    def __init__(self, *, absent: bool = False, broken: Path | None = None) -> None:
        self.absent, self.broken = absent, broken
        self.deeds: list[str] = []
        self.told = threading.Condition()
        self.sounding = False
        self.slow = threading.Event()
        self.slow.set()

    def _note(self, deed: str) -> None:
        with self.told:
            self.deeds.append(deed)
            self.told.notify_all()

    def open(self, effects: Sequence[Path]) -> None:
        self.slow.wait(10)
        self._note("open")
        if self.absent:
            raise DeviceError("speaker.absent")

    def play(self, clip: Path) -> bool:
        self.sounding = clip != self.broken
        self._note(clip.stem)
        return self.sounding

    def playing(self) -> bool:
        return self.sounding

    def stop(self) -> None:
        if self.sounding:
            self.sounding = False
            self._note("cut")

    def effect(self, sound: Path) -> None:
        self._note(sound.stem)

    def until(self, *deeds: str) -> None:
        with self.told:
            assert self.told.wait_for(lambda: self.deeds[-len(deeds) :] == list(deeds), 10), self.deeds


@pytest.fixture
def spoken():  # type: ignore[no-untyped-def]
    made = []

    def make(**how):  # type: ignore[no-untyped-def]
        player = Player(**how)
        made.append(SpeakerWorker(player, (CLICK,)))
        return made[-1], player

    yield make
    for worker in made:
        worker.close()


def test_clips_follow_each_other_and_a_new_prompt_cuts(spoken) -> None:  # type: ignore[no-untyped-def]
    worker, player = spoken()
    worker.say([A, B])
    player.until("open", "a")
    player.sounding = False  # it has ended
    player.until("open", "a", "b")
    worker.say([C])
    player.until("a", "b", "cut", "c")
    worker.effect(CLICK)  # over it, not in its place
    player.until("c", "click")
    worker.hush()
    player.until("click", "cut")
    assert worker.state == "ok"


def test_what_waits_is_dropped_when_something_new_is_said(spoken) -> None:  # type: ignore[no-untyped-def]
    worker, player = spoken()
    worker.say([A, B])
    player.until("open", "a")
    worker.say([C])
    player.until("a", "cut", "c")
    player.sounding = False
    worker.effect(CLICK)
    player.until("c", "click")
    assert "b" not in player.deeds


def test_nobody_waits_for_a_device_that_opens_slowly(spoken) -> None:  # type: ignore[no-untyped-def]
    worker, player = spoken()
    player.slow.clear()
    for clip in (A, B, C):
        worker.say([clip])
    assert player.deeds == []
    player.slow.set()
    player.until("open", "c")
    assert player.deeds == ["open", "c"]


def test_without_a_card_it_is_silent_and_says_so_once(spoken, caplog) -> None:  # type: ignore[no-untyped-def]
    worker, player = spoken(absent=True)
    worker.say([A])
    player.until("open")
    for _ in range(3):
        worker.say([B])
        worker.effect(CLICK)
    worker.close()
    assert worker.state == "absent"
    assert player.deeds == ["open"]
    assert [record.message for record in caplog.records] == ["speaker.absent"]


def test_a_broken_clip_is_passed_over_and_told_once(spoken, caplog) -> None:  # type: ignore[no-untyped-def]
    worker, player = spoken(broken=A)
    worker.say([A, B])
    player.until("open", "a", "b")
    worker.say([A, C])
    player.until("cut", "a", "c")
    assert [record.message for record in caplog.records] == ["speaker.clip_broken"]


def test_the_journal_writes_what_would_be_heard(tmp_path: Path) -> None:
    path = tmp_path / "heard.jsonl"
    journal = JournalSpeaker(str(path))
    journal.say([Path("voice/id/scan.title.ogg"), Path("voice/id/scan.sub.ogg")])
    journal.effect(CLICK)
    journal.hush()
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"begin": True}, {"say": ["id/scan.title", "id/scan.sub"]}, {"effect": "click"}, {"say": []}]
    with pytest.raises(DeviceError) as raised:
        JournalSpeaker(str(tmp_path / "none" / "heard.jsonl"))
    assert raised.value.id == "speaker.journal"


@pytest.mark.parametrize(("word", "kind"), [("none", NoSpeaker), ("journal", JournalSpeaker), ("sdl", SpeakerWorker)])
def test_one_word_in_the_settings_names_the_driver(tmp_path: Path, word: str, kind: type) -> None:
    chosen = settings.load(overrides={"devices.speaker": word, "store.fingerprint_memory_kib": 64})
    kiosk = open_kiosk(tmp_path, chosen, provisioned=False)
    try:
        assert isinstance(kiosk.speaker(), kind)
    finally:
        kiosk.close()
