"""Everything that config/ says about money, law and places, as one value that a visit carries."""

from dataclasses import dataclass
from datetime import date

from kiosk.domain import nik
from kiosk.domain.eligibility import Eligibility
from kiosk.domain.regions import Regions
from kiosk.domain.tariff import Month, Programme, Quote, Tariff


@dataclass(frozen=True, slots=True)
class Occupation:
    """One tile of the occupation grid. `sector` decides the discount; `labels` by language."""

    id: str
    labels: dict[str, str]
    sector: str
    often_employer: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """`today` is the local date at the kiosk on which the rules were taken."""

    today: date
    regions: Regions
    tariff: Tariff
    eligibility: Eligibility
    occupations: tuple[Occupation, ...]

    def check_nik(self, text: str, printed_birth_date: date | None = None) -> nik.NikCheck:
        return nik.check(
            text, self.regions, self.today, printed_birth_date=printed_birth_date, ages=self.eligibility.ages
        )

    def occupation(self, id: str) -> Occupation | None:
        return next((o for o in self.occupations if o.id == id), None)

    def sector(self, occupations: tuple[str, ...]) -> str:
        """The discount sector of the first, main occupation."""
        first = self.occupation(occupations[0]) if occupations else None
        return first.sector if first else "other"

    def quote(
        self, *, income: int, programmes: tuple[Programme, ...], occupations: tuple[str, ...], months: int
    ) -> Quote:
        return self.tariff.quote(
            income=income,
            programmes=programmes,
            sector=self.sector(occupations),
            start=Month.of(self.today),
            months=months,
        )
