"""What officers did, as it came out of the sealed records: in the order of each kiosk's chain, once each."""

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.clock import believable
from kiosk.domain.act import Act, KeptAct, Kind
from sync.central.database import Database
from sync.central.schema import act

_AHEAD_MS = 86_400_000  # a kiosk's clock that is further ahead is not believed


@dataclass(frozen=True, slots=True)
class Arrived:
    """`at_ms` by the kiosk's clock, `received_ms` by the centre's."""

    seq: int
    id: uuid.UUID
    at_ms: int
    received_ms: int
    act: Act

    @property
    def happened_ms(self) -> int:
        """When it was done; when it came, where the kiosk's clock cannot have been right."""
        believed = believable(self.at_ms) and self.at_ms <= self.received_ms + _AHEAD_MS
        return self.at_ms if believed else self.received_ms

    @property
    def kept(self) -> KeptAct:
        """As the kiosk itself has kept it."""
        return KeptAct(self.seq, self.at_ms, self.act)


def keep(connection: sa.Connection, database: Database, kiosk: str, arrived: Sequence[Arrived]) -> None:
    """Again, it changes nothing."""
    rows = [
        {
            "kiosk": kiosk,
            "seq": one.seq,
            "id": one.id,
            "kind": str(one.act.kind),
            "officer": one.act.officer,
            "at_ms": one.at_ms,
            "received_ms": one.received_ms,
            "facts": json.dumps(dict(one.act.facts), ensure_ascii=False),
        }
        for one in arrived
    ]
    if rows:
        connection.execute(database.insert_new(act), rows)


def newest(connection: sa.Connection, kiosk: str, number: int, kinds: Collection[Kind] = ()) -> list[Arrived]:
    """The last `number` acts of a kiosk, of these kinds or of all; the oldest of them first."""
    query = sa.select(act).where(act.c.kiosk == kiosk).order_by(act.c.seq.desc()).limit(number)
    rows = connection.execute(query.where(act.c.kind.in_(kinds)) if kinds else query).all()
    return [arrived_of(row) for row in reversed(rows)]


def arrived_of(row: Any) -> Arrived:
    """A row of the table `act`."""
    done = Act(Kind(row.kind), row.officer, json.loads(row.facts))
    return Arrived(row.seq, row.id, row.at_ms, row.received_ms, done)
