"""What an officer may set, each from a list; the clock; being given to a centre; restart and version."""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.domain.errand import Errand
from kiosk.journey import events as ev
from kiosk.journey.deeds import Turn
from kiosk.journey.duty import Duty, View, ask, on_duty, told
from kiosk.journey.effects import Apply, Request, Restart
from kiosk.journey.officer.door import room_opened
from kiosk.journey.officer.events import DutyEnded, RoomOpened
from kiosk.journey.step import Idle, Stage, Step, to
from kiosk.journey.visit import Visit

INVITATION = "KIOSK "  # begins a code that gives a machine to a centre: `KIOSK https://pusat.example.id CODE`
CLOCK_DIGITS = 12  # day, month, year, hour, minute: 221120260910


@dataclass(frozen=True, slots=True)
class SeeSettings(Request):
    """Answer: SettingsView."""


@dataclass(frozen=True, slots=True)
class Set(Request):
    """`value` as in SettingLine; "" for what counted before the last change. Answer: Changed.

    Fails with `settings.elsewhere` when somebody else has changed the settings since the page with `stamp` was shown.
    """

    key: str
    value: str
    stamp: str


@dataclass(frozen=True, slots=True)
class SeeMachine(Request):
    """Answer: MachineView."""


@dataclass(frozen=True, slots=True)
class SetClock(Request):
    """`digits`: see CLOCK_DIGITS, in the kiosk's own time zone. Answer: MachineView."""

    digits: str


@dataclass(frozen=True, slots=True, repr=False)
class JoinCentre(Request):
    """An errand for the daemon. Answer: MachineView."""

    url: str
    code: str


@dataclass(frozen=True, slots=True)
class BeginAnew(Request):
    """Answer: Ending."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One that may be set.

    value, options  as text that `Set` takes; what a person sees is `setting.<key>.<value>` where it has such words
    changed         officers have set it, over what the kiosk came with
    restart         it counts after a restart
    digits          it is typed on the keypad instead
    """

    key: str
    value: str
    options: tuple[str, ...] = ()
    changed: bool = False
    restart: bool = True
    digits: bool = False


@dataclass(frozen=True, slots=True)
class SettingsView(View):
    """`pending`: something was set that counts after a restart."""

    lines: tuple[SettingLine, ...]
    stamp: str = ""
    pending: bool = False

    def line(self, key: str) -> SettingLine | None:
        return next((one for one in self.lines if one.key == key), None)


@dataclass(frozen=True, slots=True)
class MachineView(View):
    """`master`: version of the tables in use; `offered` the newest that the centre has told of."""

    kiosk: str
    centre: str
    app: str
    master: int
    offered: int
    now_ms: int
    believed: bool
    errand: Errand | None = None


@dataclass(frozen=True, slots=True)
class SettingChosen(ev.Event):
    key: str


@dataclass(frozen=True, slots=True)
class ValueChosen(ev.Event):
    """ "" for what counted before."""

    value: str


@dataclass(frozen=True, slots=True)
class Changed(ev.Event):
    """It was set; what counts at once comes with it."""

    view: SettingsView
    volume: float | None = None
    brightness: float | None = None


@dataclass(frozen=True, slots=True)
class ClockTyped(ev.Event):
    digits: str


@dataclass(frozen=True, slots=True)
class RestartWanted(ev.Event):
    """By a finger."""


@dataclass(frozen=True, slots=True)
class Ending(ev.Event):
    """The restart is written down."""


def setting_chosen(visit: Visit, event: SettingChosen) -> Turn:
    view = (visit.duty or Duty()).view(SettingsView)
    line = view.line(event.key) if view else None
    return Turn(on_duty(visit, chosen=event.key), "digits" if line and line.digits else "setting")


def value_chosen(visit: Visit, event: ValueChosen) -> Turn:
    duty = visit.duty or Duty()
    view = duty.view(SettingsView) or SettingsView(())
    return Turn(visit, visit.step, (ask(visit, Set(duty.chosen, event.value, view.stamp)),))


def changed(visit: Visit, event: Changed) -> Turn:
    apply = Apply(event.volume, event.brightness)
    return Turn(told(visit, event.view), visit.step, () if apply == Apply() else (apply,))


def clock_typed(visit: Visit, event: ClockTyped) -> Turn:
    return Turn(visit, "machine", (ask(visit, SetClock(event.digits)),))


def invited(visit: Visit, event: ev.CardRead) -> Turn:
    """A code of a centre; anything else is said to be none."""
    payload = event.reading.fields.get("payload")
    parts = payload.text.split() if payload and payload.text.startswith(INVITATION) else []
    if len(parts) != 3:
        return Turn(on_duty(visit, failure=("provision.no_code", {})), "join")
    return Turn(visit, "machine", (ask(visit, JoinCentre(parts[1], parts[2])),))


def restart_wanted(visit: Visit, event: RestartWanted) -> Turn:
    return Turn(visit, visit.step, (ask(visit, BeginAnew()),))


def ending(visit: Visit, event: Ending) -> Turn:
    return Turn(visit, visit.step, (Restart(),))


def steps() -> Iterator[Step]:
    leave = to("attract")
    yield Step(
        "setup",
        Stage.OFFICER,
        {
            SettingChosen: to("setting", "digits", deed=setting_chosen),
            RoomOpened: to("machine", deed=room_opened),
            RestartWanted: to("setup", deed=restart_wanted),
            Ending: to("setup", deed=ending),
            DutyEnded: leave,
        },
        idle=Idle.DUTY,
        asks=(SeeSettings(),),
        every_s=3,
    )
    for name in ("setting", "digits"):
        yield Step(
            name,
            Stage.OFFICER,
            {ValueChosen: to(name, deed=value_chosen), Changed: to(name, deed=changed), DutyEnded: leave},
            idle=Idle.DUTY,
        )
    yield Step(
        "machine",
        Stage.OFFICER,
        {
            RoomOpened: to("clock", "join", deed=room_opened),
            RestartWanted: to("machine", deed=restart_wanted),
            Ending: to("machine", deed=ending),
            DutyEnded: leave,
        },
        idle=Idle.DUTY,
        asks=(SeeMachine(),),
        every_s=2,
    )
    yield Step("clock", Stage.OFFICER, {ClockTyped: to("machine", deed=clock_typed), DutyEnded: leave}, idle=Idle.DUTY)
    yield Step(
        "join",
        Stage.OFFICER,
        {ev.CardRead: to("machine", "join", deed=invited), DutyEnded: leave},
        idle=Idle.DUTY,
        devices=frozenset({"camera", "scanner"}),
    )
