"""What is said in a visit, when, and in which language; what is never said; how a recording takes its place."""

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fakes import CODE, NAME, NIK, context
from test_visit import fill_in

from kiosk import words
from kiosk.devices.speaker_journal import JournalSpeaker
from kiosk.domain.outcome import MENDABLE
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.flow import FLOW, TRADER
from kiosk.ui.prompts import EFFECTS, KINDS, VOICE, Clips, comes_up, every_clip, prompt, speakable, spoken
from kiosk.ui.voice import HINT_S, SAME_HINT_S, Voice
from kiosk.words import LANGUAGES, placeholders

SILENT = {"attract", "closed"}
ROOT = Path(__file__).parents[2]


class Heard:
    """A voice with a journal for a loudspeaker and a clock that is moved by hand."""

    def __init__(self, folder: Path = VOICE) -> None:
        self.journal, self.now = JournalSpeaker(), 100.0
        self.voice = Voice(self.journal, Clips(LANGUAGES, folder), lambda: self.now)

    @property
    def last(self) -> tuple[str, ...]:
        return self.journal.said[-1]

    def follow(self, visit: Visit) -> None:
        self.voice.follow(visit, words.load(visit.language))


@pytest.fixture
def heard(stage):  # type: ignore[no-untyped-def]
    """The running front with such a voice."""
    before, made = stage.front.voice, Heard()
    stage.front.voice = made.voice
    stage.front.voice.follow(stage.front.visit, stage.front.tr._)
    yield made
    stage.front.voice = before


# the table


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_says_something_that_has_no_placeholder(language: str) -> None:
    known = words.load(language)
    for step in TRADER:
        said = prompt(known, step, state="waiting", reason="too_old")
        assert bool(said) == (step not in SILENT), step
        assert not any(placeholders(known(id)) for id in said), step
    assert not any(placeholders(known(id)) for id in every_clip(known))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_comes_up_can_be_said(language: str) -> None:
    known = words.load(language)
    silent = {id for id in known.ids if comes_up(id) and not spoken(known, id)}
    general = {id for id in silent if id.startswith("sorry.") and prompt(known, "sorry", reason=id[6:-3])[1:]}
    assert silent - general == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_is_said_has_its_clip_and_no_clip_is_left_over(language: str) -> None:
    clips = {path.stem for path in (VOICE / language).iterdir() if path.suffix in KINDS}
    assert clips == every_clip(words.load(language))
    assert all(sound.is_file() for sound in EFFECTS)


def test_the_voice_stays_small() -> None:
    assert sum(path.stat().st_size for path in VOICE.rglob("*") if path.is_file()) <= 4.5 * 2**20


def test_a_sentence_with_a_placeholder_cannot_be_said() -> None:
    known = words.Words("id", {"a.title": "NIK {nik}", "b.title": "Baik"})
    assert not speakable(known, "a.title")
    assert (spoken(known, "a.title"), spoken(known, "b.title"), spoken(known, "c.title")) == ("", "b.title", "")


# a visit


def test_a_whole_visit_is_spoken(stage, heard) -> None:  # type: ignore[no-untyped-def]
    steps = []
    follow = heard.voice.follow
    heard.voice.follow = lambda visit, known: (steps.append(visit.step), follow(visit, known))
    fill_in(stage)
    stage.tap("go")
    stage.until(lambda: stage.front.visit.step == "receipt")
    known = words.load("id")
    for step in dict.fromkeys(step for step in steps if step not in SILENT):
        wanted = tuple(f"id/{id}" for id in prompt(known, step, state="waiting"))
        assert wanted in heard.journal.said, step
    everything = " ".join(id for said in heard.journal.said for id in said)
    assert not any(secret in everything for secret in (NIK, NIK[-4:], NAME, CODE, "33600", "0812"))
    assert heard.journal.effects.count("good") == 2  # the card was read, the enrolment kept
    assert heard.journal.effects.count("click") > 20
    stage.tap("done")
    assert heard.last == ()  # the start is silent, and cuts what was being said


def test_consent_is_read_aloud_whole(stage, heard) -> None:  # type: ignore[no-untyped-def]
    stage.tap("go")
    assert stage.front.visit.step == "consent"
    for part in ("title", "controller", "registration", "registration_sub", "association_sub", "reminders_sub"):
        assert f"id/consent.{part}" in heard.last


@pytest.mark.parametrize("step", sorted(TRADER.keys() - SILENT))
def test_another_language_is_heard_at_once(stage, heard, step: str) -> None:  # type: ignore[no-untyped-def]
    import scenes

    visit = next(visit for _, visit, _ in scenes.scenes(context()) if visit.step == step)
    stage.at(visit)
    before = heard.last
    assert before
    assert all(id.startswith("id/") for id in before)
    stage.front.post(ev.LanguageChosen("jv"))
    assert heard.last
    assert all(id.startswith("jv/") for id in heard.last)
    if step != "language":  # which leads on
        assert [id[3:] for id in heard.last] == [id[3:] for id in before]


def test_the_sheet_switches_and_keeps_what_was_typed(stage, heard) -> None:  # type: ignore[no-untyped-def]
    for target in ("go", "tick.registration", "go", "type", "key.3", "key.3", "key.7"):
        stage.tap(target)
    stage.tap("lang")
    assert set(stage.targets()) == {"lang.id", "lang.jv", "lang.en"}
    stage.tap("lang.jv")
    assert (stage.front.tr.lang, stage.front.page.draft, stage.front.sheet) == ("jv", "337", None)
    stage.tap("lang")
    stage.touch(3, 3)  # beside it
    assert (stage.front.sheet, stage.front.visit.step) == (None, "nik")
    stage.tap("key.2")
    assert stage.front.page.draft == "3372"


def test_replay_and_mute_stand_on_every_step_and_the_next_visit_is_loud_again(stage, heard) -> None:  # type: ignore[no-untyped-def]
    from kiosk.ui import theme

    stage.tap("go")
    _, _, width, height = stage.targets()["mute"]
    assert min(theme.true_mm(width), theme.true_mm(height)) >= 19.9
    said = heard.last
    stage.tap("again")
    assert heard.last == said
    stage.tap("mute")
    assert heard.last == ()
    count, clicks = len(heard.journal.said), len(heard.journal.effects)
    stage.tap("tick.registration")
    stage.tap("go")
    assert stage.front.visit.step == "scan"
    assert (len(heard.journal.said), len(heard.journal.effects)) == (count, clicks)
    stage.tap("mute")
    assert heard.last == ("id/scan.title", "id/scan.sub")
    stage.tap("mute")
    stage.front.post(ev.StopAsked())
    stage.front.post(ev.Stopped())
    assert not stage.front.muted
    stage.tap("go")
    assert heard.last == said


def test_every_step_of_a_trader_has_the_two(stage) -> None:  # type: ignore[no-untyped-def]
    import scenes

    seen = set()
    for _, visit, _ in scenes.scenes(context()):
        if visit.step in seen or FLOW[visit.step].stage in ("outside", "officer"):
            continue
        seen.add(visit.step)
        stage.at(visit)
        offered = stage.targets()
        assert {"again", "mute"} <= set(offered) or stage.front.page.frame == "bare", visit.step
        assert "lang" in offered or visit.step == "language" or stage.front.page.frame == "bare", visit.step


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_heard_with_its_cause_and_the_way_to_mend_it(language: str) -> None:
    heard = Heard()
    refused = dataclasses.replace(Visit.begin(context(language=language)), step="enrolled", known_state="refused")
    nik = refused.rules.check_nik(NIK).nik
    said = {}
    for cause in (*sorted(MENDABLE), "too_old", "too_young", "enrolled_elsewhere", "signature"):
        heard.follow(Visit.begin(context(language=language)))
        heard.follow(
            dataclasses.replace(refused, known_cause=cause, answers=dataclasses.replace(refused.answers, nik=nik))
        )
        said[cause] = [id.removeprefix(f"{language}/") for id in heard.last]
    assert all(ids[0] == "enrolled.refused" for ids in said.values())
    for cause in MENDABLE:
        assert said[cause][1:] == [f"refused.{cause}", f"refused.{cause}.do", "voice.refused.mend"]
    assert said["too_old"][1:] == ["refused.too_old", "voice.refused.too_old.do"]
    assert said["signature"][1:] == ["refused.other", "voice.refused.other.do"]  # a person has to look at it
    heard.follow(Visit.begin(context(language=language)))
    heard.follow(dataclasses.replace(refused, known_cause="phone"))  # found by its code: there is no button to mend it
    assert heard.last[-1] == f"{language}/refused.phone.do"


# when


def test_hints_do_not_nag() -> None:
    heard = Heard()
    scan = dataclasses.replace(Visit.begin(context()), step="scan")
    heard.follow(scan)
    said = len(heard.journal.said)

    def after(seconds: float, hint: str) -> list[tuple[str, ...]]:
        heard.now += seconds
        heard.voice.hint(hint)
        return heard.journal.said[said:]

    assert after(1, "hint.glare") == []  # the step is still being said
    assert after(HINT_S, "hint.glare") == [("id/hint.glare",)]
    assert len(after(1, "hint.closer")) == 1  # too soon
    assert len(after(HINT_S - 1, "hint.glare")) == 1  # the same again
    assert len(after(0, "hint.closer")) == 2
    assert len(after(HINT_S, "hint.closer")) == 2
    assert len(after(SAME_HINT_S - HINT_S, "hint.closer")) == 3
    assert len(after(60, "")) == 3


def test_a_notice_is_said_with_the_sound_of_failure_each_time() -> None:
    heard = Heard()
    nik = dataclasses.replace(Visit.begin(context()), step="nik")
    heard.follow(nik)
    heard.follow(dataclasses.replace(nik, notice="nik.notice.serial"))
    heard.follow(dataclasses.replace(nik, notice="nik.notice.serial"))
    assert heard.journal.said[-2:] == [("id/nik.notice.serial",)] * 2
    assert heard.journal.effects == ["bad", "bad"]


def test_a_missing_clip_is_silent_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard(tmp_path)
    scan = dataclasses.replace(Visit.begin(context()), step="scan")
    heard.follow(scan)
    heard.voice.replay()
    assert heard.journal.said == [(), ()]
    told = [record.facts["id"] for record in caplog.records if record.message == "voice.clip_missing"]
    assert told == ["scan.title", "scan.sub"]


def test_a_recorded_voice_takes_the_place_of_a_made_one_by_its_name_alone(tmp_path: Path) -> None:
    shutil.copytree(VOICE, tmp_path / "voice")
    recorded = tmp_path / "voice" / "jv" / "scan.title.ogg"
    shutil.copy(EFFECTS[1], recorded)
    assert Clips(LANGUAGES, tmp_path / "voice").find("jv", "scan.title") == recorded
    recorded.unlink()
    wav = recorded.with_suffix(".wav")
    wav.touch()
    assert Clips(LANGUAGES, tmp_path / "voice").find("jv", "scan.title") == wav


def test_the_hint_on_the_glass_is_said(stage, heard) -> None:  # type: ignore[no-untyped-def]
    for target in ("go", "tick.registration", "go"):
        stage.tap(target)
    heard.now += HINT_S
    stage.front.page.hint = "hint.glare"
    stage.front._hint(0)
    assert heard.last == ("id/hint.glare",)
    stage.sight.present = False
    stage.front.page._look_again()
    heard.now += HINT_S
    stage.front._hint(0)
    assert heard.last == ("id/scan.absent_sub",)


# the mixer

PLAY = """
import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
from kiosk.settings import load
from kiosk.ui.window import _environment
_environment(load().panel)
from kivy.clock import Clock
from kiosk.ui.prompts import EFFECTS, VOICE
from kiosk.ui.sound import SdlPlayer
player = SdlPlayer(0.8, lambda: True)
player.open(EFFECTS)
assert player.play(VOICE / "id" / "confirm.yes.ogg") is False
assert player.play(VOICE / "id" / "hint.glare.ogg")
end = time.monotonic() + 20
while player.playing() and time.monotonic() < end:
    Clock.tick()
assert not player.playing()
player.effect(EFFECTS[1])
player.stop()
"""


def test_the_mixer_really_plays_the_clips(tmp_path: Path) -> None:
    """SDL writes what a card would get into a file."""
    pcm = tmp_path / "sound.raw"
    driver = {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(pcm), "SDL_DISKAUDIODELAY": "0"}
    done = subprocess.run(
        [sys.executable, "-c", PLAY.format(root=str(ROOT))], env=os.environ | driver, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    samples = np.frombuffer(pcm.read_bytes(), dtype=np.int16)
    assert np.abs(samples.astype(int)).max() > 3000
    assert len(samples) > 44_100
