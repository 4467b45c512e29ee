"""Errands between the two programs: the screen asks, the daemon takes, tells how far it is, and finishes.

asked ──take──▶ running ──finish──▶ done | failed(cause)
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kiosk.clock import Clock
from kiosk.domain import act
from kiosk.domain.errand import Errand, Kind, State
from kiosk.domain.errors import KioskError
from kiosk.store import acts, schema
from kiosk.store.engine import reading, translated
from kiosk.store.identity import Identity

KEPT = 50
FRESH_MS = 10 * 60 * 1000  # what nobody took for so long, nobody expects any more
_errand = schema.errand.c
_UNDER_WAY = _errand.state.in_((State.ASKED, State.RUNNING))


class Errands:
    def __init__(self, engine: sa.Engine, path: Path, clock: Clock) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock

    def ask(self, kind: Kind, officer: str, identity: Identity | None, **arguments: Any) -> int:
        """Its number. The act ASKED is written with it; a machine that is no kiosk yet has no chain to write it into.

        The same again while the first is under way is the same errand. Raises StoreFull, StoreError.
        """
        text = _json(arguments)
        same = sa.select(_errand.number).where(_errand.kind == kind, _errand.arguments == text, _UNDER_WAY).limit(1)
        now = self._clock.wall_ms()
        with translated(self._path), self._engine.begin() as connection:
            found: int | None = connection.scalar(same)
            if found is not None:
                return found
            row = {"kind": kind, "arguments": text, "officer": officer, "asked_ms": now, "changed_ms": now}
            key = connection.execute(sa.insert(schema.errand).values(**row)).inserted_primary_key
            number = int(key[0]) if key else 0
            connection.execute(sa.delete(schema.errand).where(_errand.number <= number - KEPT, ~_UNDER_WAY))
            if identity is not None:
                asked = act.Act(act.Kind.ASKED, officer, {"errand": str(kind)})
                acts.append(connection, asked, identity, self._clock)
        return number

    def is_asked(self) -> bool:
        """Whether one waits to be taken. Cheap: it is asked again and again. Raises StoreError."""
        with translated(self._path), reading(self._engine) as connection:
            return bool(connection.scalar(sa.select(sa.exists().where(_errand.state == State.ASKED))))

    def take(self) -> Errand | None:
        """The oldest that waits, from now on running. Those that waited too long have failed. Raises StoreError."""
        now = self._clock.wall_ms()
        waits = sa.select(schema.errand).where(_errand.state == State.ASKED).order_by(_errand.number).limit(1)
        stale = ~_errand.asked_ms.between(now - FRESH_MS, now + FRESH_MS)
        with translated(self._path), self._engine.begin() as connection:
            too_late = sa.update(schema.errand).where(_errand.state == State.ASKED, stale)
            connection.execute(too_late.values(state=State.FAILED, cause="errand.late", changed_ms=now))
            row = connection.execute(waits).first()
            if row is None:
                return None
            running = sa.update(schema.errand).where(_errand.number == row.number)
            connection.execute(running.values(state=State.RUNNING, changed_ms=now))
        return _errand_of(row, state=State.RUNNING, changed_ms=now)

    def progress(self, number: int, done: int, total: int, result: Mapping[str, Any]) -> None:
        self._change(number, done=done, total=total, result=_json(result))

    def finish(self, number: int, result: Mapping[str, Any], error: KioskError | None = None) -> None:
        """With an error it has failed; the error's facts join the result."""
        if error is None:
            self._change(number, state=State.DONE, result=_json(result))
        else:
            self._change(number, state=State.FAILED, cause=error.id, result=_json({**result, **error.facts}))

    def fail_running(self) -> int:
        """Those that a daemon which is no more had begun, at the start and at the end of one. How many."""
        stopped = {"state": State.FAILED, "cause": "errand.stopped", "changed_ms": self._clock.wall_ms()}
        running = _errand.state == State.RUNNING
        with translated(self._path), self._engine.begin() as connection:
            return int(connection.execute(sa.update(schema.errand).where(running).values(**stopped)).rowcount)

    def newest(self, kind: Kind) -> Errand | None:
        """The last one of this kind, whatever became of it. Raises StoreError."""
        query = sa.select(schema.errand).where(_errand.kind == kind).order_by(_errand.number.desc()).limit(1)
        with translated(self._path), reading(self._engine) as connection:
            row = connection.execute(query).first()
        return _errand_of(row) if row else None

    def _change(self, number: int, **values: Any) -> None:
        change = sa.update(schema.errand).where(_errand.number == number)
        with translated(self._path), self._engine.begin() as connection:
            connection.execute(change.values(changed_ms=self._clock.wall_ms(), **values))


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True)


def _errand_of(row: Any, **changes: Any) -> Errand:
    values = dict(row._mapping) | changes
    values |= {name: json.loads(values[name]) for name in ("arguments", "result")}
    return Errand(**values | {"kind": Kind(values["kind"]), "state": State(values["state"])})
