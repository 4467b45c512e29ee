"""Details, saving, the slip and coming back, by touches into the window; and the bad luck that these meet."""

import dataclasses
from datetime import date

import pytest
import scenes
from fakes import CODE, NAME, NIK, card, context
from test_visit import texts

from kiosk.domain.enrolment import Consent
from kiosk.domain.outcome import Due
from kiosk.domain.tariff import Month
from kiosk.journey import Visit
from kiosk.journey import events as ev
from kiosk.journey.events import KnownChecked
from kiosk.journey.receipt import Bill


class FakePrinter:
    def __init__(self) -> None:
        self.slips, self.told = [], []

    def print(self, receipt, told) -> None:  # type: ignore[no-untyped-def]
        self.slips.append(receipt)
        self.told.append(told)


@pytest.fixture
def printer(stage):  # type: ignore[no-untyped-def]
    stage.front.printer = FakePrinter()
    yield stage.front.printer
    stage.front.printer = None


def at(name: str) -> Visit:
    """The visit of a scene, at a kiosk with a printer."""
    visit = next(visit for scene, visit, _ in scenes.scenes(context()) if scene == name)
    return dataclasses.replace(visit, context=dataclasses.replace(visit.context, paper=True))


def ready(consents: tuple[str, ...] = ("registration",)) -> Visit:
    """Everything is answered: at the check page."""
    visit = at("check")
    given = tuple(Consent(purpose, True, "2026-11", "id", 1) for purpose in consents)
    return dataclasses.replace(visit, answers=dataclasses.replace(visit.answers, consents=given, understood=True))


def saved(stage):  # type: ignore[no-untyped-def]
    stage.at(ready())
    stage.tap("go")
    stage.until(lambda: stage.front.visit.step == "receipt")
    return stage.front.page


# typing


def test_a_name_by_its_keys(stage) -> None:  # type: ignore[no-untyped-def]
    visit = at("name")
    page = stage.at(dataclasses.replace(visit, answers=dataclasses.replace(visit.answers, card_name="")))
    assert "go" not in stage.targets()
    for key in ("D", "'", "C", "R", "space", ".", ",", "-", "Z", "backspace"):
        stage.tap(f"key.{key}", ready=False)
    assert page.draft == "D'CR .,-"
    for _ in range(80):
        page.key("A")
    assert len(page.draft) == 60


@pytest.mark.parametrize("text", ["佐藤", "Слава", "ꦱꦶꦠꦶ", "<b>", "4711"])
def test_a_name_in_another_script_is_refused_kindly(stage, text: str) -> None:  # type: ignore[no-untyped-def]
    page = stage.at(at("name"))
    stage.front.post(ev.NameGiven(text))
    assert (stage.front.visit.step, page.notice) == ("name", "name.notice.letters")
    assert text not in texts(stage.front)


@pytest.mark.parametrize("step", ["name", "phone"])
def test_a_code_scanned_in_the_middle_of_typing_types_nothing(stage, step: str) -> None:  # type: ignore[no-untyped-def]
    from kivy.core.window import Window

    page = stage.at(at(step))
    draft = page.draft
    for letter in NIK:
        Window.dispatch("on_textinput", letter)
    Window.dispatch("on_key_down", 13, 40, "\r", [])
    stage.frames(3)
    assert (stage.front.visit.step, page.draft, stage.scanner.looking) == (step, draft, False)


def test_two_fingers_press_two_keys_and_lose_nothing(stage) -> None:  # type: ignore[no-untyped-def]
    from kivy.base import EventLoop
    from kivy.core.window import Window

    visit = at("phone")
    page = stage.at(dataclasses.replace(visit, answers=dataclasses.replace(visit.answers, phone=None)))
    fingers = []
    for key in ("key.0", "key.8"):
        x, y, width, height = stage.targets()[key]
        fingers.append(stage._finger(x + width / 2, Window.height - y - height / 2))
    for phase in ("begin", "end"):
        for finger in fingers:
            EventLoop.post_dispatch_input(phase, finger)
    stage.frames(2)
    assert page.draft == "08"


def test_a_landline_is_refused_with_its_own_words(stage) -> None:  # type: ignore[no-untyped-def]
    page = stage.at(at("phone"))
    stage.front.post(ev.PhoneGiven("0271712345"))
    assert page.notice == "phone.notice.landline"


# the association


def test_one_touch_answers_the_association(stage) -> None:  # type: ignore[no-untyped-def]
    visit = ready(("registration", "association"))
    answers = dataclasses.replace(visit.answers, association=None)
    stage.at(dataclasses.replace(visit, step="association", answers=answers))
    assert stage.scanner.looking
    stage.tap("tile.PGS")
    assert (stage.front.visit.step, stage.front.visit.answers.association) == ("check", "PGS")
    stage.tap("change.association")
    stage.tap("tile.none")
    assert (stage.front.visit.step, stage.front.visit.answers.association) == ("check", "")


def test_the_letters_of_an_association_typed(stage) -> None:  # type: ignore[no-untyped-def]
    visit = ready(("registration", "association"))
    page = stage.at(dataclasses.replace(visit, step="association"))
    stage.tap("type")
    for letter in "XYZ":
        stage.tap(f"key.{letter}", ready=False)
    stage.tap("go")
    assert (page.notice, page.draft) == ("association.notice.unknown", "XYZ")
    for _ in range(3):
        stage.tap("key.backspace", ready=False)
    for letter in "KOP":
        stage.tap(f"key.{letter}", ready=False)
    stage.tap("go")
    assert (stage.front.visit.step, stage.front.visit.answers.association) == ("check", "KOP")


# check


@pytest.mark.parametrize("step", ["name", "occupation", "employer", "income", "programme", "phone", "birth"])
def test_every_answer_can_be_changed_and_left_as_it_was(stage, step: str) -> None:  # type: ignore[no-untyped-def]
    stage.at(ready())
    before = stage.front.visit.answers
    stage.tap(f"change.{step}")
    assert stage.front.visit.step == step
    stage.tap("back")
    assert (stage.front.visit.step, stage.front.visit.answers) == ("check", before)


# saving


@pytest.mark.parametrize("reason", ["store.unwritable", "store.full", "store.busy", "store.damaged"])
def test_a_database_that_cannot_be_written_ends_kindly(stage, reason: str) -> None:  # type: ignore[no-untyped-def]
    stage.keeper.fails = reason
    stage.at(ready())
    stage.tap("go")
    stage.until(lambda: stage.front.visit.step == "sorry")
    assert stage.front.page.do
    assert NAME not in texts(stage.front)


def test_a_double_tap_on_save_keeps_one(stage) -> None:  # type: ignore[no-untyped-def]
    stage.at(ready())
    stage.front.page.go()
    stage.front.page.go()
    stage.until(lambda: stage.front.visit.step == "receipt")
    assert len(stage.keeper.kept) == 1


# the slip


def test_paper_out_is_told_and_tried_again_once(stage, printer) -> None:  # type: ignore[no-untyped-def]
    page = saved(stage)
    assert [slip.code for slip in printer.slips] == [CODE]
    assert page.paper == "printing"
    assert "print" not in stage.targets()
    printer.told[0]("paper_out")
    stage.until(lambda: page.paper == "paper_out")
    assert stage.front.visit.step == "receipt"
    assert stage.front.tr._("receipt.paper.paper_out") in texts(stage.front)
    stage.ready()
    page.aside()
    page.aside()  # the second half of a double tap
    assert len(printer.slips) == 2
    printer.told[1]("printed")
    stage.until(lambda: page.paper == "printed")
    assert "print" not in stage.targets()
    stage.tap("done")
    assert stage.front.visit.step == "attract"
    assert CODE not in texts(stage.front)


def test_a_printer_that_answers_after_the_visit_shows_nothing(stage, printer) -> None:  # type: ignore[no-untyped-def]
    saved(stage)
    stage.tap("done")
    printer.told[0]("lost")
    stage.frames(3)
    assert stage.front.visit.step == "attract"
    assert stage.front.pages["receipt"].paper == ""


# coming back


def returning(stage, *state: str) -> None:  # type: ignore[no-untyped-def]
    seen = at("scan")
    paper = dataclasses.replace(seen.context, paper=stage.front.printer is not None)
    visit = dataclasses.replace(seen, answers=ready().answers, context=paper)
    stage.keeper.known = lambda nik: KnownChecked(nik[-4:], CODE, *state)
    stage.at(visit)
    stage.sight.see(card())
    stage.until(lambda: stage.front.visit.known is not None)
    stage.tap("yes")
    stage.until(lambda: stage.front.visit.step == "enrolled")


@pytest.fixture
def known(stage):  # type: ignore[no-untyped-def]
    yield
    del stage.keeper.known


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("state", ["waiting", "sent", "accepted", "member"])
def test_where_it_stands(stage, state: str) -> None:  # type: ignore[no-untyped-def]
    returning(stage, state)
    tr = stage.front.tr
    assert stage.front.page.title == tr._(f"enrolled.{state}.title")
    assert tr._("outcome.number") not in [
        w.text for w in stage.front.page.walk() if getattr(w, "text", "") and w.parent.opacity
    ]
    assert NAME not in texts(stage.front)
    stage.tap("done")
    assert stage.front.visit.step == "attract"


@pytest.mark.usefixtures("known")
def test_a_number_only_when_the_centre_sent_one_and_gone_afterwards(stage) -> None:  # type: ignore[no-untyped-def]
    returning(stage, "accepted", "", "12345678901")
    assert "12345678901" in texts(stage.front)
    stage.tap("done")
    assert "12345678901" not in texts(stage.front)


@pytest.mark.usefixtures("known")
def test_who_pays_again_sees_the_code_prints_it_and_leaves_nothing(stage, printer) -> None:  # type: ignore[no-untyped-def]
    due = Due(Month(2027, 1), "88810012345678", 16_800)
    returning(stage, "accepted", "", "12345678901", due)
    tr, page = stage.front.tr, stage.front.page
    assert page.title == tr._("enrolled.due.title")
    shown = texts(stage.front)
    assert "88810012345678" in shown
    assert tr._("due.until", until=tr._.month(date(2027, 1, 1))) in shown
    stage.tap("print")
    assert [type(slip) for slip in printer.slips] == [Bill]
    assert "print" not in stage.targets()
    printer.told[0]("paper_out")
    stage.until(lambda: "print" in stage.targets())
    stage.tap("done")
    assert "88810012345678" not in texts(stage.front)


@pytest.mark.usefixtures("known")
def test_a_refusal_with_its_cause_is_mended_from_here(stage) -> None:  # type: ignore[no-untyped-def]
    returning(stage, "refused", "name_differs")
    assert stage.front.page.title == stage.front.tr._("refused.name_differs")
    assert {"mend", "done"} <= set(stage.targets())
    stage.tap("mend")
    assert stage.front.visit.step == "name"


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("cause", ["too_old", "signature", "a_cause_of_tomorrow"])
def test_other_refusals_lead_to_a_person(stage, cause: str) -> None:  # type: ignore[no-untyped-def]
    returning(stage, "refused", cause)
    assert stage.front.settings.site.helper in stage.front.page.do
    assert "mend" not in stage.targets()
