"""What a kiosk holds, as a ledger that is only ever appended to: how much, its use per day, the days that are left."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.domain.act import Act, KeptAct, Kind

KINDS = (Kind.RESTOCKED, Kind.CORRECTED, Kind.DRAWN)
DAY_MS = 86_400_000
WINDOW_DAYS = 14  # use per day is that of so many days
_LONGEST_MS = 366 * DAY_MS  # between two entries; what looks longer is a clock that jumped


class Unit(enum.StrEnum):
    MM = "mm"  # comes in rolls, is told in rolls and metres
    PIECE = "piece"


class DrawnBy(enum.StrEnum):
    PRINTER = "printer"  # tells how much it took
    HAND = "hand"  # how much is known when somebody counts


@dataclass(frozen=True, slots=True)
class Item:
    """
    labels, packs  by language: what it is called, and what a roll or pack of it is
    pack           how much is in one, of `unit`: what one touch adds
    low_days, low_amount  it is low when less than so many days are left, or no more than this
    """

    id: str
    labels: Mapping[str, str]
    unit: Unit
    pack: int
    packs: Mapping[str, str]
    drawn_by: DrawnBy
    low_days: int
    low_amount: int
    icon: str

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Stand:
    """How it stands with an item.

    count     by the ledger; may be below zero, where more was used than anybody had entered
    known     somebody has filled up or counted: before that, what is there is anybody's guess
    per_day   of the item's unit, None while no use is known
    days_left whole days, None while no use is known
    """

    item: Item
    count: int
    known: bool
    per_day: float | None
    days_left: int | None

    @property
    def shown(self) -> int:
        """What can lie there."""
        return max(self.count, 0)

    @property
    def low(self) -> bool:
        few_days = self.days_left is not None and self.days_left < self.item.low_days
        return self.known and (self.count <= self.item.low_amount or few_days)

    @property
    def empty(self) -> bool:
        return self.known and self.count <= 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: it took the count of `item` from `before` to `after`."""

    item: str
    kind: Kind
    before: int
    after: int
    at_ms: int

    @property
    def change(self) -> int:
        return self.after - self.before


def restocked(item: str, officer: str, before: int, amount: int) -> Act:
    """`amount` was put in; below zero it was taken out again."""
    return _act(Kind.RESTOCKED, officer, item, amount, before, before + amount)


def corrected(item: str, officer: str, before: int, counted: int) -> Act:
    """Somebody has counted. The difference stays in the ledger, and what it said before."""
    return _act(Kind.CORRECTED, officer, item, counted - before, before, counted)


def drawn(item: str, before: int, amount: int) -> Act:
    """The machine has used up `amount` since the last entry of this kind."""
    return _act(Kind.DRAWN, "", item, amount, before, before - amount)


def _act(kind: Kind, officer: str, item: str, amount: int, before: int, after: int) -> Act:
    return Act(kind, officer, {"item": item, "amount": amount, "before": before, "after": after})


def entry_of(kept: KeptAct) -> Entry | None:
    """None for an act of another kind, and for one whose numbers do not fit together."""
    facts = kept.act.facts
    item, amount, before, after = (facts.get(name) for name in ("item", "amount", "before", "after"))
    if not (isinstance(item, str) and item and kept.act.kind in KINDS):
        return None
    if not (isinstance(amount, int) and isinstance(before, int) and isinstance(after, int)):
        return None
    entry = Entry(item, kept.act.kind, before, after, kept.at_ms)
    return entry if entry.change == (-amount if entry.kind is Kind.DRAWN else amount) else None


@dataclass(slots=True)
class _Shelf:
    """`uses`: (from_ms, to_ms, amount) of all that was used, `since` when each kind of entry was made last."""

    count: int = 0
    known: bool = False
    times: list[int] = field(default_factory=list)
    uses: list[tuple[int, int, int]] = field(default_factory=list)
    hands: list[tuple[int, int, int]] = field(default_factory=list)
    since: dict[Kind, int] = field(default_factory=dict)


class Ledger:
    """Adds up acts in the order of the chain.

    An entry that begins elsewhere than the one before it ended (acts that were lost, or have not arrived) is believed:
    whoever made it knew more. `breaks` counts these.
    """

    def __init__(self) -> None:
        self._shelves: dict[str, _Shelf] = {}
        self.breaks = 0

    def add(self, kept: KeptAct) -> None:
        """The next act; one that is none of a stock changes nothing."""
        entry = entry_of(kept)
        if entry is None:
            return
        shelf = self._shelves.setdefault(entry.item, _Shelf())
        if entry.before != shelf.count:
            self.breaks += 1
        shelf.count = entry.after
        shelf.known |= entry.kind is not Kind.DRAWN
        shelf.times.append(entry.at_ms)
        used = (_begin(shelf, entry), entry.at_ms, -entry.change)
        if entry.kind is Kind.DRAWN:
            shelf.uses.append(used)
        elif entry.kind is Kind.CORRECTED and entry.change < 0:
            shelf.hands.append(used)
        shelf.since[entry.kind] = entry.at_ms

    @property
    def items(self) -> tuple[str, ...]:
        """Ids of all that was ever entered."""
        return tuple(self._shelves)

    def count(self, item: str) -> int:
        shelf = self._shelves.get(item)
        return shelf.count if shelf else 0

    def stand(self, item: Item, now_ms: int, drawn: int = 0) -> Stand:
        """`drawn` is what was used up since the last entry. What is dated after `now_ms`, or long before, says nothing
        about the use per day: a clock may have jumped.
        """
        shelf = self._shelves.get(item.id, _Shelf())
        spans = shelf.uses if item.drawn_by is DrawnBy.PRINTER else [*shelf.uses, *shelf.hands]
        used = drawn + sum(_within(span, now_ms) for span in spans)
        count = shelf.count - drawn
        per_day = used / _days(shelf.times, now_ms) if used > 0 else None
        days_left = int(max(count, 0) / per_day) if per_day else None
        return Stand(item, count, shelf.known, per_day, days_left)


def _begin(shelf: _Shelf, entry: Entry) -> int:
    """Since when it was used up: since the last entry of its kind, or the first of all."""
    begin = shelf.since.get(entry.kind, shelf.times[0])
    return begin if 0 <= entry.at_ms - begin <= _LONGEST_MS else entry.at_ms


def _within(span: tuple[int, int, int], now_ms: int) -> float:
    """How much of it falls into the days that count."""
    begin, end, amount = span
    first = now_ms - WINDOW_DAYS * DAY_MS
    if end > now_ms or end <= first:
        return 0
    return amount if begin >= first else amount * (end - first) / (end - begin)


def _days(times: list[int], now_ms: int) -> float:
    """How many days of the window anything is known of: at least one, at most all."""
    known = [at for at in times if now_ms - _LONGEST_MS <= at <= now_ms]
    since_ms = now_ms - min(known) if known else WINDOW_DAYS * DAY_MS
    return min(max(since_ms / DAY_MS, 1), WINDOW_DAYS)
