"""What officers did here: append-only, kept for reading and, sealed, in the chain and the outbox for the centre."""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
import uuid_utils.compat as uuid7

from kiosk import act_form
from kiosk.clock import Clock
from kiosk.domain.act import Act, KeptAct, Kind
from kiosk.domain.enrolment import code_of
from kiosk.domain.errors import StoreFull
from kiosk.store import chain, schema
from kiosk.store.ballast import Ballast
from kiosk.store.engine import reading, translated
from kiosk.store.identity import Identity

T = TypeVar("T")


class Acts:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock, ballast: Ballast) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock
        self._ballast = ballast

    def keep(self, act: Act, identity: Identity) -> KeptAct:
        """Durable when it returns, and queued for the centre. Raises StoreFull, StoreError."""
        return self.commit(lambda connection: append(connection, act, identity, self._clock))

    def commit(self, deed: Callable[[sa.Connection], T]) -> T:
        """Runs `deed`, which appends acts and changes what they tell of, as one transaction. Raises as `keep`.

        An officer may be here to make room: on a full disk it is done again with what was kept back.
        """
        try:
            return self._commit(deed)
        except StoreFull:
            if not self._ballast.let_go():
                raise
            return self._commit(deed)

    def _commit(self, deed: Callable[[sa.Connection], T]) -> T:
        with translated(self._path), self._engine.begin() as connection:
            return deed(connection)

    def latest(self, number: int, kinds: Collection[Kind] = ()) -> list[KeptAct]:
        """The newest first; `kinds` () for all. Raises StoreError."""
        query = sa.select(schema.act).order_by(schema.act.c.seq.desc()).limit(number)
        return self._read(query.where(schema.act.c.kind.in_(kinds)) if kinds else query)

    def all_of(self, kinds: Collection[Kind]) -> list[KeptAct]:
        """The oldest first, for a ledger that is added up from its beginning. Raises StoreError."""
        return self._read(sa.select(schema.act).where(schema.act.c.kind.in_(kinds)).order_by(schema.act.c.seq))

    def _read(self, query: sa.Select[tuple[object, ...]]) -> list[KeptAct]:
        with translated(self._path), reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [kept_of(row) for row in rows]


def kept_of(row: Any) -> KeptAct:
    """A row of the table `act`."""
    return KeptAct(row.seq, row.at_ms, Act(Kind(row.kind), row.officer, json.loads(row.facts)))


def append(connection: sa.Connection, act: Act, identity: Identity, clock: Clock) -> KeptAct:
    """`Acts.keep` as part of the caller's transaction: what it tells of changes together with it, or not at all."""
    id = uuid7.uuid7()
    seq, at_ms = chain.append(
        connection,
        chain.end_of(connection, identity),
        act_form.pack(act),
        identity,
        clock,
        id=id,
        kind="act",
        code=code_of(id),
        fingerprint=chain.fingerprint_of_act(id),
    )
    row = {"seq": seq, "kind": str(act.kind), "officer": act.officer, "at_ms": at_ms}
    connection.execute(sa.insert(schema.act).values(**row, facts=json.dumps(dict(act.facts), ensure_ascii=False)))
    return KeptAct(seq, at_ms, act)
