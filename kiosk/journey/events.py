"""What can happen in a visit, in the past tense. A screen, a device worker or a timer posts them; nothing else does."""

from dataclasses import dataclass

from kiosk.domain.outcome import Due
from kiosk.domain.reading import Reading
from kiosk.domain.tariff import Programme


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True, slots=True)
class Touched(Event):
    """The attract screen was touched, or a result was put away."""


@dataclass(frozen=True, slots=True)
class LanguageChosen(Event):
    """Accepted in every step: switches at once, loses nothing."""

    language: str


@dataclass(frozen=True, slots=True)
class ConsentGiven(Event):
    """`purposes` that were ticked: `registration` is needed, `association` and `reminders` are free."""

    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentRefused(Event):
    pass


@dataclass(frozen=True, slots=True)
class CardRead(Event):
    """The camera or the scanner has something."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class TypingChosen(Event):
    pass


@dataclass(frozen=True, slots=True)
class ScanningChosen(Event):
    pass


@dataclass(frozen=True, slots=True, repr=False)
class NikTyped(Event):
    digits: str


@dataclass(frozen=True, slots=True)
class Confirmed(Event):
    """Yes, this is my card."""


@dataclass(frozen=True, slots=True)
class Denied(Event):
    """No, this is not my card: read it again."""


@dataclass(frozen=True, slots=True)
class KnownChecked(Event):
    """The store's answer to `effects.CheckKnown`. `code` is that of the enrolment kept already, or "".

    `state` is a domain.outcome.State, `cause` that of a refusal, `number` the membership number and `due` what is to be
    paid next, if the centre sent them.
    """

    nik_tail: str
    code: str
    state: str = ""
    cause: str = ""
    number: str = ""
    due: Due | None = None


@dataclass(frozen=True, slots=True, repr=False)
class BirthDateGiven(Event):
    """As printed on the card: eight digits DDMMYYYY."""

    digits: str


@dataclass(frozen=True, slots=True)
class MarriedAnswered(Event):
    married: bool


@dataclass(frozen=True, slots=True, repr=False)
class NameGiven(Event):
    name: str


@dataclass(frozen=True, slots=True)
class OccupationsChosen(Event):
    """One or two ids of config/occupations.csv, the main one first."""

    occupations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmployerAnswered(Event):
    """Whether the trader has paid workers."""

    employer: bool


@dataclass(frozen=True, slots=True)
class Understood(Event):
    """Has seen what the programmes do, or did not want to."""


@dataclass(frozen=True, slots=True)
class QuestionsAsked(Event):
    """Wants answers to common doubts."""


@dataclass(frozen=True, slots=True)
class QuestionsClosed(Event):
    """Back to exactly where the trader was."""


@dataclass(frozen=True, slots=True)
class SavingsAsked(Event):
    """Wants to see how savings may grow."""


@dataclass(frozen=True, slots=True)
class SavingsClosed(Event):
    pass


@dataclass(frozen=True, slots=True)
class SavingsWanted(Event):
    """Has seen it and wants to save too."""


@dataclass(frozen=True, slots=True, repr=False)
class IncomeGiven(Event):
    """Rupiah a month."""

    income: int


@dataclass(frozen=True, slots=True)
class ProgrammesChosen(Event):
    programmes: tuple[Programme, ...]
    months: int


@dataclass(frozen=True, slots=True, repr=False)
class PhoneGiven(Event):
    """ "" when the trader skips it."""

    phone: str


@dataclass(frozen=True, slots=True)
class AssociationGiven(Event):
    """The letters of an association, chosen or typed; "" for none."""

    code: str


@dataclass(frozen=True, slots=True)
class ChangeAsked(Event):
    """From the check page: go to this question and come back."""

    step: str


@dataclass(frozen=True, slots=True)
class Agreed(Event):
    """Everything on the check page is right: save it."""


@dataclass(frozen=True, slots=True)
class EnrolmentKept(Event):
    """The store has it, durably. `fresh` is False when the same NIK had been kept before."""

    code: str
    fresh: bool = True
    state: str = "waiting"
    cause: str = ""
    number: str = ""
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class KeepFailed(Event):
    """Nothing was written. `reason` is an error id."""

    reason: str


@dataclass(frozen=True, slots=True)
class Printed(Event):
    """The printer's answer about the slip of `code`: printed, unknown (it says nothing), paper_out, absent or lost."""

    code: str
    paper: str


@dataclass(frozen=True, slots=True)
class PrintAsked(Event):
    """Try the slip again."""


@dataclass(frozen=True, slots=True)
class MendAsked(Event):
    """The enrolment was refused: make a corrected one."""


@dataclass(frozen=True, slots=True)
class WentBack(Event):
    pass


@dataclass(frozen=True, slots=True)
class StopAsked(Event):
    pass


@dataclass(frozen=True, slots=True)
class HelpAsked(Event):
    """Shows whom to ask, and then exactly where the trader was."""


@dataclass(frozen=True, slots=True)
class Stopped(Event):
    """Yes, stop: everything is wiped."""


@dataclass(frozen=True, slots=True)
class IdleElapsed(Event):
    """The step's time is over without a touch."""


@dataclass(frozen=True, slots=True)
class StillHere(Event):
    pass


@dataclass(frozen=True, slots=True)
class Crashed(Event):
    """A screen or worker failed; accepted in every step."""


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """The kiosk cannot enrol just now; accepted in attract only. `reason` is an error id."""

    reason: str


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """It can enrol again."""


ALL: tuple[type[Event], ...] = tuple(
    kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
)
