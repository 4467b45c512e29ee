"""What the kiosk holds: the replay of the acts that tell of it, and what was drawn since, which is no act yet.

Printing only adds to the table `draw`. That becomes one act about once a day, together with the next act of an officer
at the same item, or when it is much: a slip costs no record of its own.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain import stock
from kiosk.domain.act import Act, KeptAct
from kiosk.domain.stock import DAY_MS, Item, Ledger, Stand
from kiosk.store import acts, schema
from kiosk.store.engine import reading, translated
from kiosk.store.identity import Identity

_OPEN = sa.select(schema.draw)
_ENTRIES = sa.select(schema.act).where(schema.act.c.kind.in_(stock.KINDS)).order_by(schema.act.c.seq)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Used up since `since_ms`, and in no act yet."""

    amount: int
    since_ms: int


class Stock:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock, kept: acts.Acts) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock
        self._acts = kept
        self._ledger = Ledger()
        self._seq = 0  # of the newest act in it: what has been added up need not be read again
        self._turn = threading.Lock()

    def stands(self, items: Iterable[Item]) -> tuple[Stand, ...]:
        """How it stands with each. Raises StoreError."""
        with self._turn, translated(self._path), reading(self._engine) as connection:
            opened = _open(connection)
            ledger, now_ms = self._replayed(connection), self._clock.wall_ms()
            return tuple(
                ledger.stand(item, now_ms, opened[item.id].amount if item.id in opened else 0) for item in items
            )

    def latest(self, item: Item, number: int) -> tuple[KeptAct, ...]:
        """The newest entries of it, the newest first. Raises StoreError."""
        of_item = sa.func.json_extract(schema.act.c.facts, "$.item") == item.id
        query = _ENTRIES.where(of_item).order_by(None).order_by(schema.act.c.seq.desc()).limit(number)
        with translated(self._path), reading(self._engine) as connection:
            return tuple(acts.kept_of(row) for row in connection.execute(query))

    def note(self, item: Item, amount: int) -> None:
        """So much was drawn; durable when it returns. Raises StoreError, StoreFull."""
        with translated(self._path), self._engine.begin() as connection:
            before = _open(connection).get(item.id, Drawn(0, self._clock.wall_ms()))
            row = {"item": item.id, "amount": before.amount + amount, "since_ms": before.since_ms}
            connection.execute(sa.delete(schema.draw).where(schema.draw.c.item == item.id))
            connection.execute(sa.insert(schema.draw).values(**row))

    def post_due(self, items: Iterable[Item], identity: Identity) -> None:
        """Makes an act of what was drawn for about a day, or much of. Raises StoreError, StoreFull."""
        with translated(self._path), reading(self._engine) as connection:
            opened = _open(connection)
        for item in items:
            if item.id in opened and self._is_due(item, opened[item.id]):
                with self._turn, translated(self._path), self._engine.begin() as connection:
                    self._post(connection, item.id, identity)

    def restock(self, item: Item, amount: int, officer: str, identity: Identity) -> KeptAct:
        """Puts in `amount`; below zero it is taken out again. Raises StoreError, StoreFull."""
        return self._enter(item, identity, lambda before: stock.restocked(item.id, officer, before, amount))

    def correct(self, item: Item, counted: int, officer: str, identity: Identity) -> KeptAct:
        """From now on there are `counted`. Raises StoreError, StoreFull."""
        return self._enter(item, identity, lambda before: stock.corrected(item.id, officer, before, counted))

    def _enter(self, item: Item, identity: Identity, make: Callable[[int], Act]) -> KeptAct:
        def deed(connection: sa.Connection) -> KeptAct:
            before = self._post(connection, item.id, identity)
            return acts.append(connection, make(before), identity, self._clock)

        with self._turn:
            return self._acts.commit(deed)

    def _post(self, connection: sa.Connection, item: str, identity: Identity) -> int:
        """Makes an act of what was drawn, if anything was; the count after it. In one transaction with what follows."""
        count = self._replayed(connection).count(item)
        opened = _open(connection).get(item)
        if opened is None or opened.amount == 0:
            return count
        connection.execute(sa.delete(schema.draw).where(schema.draw.c.item == item))
        acts.append(connection, stock.drawn(item, count, opened.amount), identity, self._clock)
        return count - opened.amount

    def _is_due(self, item: Item, opened: Drawn) -> bool:
        return opened.amount >= item.pack or abs(self._clock.wall_ms() - opened.since_ms) >= DAY_MS

    def _replayed(self, connection: sa.Connection) -> Ledger:
        """All acts that are committed. Call it before this transaction appends one: it may yet be rolled back."""
        for row in connection.execute(_ENTRIES.where(schema.act.c.seq > self._seq)):
            self._ledger.add(acts.kept_of(row))
            self._seq = row.seq
        return self._ledger


def _open(connection: sa.Connection) -> dict[str, Drawn]:
    return {row.item: Drawn(row.amount, row.since_ms) for row in connection.execute(_OPEN)}
