"""The stock: what the kiosk holds and for how long, filling up in two taps, counting by hand."""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.domain.stock import Stand, Unit
from kiosk.journey import events as ev
from kiosk.journey.deeds import Turn
from kiosk.journey.duty import Duty, View, ask, on_duty
from kiosk.journey.effects import Request
from kiosk.journey.officer.events import DutyEnded
from kiosk.journey.step import Idle, Stage, Step, to
from kiosk.journey.visit import Visit

TENTHS = 10  # of a roll: as exact as an eye is
MOST_PACKS = 99  # in one entry, and of what somebody can have counted


@dataclass(frozen=True, slots=True)
class SeeStock(Request):
    """Answer: StockView."""


@dataclass(frozen=True, slots=True)
class Restock(Request):
    """Puts in `packs` of the item with this id; below zero takes them out again. Answer: StockView."""

    item: str
    packs: int


@dataclass(frozen=True, slots=True)
class Correct(Request):
    """From now on there are `counted` of the item's unit. Answer: StockView."""

    item: str
    counted: int


@dataclass(frozen=True, slots=True)
class StockView(View):
    stands: tuple[Stand, ...]

    def stand(self, item: str) -> Stand | None:
        return next((one for one in self.stands if one.item.id == item), None)


@dataclass(frozen=True, slots=True)
class ItemChosen(ev.Event):
    item: str


@dataclass(frozen=True, slots=True)
class PacksPut(ev.Event):
    packs: int


@dataclass(frozen=True, slots=True)
class CountAsked(ev.Event):
    """Somebody wants to count by hand."""


@dataclass(frozen=True, slots=True)
class Counted(ev.Event):
    """As it was typed: pieces, or tenths of a roll."""

    number: int


def item_chosen(visit: Visit, event: ItemChosen) -> Turn:
    return Turn(on_duty(visit, chosen=event.item), "refill")


def packs_put(visit: Visit, event: PacksPut) -> Turn:
    duty = visit.duty or Duty()
    return Turn(visit, "refill", (ask(visit, Restock(duty.chosen, event.packs)),))


def counted(visit: Visit, event: Counted) -> Turn:
    duty = visit.duty or Duty()
    view = duty.view(StockView)
    stand = view.stand(duty.chosen) if view else None
    if stand is None:
        return Turn(visit, "refill")
    item = stand.item
    amount = event.number if item.unit is Unit.PIECE else event.number * item.pack // TENTHS
    return Turn(visit, "refill", (ask(visit, Correct(item.id, amount)),))


def steps() -> Iterator[Step]:
    see, leave = (SeeStock(),), to("attract")
    yield Step(
        "stock",
        Stage.OFFICER,
        {ItemChosen: to("refill", deed=item_chosen), DutyEnded: leave},
        idle=Idle.DUTY,
        asks=see,
        every_s=5,
    )
    yield Step(
        "refill",
        Stage.OFFICER,
        {PacksPut: to("refill", deed=packs_put), CountAsked: to("count"), DutyEnded: leave},
        idle=Idle.DUTY,
        asks=see,
        every_s=5,
    )
    yield Step("count", Stage.OFFICER, {Counted: to("refill", deed=counted), DutyEnded: leave}, idle=Idle.DUTY)
