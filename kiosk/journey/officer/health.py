"""The health of every part on one page, and behind each part what to do and a trial of it, step by step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kiosk.domain.health import Health
from kiosk.journey import events as ev
from kiosk.journey.deeds import Turn
from kiosk.journey.duty import Duty, View, ask, on_duty, told
from kiosk.journey.effects import Request
from kiosk.journey.officer.events import DutyEnded
from kiosk.journey.step import Idle, Stage, Step, Way, to
from kiosk.journey.visit import Visit

TRIALS = {"camera": "try_camera", "scanner": "try_scanner", "touch": "try_touch"}  # with a page of their own


@dataclass(frozen=True, slots=True)
class SeeHealth(Request):
    """Answer: HealthView."""


@dataclass(frozen=True, slots=True)
class PrintTrial(Request):
    """Prints a slip of its own. Answer: TrialView."""


@dataclass(frozen=True, slots=True)
class KeepTrial(Request):
    """A person has tried this part. Answer: HealthView."""

    part: str
    passed: bool


@dataclass(frozen=True, slots=True)
class HealthView(View):
    parts: tuple[Health, ...]

    def part(self, name: str) -> Health | None:
        return next((one for one in self.parts if one.finding.part == name), None)


@dataclass(frozen=True, slots=True)
class TrialView(View):
    """`said`: what the printer says of the slip (devices.printer.Paper)."""

    said: str


@dataclass(frozen=True, slots=True, repr=False)
class SeenView(View):
    """What camera or scanner has read in this trial: what kind of code, how many letters, the last four of a NIK."""

    kind: str
    length: int
    tail: str


@dataclass(frozen=True, slots=True)
class PartChosen(ev.Event):
    part: str


@dataclass(frozen=True, slots=True)
class TrialWanted(ev.Event):
    """Of the part that is shown, on a page of its own."""


@dataclass(frozen=True, slots=True)
class SlipWanted(ev.Event):
    """A slip, to see whether the printer prints."""


@dataclass(frozen=True, slots=True)
class TrialEnded(ev.Event):
    """It works, or it does not: the officer, or the part itself, has said so."""

    passed: bool


def part_chosen(visit: Visit, event: PartChosen) -> Turn:
    return Turn(on_duty(told(visit, TrialView("")), chosen=event.part), "part")


def trial_wanted(visit: Visit, event: TrialWanted) -> Turn:
    chosen = (visit.duty or Duty()).chosen
    return Turn(told(visit, SeenView("", 0, "")), TRIALS.get(chosen, "part"))


def slip_wanted(visit: Visit, event: SlipWanted) -> Turn:
    return Turn(visit, "part", (ask(visit, PrintTrial()),))


def trial_ended(visit: Visit, event: TrialEnded) -> Turn:
    part = (visit.duty or Duty()).chosen
    return Turn(told(visit, TrialView("")), "part", (ask(visit, KeepTrial(part, event.passed)),))


def read(visit: Visit, event: ev.CardRead) -> Turn:
    """Whatever it was: that it was read is all that counts, and no more of it is kept than shows that."""
    reading = event.reading
    payload = reading.fields.get("payload")
    number = reading.nik or ""
    length = len(payload.text) if payload else len(number)
    return Turn(told(visit, SeenView(reading.source, length, number[-4:])), visit.step)


def steps() -> Iterator[Step]:
    look = (SeeHealth(),)
    yield _step("health", {PartChosen: to("part", deed=part_chosen)}, asks=look)
    wanted: Mapping[type[ev.Event], Way] = {
        TrialWanted: to(*TRIALS.values(), "part", deed=trial_wanted),
        SlipWanted: to("part", deed=slip_wanted),
        TrialEnded: to("part", deed=trial_ended),
    }
    yield _step("part", wanted, asks=look)
    ended: Mapping[type[ev.Event], Way] = {TrialEnded: to("part", deed=trial_ended)}
    for name, step in TRIALS.items():
        if name == "touch":
            yield _step(step, ended)
        else:
            yield _step(step, {**ended, ev.CardRead: to(step, deed=read)}, devices=frozenset({name}))


def _step(
    name: str,
    on: Mapping[type[ev.Event], Way],
    *,
    asks: tuple[Request, ...] = (),
    devices: frozenset[str] = frozenset(),
) -> Step:
    every_s = 3 if asks else 0
    leave = {**on, DutyEnded: to("attract")}
    return Step(name, Stage.OFFICER, leave, idle=Idle.DUTY, devices=devices, asks=asks, every_s=every_s)
