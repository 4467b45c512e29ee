"""Any table as CSV. A cell that a spreadsheet would take for a formula is made text (OWASP, CSV injection)."""

import csv as writer
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from fastapi.responses import StreamingResponse

from sync.central.files import cell as plain

_AT_ONCE = 500
_YEAR_9999_MS = 253_370_764_800_000


def csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingResponse:
    """`name` is that of the table, never anybody's."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_lines(head, rows), headers=headers, media_type="text/csv; charset=utf-8")


def iso(ms: int | None) -> str:
    """UTC, `2026-11-22T02:00:00Z`."""
    if ms is not None and not 0 <= ms < _YEAR_9999_MS:
        return str(ms)  # as it came: what a kiosk says of its clock may be anything
    return "" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    out = io.StringIO()
    out.write("\ufeff")  # or Excel takes it for something else than UTF-8
    sheet = writer.writer(out)
    sheet.writerow([plain(cell) for cell in head])
    for number, row in enumerate(rows, 1):
        sheet.writerow([plain(cell) for cell in row])
        if number % _AT_ONCE == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()
