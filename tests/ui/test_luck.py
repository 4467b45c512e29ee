"""Bad luck at the glass: odd names, fingers that stay down, a camera that is pulled, a card that is not read."""

import dataclasses

import pytest
import scenes
from conftest import SIZE
from fakes import card, context
from test_glass import broken_word, lies_in, shown
from test_visit import fill_in, texts

from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.visit import CONSENT_TEXT, PURPOSES
from kiosk.words import load

LONG = "RADEN AJENG SITI SPESIMEN PUSPITANINGRUM KUSUMODEWI HADINING"
LANGUAGES = ("id", "jv", "en")


def at(name: str, language: str = "id") -> Visit:
    return next(visit for scene, visit, _ in scenes.scenes(context(language=language)) if scene == name)


# names


@pytest.mark.parametrize("name", ["SUPARMI", LONG, "DJOKO S.PD., M.PD"], ids=["one word", "sixty letters", "titles"])
def test_a_name_is_kept_as_it_stands_on_the_card(stage, name: str) -> None:  # type: ignore[no-untyped-def]
    see = stage.sight.see
    stage.sight.see = lambda _: see(card(name=name))
    try:
        fill_in(stage)
    finally:
        del stage.sight.see
    assert name.split(maxsplit=1)[0] in texts(stage.front)
    stage.tap("go")
    stage.until(lambda: stage.front.visit.step == "receipt")
    (kept,) = stage.keeper.kept
    assert kept.name == name


# fingers


def finger_on(stage, target: str):  # type: ignore[no-untyped-def]
    """A finger on the target's middle that stays down."""
    from kivy.base import EventLoop
    from kivy.core.window import Window

    x, y, width, height = stage.targets()[target]
    finger = stage._finger(x + width / 2, Window.height - y - height / 2)
    EventLoop.post_dispatch_input("begin", finger)
    return finger


def lift(stage, finger) -> None:  # type: ignore[no-untyped-def]
    from kivy.base import EventLoop

    EventLoop.post_dispatch_input("end", finger)
    stage.frames(3)


def test_a_finger_that_rests_on_the_glass_while_the_page_changes_presses_nothing(stage) -> None:  # type: ignore[no-untyped-def]
    stage.at(at("check"))
    finger = finger_on(stage, "go")
    stage.front.post(ev.IdleElapsed())
    assert stage.front.visit.step == "still_there"
    stage.ready()
    lift(stage, finger)
    assert (stage.front.visit.step, stage.keeper.kept) == ("still_there", [])


def test_a_finger_that_comes_down_during_the_change_presses_nothing_later(stage) -> None:  # type: ignore[no-untyped-def]
    stage.tap("go")
    assert stage.front.visit.step == "consent"
    assert stage.front.glass.deaf_until > 0
    finger = finger_on(stage, "no")  # the page has just come: the glass is deaf
    stage.ready()
    lift(stage, finger)
    assert stage.front.visit.step == "consent"


# a camera that is pulled, a clock that stands in 1970


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_camera_pulled_while_it_looks_leads_to_typing_and_is_taken_again(stage, language: str) -> None:  # type: ignore[no-untyped-def]
    page = stage.at(at("scan", language))
    tr = stage.front.tr._
    assert tr("scan.title") in texts(stage.front)
    stage.sight.present = False
    page._look_again()
    stage.frames(2)
    shown_now = [widget.text for widget in page.walk() if getattr(widget, "text", "") and shown(widget)]
    assert {tr("scan.absent"), tr("scan.absent_sub")} <= set(shown_now)
    assert page.ids.preview.opacity == 0
    stage.sight.present = True
    page._look_again()
    assert (page.present, page.ids.preview.opacity) == (True, 1)
    stage.sight.present = False
    stage.tap("type")
    assert stage.front.visit.step == "nik"
    assert "scan" not in stage.targets()  # no way back to a camera that is not there


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clock_in_1970_closes_the_kiosk_and_says_so(stage, language: str) -> None:  # type: ignore[no-untyped-def]
    stage.keeper.closed = "clock.wrong"
    page = stage.at(dataclasses.replace(at("closed", language), reason="clock.wrong"))
    assert page.why == load(language)("closed.clock")
    stage.touch(200, 200)
    assert stage.front.visit.step == "closed"
    stage.keeper.closed = ""
    stage.front._ask_status()
    stage.until(lambda: stage.front.visit.step == "attract")


# being kind


def test_after_two_misreads_typing_is_offered_after_three_a_person(stage) -> None:  # type: ignore[no-untyped-def]
    def colours() -> tuple[str, str]:
        kinds = {w.target: w.kind for w in stage.front.page.walk() if getattr(w, "target", "") in ("type", "help")}
        return kinds["type"], kinds["help"]

    for target in ("go", "tick.registration", "go"):
        stage.tap(target)
    wanted = [("", ("quiet", "quiet")), ("misread.type", ("blue", "quiet")), ("misread.person", ("blue", "blue"))]
    for notice, kinds in wanted:
        stage.sight.see(card())
        stage.until(lambda: stage.front.visit.step == "confirm")
        stage.tap("no")
        assert (stage.front.visit.step, stage.front.page.notice) == ("scan", notice)
        assert colours() == kinds
        assert not notice or stage.front.tr._(notice) in texts(stage.front)
    stage.tap("help")
    assert stage.front.visit.step == "help"
    assert stage.front.page.person.lower() == stage.front.settings.site.helper.lower()


def test_consents_are_kept_with_their_text_language_and_time(stage) -> None:  # type: ignore[no-untyped-def]
    stage.at(Visit.begin(context(language="jv")))
    fill_in(stage)
    stage.front.post(ev.LanguageChosen("en"))  # what was read was read in Javanese
    stage.tap("go")
    stage.until(lambda: stage.front.visit.step == "receipt")
    (kept,) = stage.keeper.kept
    now = context().now_ms()
    assert [(c.purpose, c.given) for c in kept.consents] == [(p, p == "registration") for p in PURPOSES]
    assert {(c.text_version, c.at_ms) for c in kept.consents} == {(CONSENT_TEXT, now)}
    assert {c.language for c in kept.consents} == {"id"}  # the start button's own language


# every notice has its room


ON_PAPER = ".notice.missing"  # of a form that an officer types in, told on the command line
NOTICES = sorted(
    id for id in load("id").ids if (".notice." in id or id.startswith("misread.")) and not id.endswith(ON_PAPER)
)


@pytest.mark.parametrize("notice", NOTICES)
def test_every_notice_is_seen_whole(stage, notice: str) -> None:  # type: ignore[no-untyped-def]
    """Where it comes up, in every language: neither cut nor under a bar."""
    from kivy.uix.label import Label

    scene = notice.partition(".")[0].replace("misread", "scan")
    for language in LANGUAGES:
        page = stage.at(dataclasses.replace(at(scene, language), notice=notice))
        bars = [page.ids.header, page.ids.footer]
        labels = [w for w in page.walk() if isinstance(w, Label) and w.text.strip() and shown(w) and w.width > 1]
        said = " ".join(" ".join(label.text.split()) for label in labels)
        assert " ".join(load(language)(notice).split()) in said, language
        for label in labels:
            _, y = label.to_window(label.x, label.y)
            assert not broken_word(label), (language, label.text)
            for bar in () if lies_in(label, bars) else bars:
                free = y + label.texture_size[1] <= bar.y + 1 or bar.top <= y + 1
                assert free, (language, label.text, SIZE)
