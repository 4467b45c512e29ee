"""The flow: one table of the trader's steps and the officer's. What leads where, stage, way back, time-out and devices.

A step's name is its screen file, its words (`scan.title`) and its picture. `Way.to` lists every step that an event may
lead to, the usual one first; a test walks them for dead ends and orphans, and the README's picture is drawn from them.
"""

from collections.abc import Mapping

from kiosk.journey import deeds
from kiosk.journey import events as ev
from kiosk.journey.deeds import Deed
from kiosk.journey.officer import OFFICER
from kiosk.journey.step import UNDER_WAY, Idle, Stage, Step, Way
from kiosk.journey.step import to as _to

__all__ = ["FLOW", "OFFICER", "TRADER", "UNDER_WAY", "Idle", "Stage", "Step", "Way"]


def _question(step: str, deed: Deed, *ends: str) -> Way:
    """From a question to any later one (the first that is still open), or to stay with a notice."""
    later = deeds.QUESTIONS[deeds.QUESTIONS.index(step) + 1 :]
    later = tuple(sorted(later, key=lambda name: name == "married"))  # rarely asked: never the usual way
    return Way((*later, step, *ends), deed)


_FIRST_QUESTIONS = ("name", "birth", "married", *deeds.QUESTIONS[3:])
ASKED_FROM = ("understand", "programme", "check")
# No trader is under way: the officers' corner works. (The first of its taps leads from the start to the languages.)
DOORSTEPS = ("attract", "language", "closed", "sorry", "receipt", "enrolled")
_ASK: Mapping[type[ev.Event], Way] = {ev.QuestionsAsked: _to("questions")}
_LEAVE: Mapping[type[ev.Event], Way] = {ev.Touched: _to("attract")}

TRADER: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step(
            "attract",
            Stage.OUTSIDE,
            {
                ev.Touched: _to("language"),
                ev.LanguageChosen: _to("consent"),  # the start buttons, one a language
                ev.CardRead: _to("language"),  # starts a visit; the number waits until there is consent
                ev.Closed: _to("closed", deed=deeds.closed),
            },
            back=False,
            idle=Idle.NEVER,
            devices=frozenset({"scanner"}),
        ),
        Step("language", Stage.WELCOME, {ev.LanguageChosen: _to("consent")}, back=False),
        Step(
            "consent",
            Stage.WELCOME,
            {
                ev.ConsentGiven: _to("scan", "nik", "consent", deed=deeds.consent_given),
                ev.ConsentRefused: _to("sorry", deed=deeds.consent_refused),
            },
        ),
        Step(
            "scan",
            Stage.CARD,
            {
                ev.CardRead: _to("confirm", "scan", deed=deeds.card_read),
                ev.TypingChosen: _to("nik"),
            },
            devices=frozenset({"camera", "scanner"}),
        ),
        Step(
            "nik",
            Stage.CARD,
            {
                ev.NikTyped: _to("confirm", "nik", deed=deeds.nik_typed),
                ev.CardRead: _to("confirm", "nik", deed=deeds.card_read),
                ev.ScanningChosen: _to("scan"),
            },
            devices=frozenset({"scanner"}),
        ),
        Step(
            "confirm",
            Stage.CARD,
            {
                ev.Confirmed: _to(*_FIRST_QUESTIONS, "enrolled", "confirm", deed=deeds.confirmed),
                ev.KnownChecked: _to(*_FIRST_QUESTIONS, "enrolled", "confirm", deed=deeds.known_checked),
                ev.Denied: _to("scan", "nik", deed=deeds.denied),
            },
        ),
        Step("birth", Stage.CHECK, {ev.BirthDateGiven: _question("birth", deeds.birth_date_given, "sorry")}),
        Step("married", Stage.CHECK, {ev.MarriedAnswered: _question("married", deeds.married_answered, "sorry")}),
        Step("name", Stage.CHECK, {ev.NameGiven: _question("name", deeds.name_given)}),
        Step("occupation", Stage.CHECK, {ev.OccupationsChosen: _question("occupation", deeds.occupations_chosen)}),
        Step("employer", Stage.CHECK, {ev.EmployerAnswered: _question("employer", deeds.employer_answered)}),
        Step("understand", Stage.CHECK, {ev.Understood: _question("understand", deeds.understood), **_ASK}),
        Step("income", Stage.CHECK, {ev.IncomeGiven: _question("income", deeds.income_given)}),
        Step(
            "programme",
            Stage.CHECK,
            {
                ev.ProgrammesChosen: _question("programme", deeds.programmes_chosen),
                ev.SavingsAsked: _to("savings"),
                **_ASK,
            },
        ),
        # These two lie over a step and give it back as it was.
        Step("questions", Stage.CHECK, {ev.QuestionsClosed: _to(*ASKED_FROM, deed=deeds.gone_back)}),
        Step(
            "savings",
            Stage.CHECK,
            {
                ev.SavingsClosed: _to("programme", deed=deeds.gone_back),
                ev.SavingsWanted: _to("programme", deed=deeds.savings_wanted),
            },
        ),
        Step("phone", Stage.CHECK, {ev.PhoneGiven: _question("phone", deeds.phone_given)}),
        Step(
            "association",
            Stage.CHECK,
            {
                ev.AssociationGiven: _question("association", deeds.association_given),
                ev.CardRead: _question("association", deeds.association_read),
            },
            devices=frozenset({"scanner"}),
        ),
        Step(
            "check",
            Stage.CHECK,
            {
                ev.Agreed: _to("saving", "sorry", deed=deeds.agreed),
                ev.ChangeAsked: _to(*deeds.QUESTIONS[2:], *deeds.QUESTIONS[:2], deed=deeds.change_asked),
                **_ASK,
            },
        ),
        Step(
            "saving",
            Stage.DONE,
            {
                ev.EnrolmentKept: _to("receipt", "enrolled", deed=deeds.enrolment_kept),
                ev.KeepFailed: _to("sorry", deed=deeds.keep_failed),
            },
            back=False,
            idle=Idle.NEVER,
        ),
        Step(
            "receipt",
            Stage.DONE,
            {
                **_LEAVE,
                ev.Printed: _to("receipt", deed=deeds.printed),
                ev.PrintAsked: _to("receipt", deed=deeds.print_asked),
            },
            back=False,
            idle=Idle.RESULT,
        ),
        Step(
            "enrolled",
            Stage.DONE,
            {
                **_LEAVE,
                ev.MendAsked: _to(*_FIRST_QUESTIONS, "enrolled", deed=deeds.mend_asked),
                ev.Printed: _to("enrolled", deed=deeds.bill_printed),
                ev.PrintAsked: _to("enrolled", deed=deeds.bill_asked),
            },
            back=False,
            idle=Idle.RESULT,
        ),
        Step("sorry", Stage.DONE, _LEAVE, back=False, idle=Idle.RESULT),
        Step(
            "closed",
            Stage.OUTSIDE,
            {ev.Opened: _to("attract")},
            back=False,
            idle=Idle.NEVER,
            devices=frozenset({"scanner"}),  # an officer's badge
        ),
        # These three lie over any step and give it back: see `advance`.
        Step("still_there", Stage.OUTSIDE, {ev.Stopped: _to("attract")}, back=False, idle=Idle.ANSWER),
        Step("stop", Stage.OUTSIDE, {ev.Stopped: _to("attract")}),
        Step("help", Stage.OUTSIDE, {}),
    )
}

FLOW: Mapping[str, Step] = {**TRADER, **OFFICER}
