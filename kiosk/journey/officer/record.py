"""The record: what happened at this kiosk last, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.domain.act import KeptAct
from kiosk.domain.stock import Item
from kiosk.journey.duty import View
from kiosk.journey.effects import Request
from kiosk.journey.officer.events import DutyEnded
from kiosk.journey.step import Idle, Stage, Step, to


@dataclass(frozen=True, slots=True)
class SeeRecord(Request):
    """Answer: RecordView."""


@dataclass(frozen=True, slots=True)
class RecordView(View):
    """The newest first; `names` of the officers in them, by number; `items` that they may tell of."""

    acts: tuple[KeptAct, ...]
    names: tuple[tuple[str, str], ...]
    items: tuple[Item, ...] = ()


def steps() -> Iterator[Step]:
    yield Step("record", Stage.OFFICER, {DutyEnded: to("attract")}, idle=Idle.DUTY, asks=(SeeRecord(),), every_s=5)
