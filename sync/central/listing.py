"""What has arrived, opened with the private key, in the order of each kiosk's chain."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.clock import local
from kiosk.domain.nik import mask
from sync.central.database import Database
from sync.central.opening import OpeningError, opened
from sync.central.schema import enrolment

_AT_ONCE = 500  # rows held in memory


def rows(database: Database, key: X25519PrivateKey) -> Iterator[dict[str, Any]]:
    """`{kiosk, seq, id, received_ms, enrolment: {…}}`, or `error` in place of `enrolment` when it cannot be opened."""
    columns = (enrolment.c.kiosk, enrolment.c.seq, enrolment.c.id, enrolment.c.received_ms, enrolment.c.raw)
    query = sa.select(*columns).order_by(enrolment.c.kiosk, enrolment.c.seq)
    with database.read() as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
            found = {"kiosk": row.kiosk, "seq": row.seq, "id": str(row.id), "received_ms": row.received_ms}
            try:
                yield found | {"enrolment": opened(bytes(row.raw), key).plain()}
            except OpeningError as error:
                yield found | {"error": str(error)}


def line(row: dict[str, Any], zone: tzinfo) -> str:
    """For people: no more of the person than a masked NIK."""
    when = local(row["received_ms"], zone).strftime("%Y-%m-%d %H:%M:%S")
    nik = row.get("enrolment", {}).get("nik")
    shown = mask(nik) if isinstance(nik, str) else f"– {row.get('error', '')}"
    return f"{row['kiosk']:<20}  {row['seq']:>6}  {row['id']}  {when}  {shown}"
