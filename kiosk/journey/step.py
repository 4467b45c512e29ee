"""What a row of the flow is: a step, what leads where from it, its stage, way back, time-out and devices."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.journey import events as ev
from kiosk.journey.deeds import Deed
from kiosk.journey.effects import Request


class Stage(enum.StrEnum):
    """The four that a trader sees, the time outside them, and the officer's."""

    OUTSIDE = "outside"
    WELCOME = "welcome"
    CARD = "card"
    CHECK = "check"
    DONE = "done"
    OFFICER = "officer"  # not a trader's: the officer's own screens


UNDER_WAY = (Stage.WELCOME, Stage.CARD, Stage.CHECK)  # can be stopped, can ask for help


class Idle(enum.StrEnum):
    NEVER = "never"
    ASK = "ask"  # "still there?" first
    RESULT = "result"  # shown for a while, then back to the start
    ANSWER = "answer"  # the time to answer "still there?"
    DOOR = "door"  # nobody has come in: back to the start
    DUTY = "duty"  # an officer who forgot to leave


@dataclass(frozen=True, slots=True)
class Way:
    to: tuple[str, ...]
    deed: Deed | None = None  # None: nothing is learned, go to the first of `to`


@dataclass(frozen=True, slots=True)
class Step:
    """
    asks     what the desk is asked when the step is shown, and again every `every_s` seconds (0: only once)
    """

    name: str
    stage: Stage
    on: Mapping[type[ev.Event], Way]
    back: bool = True
    idle: Idle = Idle.ASK
    devices: frozenset[str] = frozenset()
    asks: tuple[Request, ...] = ()
    every_s: float = 0


def to(*steps: str, deed: Deed | None = None) -> Way:
    return Way(steps, deed)
