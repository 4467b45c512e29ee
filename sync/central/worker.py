"""The worker: opens what has arrived, and says no where anybody would. The only program that holds the private key.

    lease a run → open and examine (memory) → claim the persons → one transaction: examined, acts, refusals → run gone

Killed at any instruction, it or another worker does the same again with the same result.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.clock import Clock, local
from kiosk.domain.act import Act
from kiosk.domain.enrolment import Enrolment, code_of
from kiosk.domain.outcome import Outcome, State
from kiosk.domain.record import Record
from kiosk.domain.rules import Rules
from kiosk.logs import Log
from sync.central import acts, arrivals, figures, outcomes, people, supplies, tallies
from sync.central.arrivals import Arrival
from sync.central.associations import members, uploads
from sync.central.database import Database
from sync.central.examination import day_of, examine, rules_of
from sync.central.keys import public_bytes
from sync.central.opening import UNREADABLE, OpeningError, opened
from sync.central.rights import looks
from sync.central.schema import enrolment, examined

ELSEWHERE = "enrolled_elsewhere"
ERASED = "erased"  # whoever it was has had it erased
_AT_ONCE = 500  # records in memory
_log = Log("work")


@dataclass(frozen=True, slots=True)
class _Looked:
    id: uuid.UUID
    seq: int
    cause: str = ""
    enrolment: Enrolment | None = None
    act: acts.Arrived | None = None


class Worker:
    """`step()` examines one run of records. Several workers may run, on several machines."""

    def __init__(
        self,
        database: Database,
        key: X25519PrivateKey,
        people_key: bytes,
        clock: Clock,
        zone: tzinfo,
        rules: Callable[[date], Rules] = rules_of,
    ) -> None:
        self._database = database
        self._key = key
        self._people_key = people_key
        self._clock = clock
        self._zone = zone
        self._rules = rules

    def step(self) -> int:
        """How many records were examined; 0 when none waits. Raises StoreError; then the run is leased again later."""
        arrival = arrivals.lease(self._database, self._clock)
        if arrival is None:
            return 0
        number = 0
        for first in range(arrival.first, arrival.last + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, arrival.last)
            number += self._part(arrival, first, last)
        with self._database.write() as connection:
            arrivals.done(connection, arrival)
        return number

    def desk(self) -> int:
        """What people at the console wait for: lists to be read, records to be shown. How many. Raises StoreError."""
        now_ms = self._clock.wall_ms()
        shown = looks.work(self._database, self._key, now_ms)
        day = local(now_ms, self._zone).date()
        public_key = public_bytes(self._key)
        return shown + uploads.work(self._database, self._key, self._people_key, public_key, day, now_ms)

    def _part(self, arrival: Arrival, first: int, last: int) -> int:
        looked = [self._look(row) for row in self._rows(arrival.kiosk, first, last)]
        sound = [(one, one.enrolment) for one in looked if one.enrolment is not None and not one.cause]
        won = people.claim(
            self._database, [people.claim_of(self._people_key, arrival.kiosk, opened) for _, opened in sound]
        )
        causes = {one.id: one.cause or (ELSEWHERE if one.enrolment and one.id not in won else "") for one in looked}
        self._write(arrival.kiosk, looked, causes, won)
        return len(looked)

    def _rows(self, kiosk: str, first: int, last: int) -> Sequence[Any]:
        query = sa.select(enrolment.c.id, enrolment.c.seq, enrolment.c.received_ms, enrolment.c.raw)
        here = (enrolment.c.kiosk == kiosk) & enrolment.c.seq.between(first, last)
        with self._database.read() as connection:
            return connection.execute(query.where(here).order_by(enrolment.c.seq)).all()

    def _look(self, row: Any) -> _Looked:
        raw = bytes(row.raw)
        try:
            found = opened(raw, self._key)
        except OpeningError as error:
            return _Looked(row.id, row.seq, str(error))
        captured_ms = Record.from_bytes(raw).captured_ms
        if isinstance(found, Act):
            return _Looked(row.id, row.seq, act=acts.Arrived(row.seq, row.id, captured_ms, row.received_ms, found))
        day = day_of(captured_ms, row.received_ms, self._zone)
        return _Looked(row.id, row.seq, examine(found, self._rules(day)).refusal, found)

    def _write(self, kiosk: str, looked: list[_Looked], causes: dict[uuid.UUID, str], won: set[uuid.UUID]) -> None:
        """Replaces what an earlier look found unreadable; a refusal is only told where nothing was decided yet.

        An act is no enrolment: nothing is examined or decided about it, so it is kept apart.
        """
        now_ms = self._clock.wall_ms()
        rows = [
            {
                "kiosk": kiosk,
                "id": one.id,
                "seq": one.seq,
                "code": code_of(one.id),
                "cause": causes[one.id],
                "examined_ms": now_ms,
                "mark": people.mark(self._people_key, one.enrolment.nik) if one.enrolment else None,
            }
            for one in looked
            if one.act is None
        ]
        refused = [one.id for one in looked if causes[one.id] and causes[one.id] not in UNREADABLE]
        with self._database.write() as connection:
            outcomes.lock(connection, kiosk)
            mine = examined.c.kiosk == kiosk
            ids = [one.id for one in looked]
            before = connection.execute(sa.select(examined.c.cause).where(mine, examined.c.id.in_(ids))).scalars()
            sound = sum(not row["cause"] for row in rows) - sum(not cause for cause in before)
            tallies.add(connection, kiosk, now_ms, enrolled=sound)
            connection.execute(sa.delete(examined).where(mine, examined.c.id.in_(ids)))
            if rows:
                connection.execute(sa.insert(examined), rows)
            if done := [one.act for one in looked if one.act]:
                acts.keep(connection, self._database, kiosk, done)
                supplies.note(connection, kiosk, now_ms)
            enrolled = [one.enrolment for one in looked if one.enrolment and one.id in won]
            if branches := [one.branch for one in enrolled if one.branch]:
                figures.place(connection, kiosk, branches[-1])
            members.join(connection, self._database, self._people_key, kiosk, enrolled, now_ms)
            decided = outcomes.newest(connection, kiosk, refused)
            told = [outcomes.Decision(id, Outcome(State.REFUSED, causes[id])) for id in refused if id not in decided]
            if told:
                outcomes.append(connection, kiosk, told, now_ms)
        for one in looked:
            if causes[one.id]:
                _log.warning("enrolment.not_sound", kiosk=kiosk, seq=one.seq, cause=causes[one.id])
        _log.info("run.examined", kiosk=kiosk, count=len(looked), refused=len(refused))


def again(database: Database) -> int:
    """Lets the workers look once more at what could not be opened, say with another key. How many there are."""
    return _look_again(database, examined.c.cause.in_(UNREADABLE))


def mark_old(database: Database) -> int:
    """Lets the workers look at what an earlier version examined without noting whose it is. How many there are."""
    return _look_again(database, examined.c.mark.is_(None) & examined.c.cause.not_in([*UNREADABLE, ERASED]))


def _look_again(database: Database, which: sa.ColumnElement[bool]) -> int:
    query = sa.select(examined.c.kiosk, examined.c.seq).where(which)
    by_kiosk: dict[str, list[int]] = {}
    with database.write() as connection:
        for row in connection.execute(query.order_by(examined.c.kiosk, examined.c.seq)):
            by_kiosk.setdefault(row.kiosk, []).append(row.seq)
        for kiosk, seqs in by_kiosk.items():
            arrivals.add(connection, database, kiosk, seqs)
    return sum(len(seqs) for seqs in by_kiosk.values())
