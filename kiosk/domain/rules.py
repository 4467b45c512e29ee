"""Everything that config/ says about money, law and places, as one value that a visit carries."""

from dataclasses import dataclass
from datetime import date

from kiosk.domain import nik
from kiosk.domain.benefits import Benefits
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
class Association:
    """A paguyuban. `code` are the letters on its member cards, e.g. KOP of `KOP:<NIK>`."""

    code: str
    name: str
    market: str


@dataclass(frozen=True, slots=True)
class Rules:
    """`today` is the local date at the kiosk on which the rules were taken."""

    today: date
    regions: Regions
    tariff: Tariff
    eligibility: Eligibility
    occupations: tuple[Occupation, ...]
    benefits: Benefits
    associations: tuple[Association, ...] = ()

    def check_nik(self, text: str, printed_birth_date: date | None = None) -> nik.NikCheck:
        return nik.check(
            text, self.regions, self.today, printed_birth_date=printed_birth_date, ages=self.eligibility.ages
        )

    def occupation(self, id: str) -> Occupation | None:
        return next((o for o in self.occupations if o.id == id), None)

    def association(self, code: str) -> Association | None:
        return next((a for a in self.associations if a.code == code), None)

    def associations_of(self, market: str) -> tuple[Association, ...]:
        return tuple(a for a in self.associations if a.market == market)

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

    def due_on(self, quote: Quote) -> date:
        """When the next payment is due: `due_day` of the first month that the quote does not pay for.

        On the safe side: paid by then, no month is without cover. Later costs no fine, and the cover rests only after
        `unpaid_months_rest` unpaid months.
        """
        return quote.due_again.first_day.replace(day=self.benefits.due_day)
