"""Files that people get: whole or not at all, for their owner alone, and no cell of them is ever a formula."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.domain.errors import SettingsError

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file of another name that only the owner may read, and that takes its own name at the end.

    Raises SettingsError `central.export_unwritable`.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield fresh
        fresh.replace(path)
    except OSError:
        raise SettingsError("central.export_unwritable", file=path.name) from None
    finally:
        fresh.unlink(missing_ok=True)


def cell(value: object) -> object:
    """As it may stand in a CSV file: what a sheet would take for a formula is made text (OWASP, CSV injection)."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
