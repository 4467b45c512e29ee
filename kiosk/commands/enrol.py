"""`kiosk enrol`: the trader's journey without a screen. The same table, the same rules, answers from a file."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from kiosk.bootstrap import Kiosk, open_kiosk
from kiosk.commands.answers import Given, from_csv, from_toml
from kiosk.domain import people
from kiosk.domain.errors import EnrolmentError, KioskError, PictureError, StoreError
from kiosk.domain.reading import Reading
from kiosk.journey import Visit, advance
from kiosk.journey import events as ev
from kiosk.journey.effects import CheckKnown, Effect, Keep
from kiosk.journey.visit import Answers
from kiosk.settings import Settings

MOST_EVENTS = 40  # a visit has fewer than twenty; more would mean that the table turns in circles


@dataclass(frozen=True, slots=True)
class Ending:
    """`kept` is False when this NIK had been enrolled before; `code` is then that of the first time."""

    code: str
    kept: bool


def run(
    home: Path, chosen: Settings, card: Path | None, answers: Path | None, forms: Path | None, *, as_json: bool
) -> int:
    """Exit code 0 when every enrolment is kept (or was before), else 1. Raises KioskError."""
    kiosk = open_kiosk(home, chosen)
    try:
        if forms is not None:
            return enrol_list(kiosk, forms, as_json=as_json, out=sys.stdout, err=sys.stderr)
        given = from_toml(answers) if answers else Given()
        _tell(kiosk, visit(kiosk, given, _read(kiosk, card) if card else None), as_json=as_json, out=sys.stdout)
        return 0
    finally:
        kiosk.close()


def enrol_list(kiosk: Kiosk, path: Path, *, as_json: bool, out: TextIO, err: TextIO) -> int:
    """One journey per row. A wrong row is named with its line and leaves the others alone."""
    kept = known = wrong = 0
    for line, given in from_csv(path):
        try:
            if isinstance(given, EnrolmentError):
                raise given
            ending = visit(kiosk, given, None)
        except StoreError:
            raise  # the disk, not the row: stop here; what is kept is kept
        except KioskError as error:
            wrong += 1
            print(kiosk.words("enrol.list.line", line=line, problem=kiosk.words.error(error)), file=err)
            if as_json:
                print(json.dumps({"line": line, "error": error.facts.get("reason", error.id)}), file=out)
            continue
        kept, known = kept + ending.kept, known + (not ending.kept)
        _tell(kiosk, ending, as_json=as_json, out=out, line=line)
    print(kiosk.words("enrol.list.sum", kept=kept, known=known, wrong=wrong), file=err)
    return 1 if wrong or not kept + known else 0


def visit(kiosk: Kiosk, given: Given, reading: Reading | None) -> Ending:
    """Walks one visit through the flow. Raises EnrolmentError `enrolment.<reason>` or `enrolment.answer`."""
    if given.language and given.language not in kiosk.settings.languages.order:
        raise EnrolmentError("answers.value", key="language", wanted=", ".join(kiosk.settings.languages.order))
    now = Visit.begin(dataclasses.replace(kiosk.context, paper=False))
    now = dataclasses.replace(now, answers=Answers(form=given.form))
    for _ in range(MOST_EVENTS):
        if now.step == "receipt":
            return Ending(now.code, kept=True)
        if now.step == "enrolled" and not now.mendable:
            return Ending(now.code, kept=False)
        if now.step == "sorry":
            raise EnrolmentError(f"enrolment.{now.reason}", **now.rules.eligibility.facts)
        before = now
        for event in _answer(now, given, reading):
            now, effects = advance(now, event)
            for effect in effects:
                now, _none = advance(now, _run(kiosk, effect))
        if now.notice or now == before:
            raise EnrolmentError(
                "enrolment.answer", key=before.step, reason=now.notice or f"{before.step}.notice.missing"
            )
    raise EnrolmentError("enrolment.incomplete")


def _answer(now: Visit, given: Given, reading: Reading | None) -> Iterator[ev.Event]:
    match now.step:
        case "attract":
            yield ev.Touched()
        case "language":
            yield ev.LanguageChosen(given.language or now.language)
        case "consent":
            yield ev.ConsentGiven(given.consents) if "registration" in given.consents else ev.ConsentRefused()
        case "scan":
            yield ev.CardRead(reading) if reading else ev.TypingChosen()
        case "nik":
            yield ev.NikTyped(given.nik)
        case "confirm":
            if given.nik and now.answers.nik and given.nik != now.answers.nik.digits:
                raise EnrolmentError("enrolment.card_differs")
            yield ev.Confirmed()
        case "birth" if given.birth_date:
            yield ev.BirthDateGiven(given.birth_date)
        case "married" if given.married is not None:
            yield ev.MarriedAnswered(given.married)
        case "name":
            yield ev.NameGiven(given.name or now.answers.card_name)
        case "occupation":
            yield ev.OccupationsChosen(given.occupations)
        case "employer":
            yield ev.EmployerAnswered(given.employer)
        case "understand":
            yield ev.Understood()
        case "income":
            yield ev.IncomeGiven(given.income if given.income is not None else now.rules.eligibility.least_income)
        case "programme":
            yield ev.ProgrammesChosen(given.programmes or now.programme_choices()[0], given.months)
        case "phone":
            yield ev.PhoneGiven(given.phone)
        case "association":
            yield ev.AssociationGiven(given.association)
        case "enrolled":
            yield ev.MendAsked()
        case "check" if given.name and people.name_of(given.name) != now.answers.name:  # written beats read
            yield ev.ChangeAsked("name")
            yield ev.NameGiven(given.name)
        case "check":
            yield ev.Agreed()


def _run(kiosk: Kiosk, effect: Effect) -> ev.Event:
    match effect:
        case CheckKnown(nik):
            return kiosk.keeper.known(nik)
        case Keep(enrolment):
            answer = kiosk.keeper.keep(enrolment)
            if isinstance(answer, ev.KeepFailed):
                raise StoreError(answer.reason, file="kiosk.sqlite3")
            return answer
    raise LookupError(type(effect).__name__)


def _read(kiosk: Kiosk, card: Path) -> Reading:
    from kiosk.vision import pictures  # OpenCV takes a third of a second to load: only for those who look

    if pictures.is_clip(card):
        look = kiosk.reader().begin()
        readings = (look.see(frame, t_ms) for t_ms, frame in pictures.frames(card))
        reading = next((reading for reading in readings if reading.nik), Reading(hint="hint.no_card"))
    else:
        reading = kiosk.reader().read(pictures.load(card))
    if not reading.nik:
        raise PictureError("card.unread", file=card.name, reason=reading.hint or "hint.no_card")
    return reading


def _tell(kiosk: Kiosk, ending: Ending, *, as_json: bool, out: TextIO, line: int | None = None) -> None:
    if as_json:
        where = {"line": line} if line is not None else {}
        print(json.dumps({**where, "code": ending.code, "kept": ending.kept}), file=out)
    else:
        print(kiosk.words("enrol.kept" if ending.kept else "enrol.known", code=ending.code), file=out)
    out.flush()
