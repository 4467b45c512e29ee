"""The enrolments that have arrived, opened with the private key, in the order of each kiosk's chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.clock import local
from kiosk.domain.act import Act
from kiosk.domain.enrolment import Enrolment, code_of
from kiosk.domain.nik import mask
from kiosk.domain.record import Record
from kiosk.words import Words
from sync.central.database import Database
from sync.central.examination import day_of, examine, rules_of
from sync.central.exporting import Cell, Sheet, Written
from sync.central.ingest import gaps
from sync.central.opening import OpeningError, opened
from sync.central.rights import corrections
from sync.central.schema import enrolment, examined, kiosk, outcome

_AT_ONCE = 500  # rows held in memory
_YEAR_9999_MS = 253_370_764_800_000


@dataclass(frozen=True, slots=True, repr=False)
class Arrived:
    """`error` is the cause of an OpeningError when it could not be opened, and then `enrolment` is None."""

    row: Any
    enrolment: Enrolment | None
    error: str = ""

    @property
    def plain(self) -> dict[str, Any]:
        """`{kiosk, seq, id, received_ms, enrolment: {…}}`, or `error` in place of `enrolment`."""
        found = {name: getattr(self.row, name) for name in ("kiosk", "seq", "received_ms")} | {"id": str(self.row.id)}
        return found | ({"enrolment": self.enrolment.plain()} if self.enrolment else {"error": self.error})


def arrived(database: Database, key: X25519PrivateKey, only_kiosk: str = "") -> Iterator[Arrived]:
    """Every enrolment with what was decided about it, and what cannot be opened; a few in memory at a time."""
    newest = (
        sa.select(sa.func.max(outcome.c.n))
        .where(outcome.c.kiosk == enrolment.c.kiosk, outcome.c.id == enrolment.c.id)
        .correlate(enrolment)
        .scalar_subquery()
    )
    decided = (outcome.c.kiosk == enrolment.c.kiosk) & (outcome.c.n == newest)
    looked = (examined.c.kiosk == enrolment.c.kiosk) & (examined.c.id == enrolment.c.id)
    query = (
        sa.select(
            enrolment.c.kiosk, enrolment.c.seq, enrolment.c.id, enrolment.c.received_ms, enrolment.c.raw,
            outcome.c.state, outcome.c.cause, outcome.c.decided_ms, examined.c.examined_ms,
        )
        .select_from(enrolment.outerjoin(outcome, decided).outerjoin(examined, looked))
        .order_by(enrolment.c.kiosk, enrolment.c.seq)
    )  # fmt: skip
    query = query.where(sa.func.length(enrolment.c.raw) > 0)  # an erased one is nobody's
    if only_kiosk:
        query = query.where(enrolment.c.kiosk == only_kiosk)
    with database.read() as connection:
        corrected = corrections.of_all(connection, key, only_kiosk)
        for row in connection.execute(query.execution_options(yield_per=_AT_ONCE)):
            try:
                found = opened(bytes(row.raw), key)
            except OpeningError as error:
                yield Arrived(row, None, str(error))
                continue
            if not isinstance(found, Act):
                yield Arrived(row, corrections.applied(found, corrected.get((row.kiosk, row.id), {})))


def line(one: Arrived, zone: tzinfo) -> str:
    """For people: no more of the person than a masked NIK."""
    when = local(one.row.received_ms, zone).strftime("%Y-%m-%d %H:%M:%S")
    shown = mask(one.enrolment.nik) if one.enrolment else f"– {one.error}"
    return f"{one.row.kiosk:<20}  {one.row.seq:>6}  {one.row.id}  {when}  {shown:<20}  {one.row.state or ''}".rstrip()


def span(first: int, last: int) -> str:
    """`3–4`, or `3` for one."""
    return str(first) if first == last else f"{first}–{last}"


def export(
    found: Iterator[Arrived], sheet: Sheet, words: Words, zone: tzinfo, *, branch: str = "", undecided: bool = False
) -> Written:
    """Writes the rows of a branch ("" for all), and what is wrong with any."""
    rows = errors = 0
    for one in found:
        if (undecided and one.row.state) or (branch and one.enrolment and one.enrolment.branch != branch):
            continue
        problems: tuple[str, ...] = (f"opening.{one.error}",)
        if one.enrolment:
            problems = _doubts(one, one.enrolment, zone)
            sheet.row(_cells(one, one.enrolment))
            rows += 1
        for problem in problems:
            sheet.error(_where(one) | {"problem": words(f"central.problem.{problem}")})
            errors += 1
    return Written(rows, errors)


def export_gaps(database: Database, sheet: Sheet, words: Words, only_kiosk: str = "") -> int:
    """Names the records that a later one of the same kiosk says must exist."""
    number = 0
    with database.read() as connection:
        names = [only_kiosk] if only_kiosk else connection.scalars(sa.select(kiosk.c.name).order_by(kiosk.c.name)).all()
        for name in names:
            for first, last in gaps(connection, name):
                problem = words("central.problem.gap", records=span(first, last))
                sheet.error({"kiosk": name, "seq": first, "problem": problem})
                number += 1
    return number


def _doubts(one: Arrived, opened: Enrolment, zone: tzinfo) -> tuple[str, ...]:
    captured_ms = Record.from_bytes(bytes(one.row.raw)).captured_ms
    findings = examine(opened, rules_of(day_of(captured_ms, one.row.received_ms, zone)))
    late = () if one.row.examined_ms else ("not_examined",)
    return (*((findings.refusal,) if findings.refusal else ()), *findings.doubts, *late)


def _where(one: Arrived) -> dict[str, Cell]:
    return {"kiosk": one.row.kiosk, "seq": one.row.seq, "code": code_of(one.row.id), "id": str(one.row.id)}


def _cells(one: Arrived, opened: Enrolment) -> dict[str, Cell]:
    plain = opened.plain()
    captured_ms = Record.from_bytes(bytes(one.row.raw)).captured_ms
    lists = {name: " ".join(plain[name]) for name in ("occupations", "programmes", "warnings")}
    consents = " ".join(consent["purpose"] for consent in plain["consents"] if consent["given"])
    phone = "0" + opened.phone.removeprefix("+62") if opened.phone.startswith("+62") else opened.phone
    return (
        plain
        | lists
        | _where(one)
        | {
            "received": _time(one.row.received_ms),
            "captured": _time(captured_ms),
            "phone": phone,
            "consents": consents,
            "state": one.row.state or "",
            "cause": one.row.cause or "",
            "decided": _time(one.row.decided_ms),
        }
    )


def _time(ms: int | None) -> datetime | str | None:
    """As it stands when no sheet has that day."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC) if 0 <= ms < _YEAR_9999_MS else str(ms)
