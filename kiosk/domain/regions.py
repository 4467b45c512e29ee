"""Region names behind the first six digits of a NIK (Kepmendagri 300.2.2-2430/2025, plus the retired codes)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """One row of config/regions.csv or config/regions-retired.csv. `code` has 2, 4 or 6 digits."""

    code: str
    name: str
    retired: bool = False


class Regions:
    """Looks region codes up. A retired code lives on in every NIK that was made while it was in force."""

    def __init__(self, rows: Iterable[Region]) -> None:
        self._by_code: Mapping[str, Region] = {row.code: row for row in sorted(rows, key=lambda r: not r.retired)}

    def __len__(self) -> int:
        return len(self._by_code)

    def codes(self) -> Iterable[str]:
        return self._by_code.keys()

    def find(self, code: str) -> Region | None:
        return self._by_code.get(code)

    def known(self, nik: str) -> bool:
        """Whether province, regency and district of `nik` all stand in one of the two lists."""
        return all(nik[:length] in self._by_code for length in (2, 4, 6))

    def names(self, nik: str) -> tuple[str, str, str]:
        """Province, regency and district of `nik`; "" for what no list knows."""
        province, regency, district = (self._by_code.get(nik[:length]) for length in (2, 4, 6))
        return (province.name if province else "", regency.name if regency else "", district.name if district else "")
