"""The hands of officers and the printer, as a program of its own that can be killed: seeded operations on the stock.

    python scripts/faults_stock_hands.py HOME SEED FROM TO

Says `try N` before and `done N` after each one. The same seed and number are always the same operation.
"""

import random
import sys
from dataclasses import dataclass
from pathlib import Path

from kiosk import settings, tables
from kiosk.clock import SystemClock
from kiosk.domain.act import Act, Kind
from kiosk.domain.stock import Item
from kiosk.store import Store
from kiosk.store.identity import Identity

OFFICERS = ("0417", "0418")


@dataclass(frozen=True, slots=True)
class Operation:
    """`kind`: put, count, print or sign."""

    kind: str
    item: Item
    amount: int
    officer: str

    def after(self, count: int) -> int:
        """What is there after it, of `count` before."""
        return {"put": count + self.amount, "count": self.amount, "print": count - self.amount}.get(self.kind, count)


def operation(seed: int, number: int) -> Operation:
    rng = random.Random(f"{seed}-{number}")
    items, officer = tables.stock_items(), rng.choice(OFFICERS)
    match rng.choice(("put", "put", "count", "print", "print", "print", "sign")):
        case "print":
            return Operation("print", items[0], rng.randrange(80, 260), officer)
        case "count":
            item = rng.choice(items)
            return Operation("count", item, rng.randrange(5 * item.pack), officer)
        case "sign":
            return Operation("sign", items[0], 0, officer)
    item = rng.choice(items)
    return Operation("put", item, rng.choice((1, 1, 2, 5, -1)) * item.pack, officer)


def do(store: Store, identity: Identity, wanted: Operation) -> None:
    match wanted.kind:
        case "put":
            store.stock.restock(wanted.item, wanted.amount, wanted.officer, identity)
        case "count":
            store.stock.correct(wanted.item, wanted.amount, wanted.officer, identity)
        case "print":
            store.stock.note(wanted.item, wanted.amount)
        case _:
            store.acts.keep(Act(Kind.ENTERED, wanted.officer, {"by": "badge"}), identity)


def main(home: Path, seed: int, first: int, last: int) -> None:
    with Store.open(home, settings.load().store, SystemClock()) as store:
        identity = Identity.load(home)
        for number in range(first, last):
            print(f"try {number}", flush=True)
            do(store, identity, operation(seed, number))
            print(f"done {number}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
