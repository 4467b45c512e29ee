"""From a coordinator's file to awaited members: checked cell by cell, the good rows kept sealed, the rest told."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kiosk import tables
from sync.central.associations import members
from sync.central.database import Database
from sync.central.lists import report
from sync.central.lists.checking import Checked, check
from sync.central.lists.reading import rows


@dataclass(frozen=True, slots=True)
class Loaded:
    """`new` members that no list had named before."""

    checked: tuple[Checked, ...]
    told: report.Sum
    new: int


def load(
    database: Database, association: str, path: Path, people_key: bytes, public_key: bytes, now_ms: int, today: date
) -> Loaded:
    """Raises SettingsError `list.…`, and StoreError."""
    checked = tuple(check(rows(path), tables.regions(), today))
    good = [one.member for one in checked if one.member is not None]
    new = members.expect(database, association, good, people_key, public_key, now_ms)
    return Loaded(checked, report.sum_of(list(checked)), new)
