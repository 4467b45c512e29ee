"""What a month costs: bands of income, and dated discounts by sector. A quote adds month by month.

Bands: PP 44/2015 Lampiran II (JKK 1 % of the base, JKM flat), PP 46/2015 with PP 60/2015 (JHT 2 % of the base).
Discounts: PP 50/2025. The rows are data in config/tariff.csv and config/discounts.csv.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.domain.errors import EnrolmentError


class Programme(enum.StrEnum):
    JKK = "jkk"  # work accident
    JKM = "jkm"  # death
    JHT = "jht"  # old-age savings


BASIC = (Programme.JKK, Programme.JKM)  # the least that can be taken
FULL = (Programme.JKK, Programme.JKM, Programme.JHT)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A contribution month. `Month(2026, 11) + 2` is January 2027."""

    year: int
    month: int

    def __add__(self, months: int) -> "Month":
        years, month = divmod(self.month - 1 + months, 12)
        return Month(self.year + years, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        year, month = text.split("-")
        if not 1 <= int(month) <= 12:
            raise ValueError("month")
        return cls(int(year), int(month))


@dataclass(frozen=True, slots=True)
class Band:
    """Rupiah a month for incomes from `income_from` up to the next band."""

    income_from: int
    base: int
    contribution: dict[Programme, int]
    valid_from: date
    valid_until: date | None
    regulation: str


@dataclass(frozen=True, slots=True)
class Discount:
    """For `sector`, in months `first`..`last`, each programme costs this percentage of the band's amount."""

    id: str
    sector: str
    first: Month
    last: Month
    percent: dict[Programme, int]
    regulation: str


@dataclass(frozen=True, slots=True)
class MonthPrice:
    """One line of a quote, in rupiah. `discount` is the id of the discount that applied, or ""."""

    month: Month
    parts: dict[Programme, int]
    discount: str

    @property
    def amount(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Quote:
    """`discount_until` is the last month of the discount that the quote has, even when the quote ends before it;
    `price_after` is what the month after that one costs. None without a discount.
    """

    base: int
    prices: tuple[MonthPrice, ...]
    discount_until: Month | None = None
    price_after: int | None = None

    @property
    def total(self) -> int:
        return sum(price.amount for price in self.prices)

    @property
    def due_again(self) -> Month:
        return self.prices[-1].month + 1

    @property
    def discount_ends(self) -> Month | None:
        """The last discounted month of a quote whose price rises on the way, else None."""
        discounted = [price.month for price in self.prices if price.discount]
        return discounted[-1] if discounted and discounted[-1] != self.prices[-1].month else None


class Tariff:
    def __init__(self, bands: Iterable[Band], discounts: Iterable[Discount]) -> None:
        self._bands = sorted(bands, key=lambda band: band.income_from)
        self._discounts = tuple(discounts)

    def bands(self, month: Month) -> Sequence[Band]:
        """The bands in force on the first day of `month`, lowest first. Raises EnrolmentError `tariff.none`."""
        day = month.first_day
        found = [b for b in self._bands if b.valid_from <= day and (b.valid_until is None or day <= b.valid_until)]
        if not found:
            raise EnrolmentError("tariff.none", month=str(month))
        return found

    def band(self, income: int, month: Month) -> Band:
        """The band with lower bound <= `income` < next lower bound, so that no income falls between two bands."""
        bands = self.bands(month)
        return next((band for band in reversed(bands) if band.income_from <= income), bands[0])

    def quote(self, *, income: int, programmes: Iterable[Programme], sector: str, start: Month, months: int) -> Quote:
        """Prices `months` contribution months from `start`, each with its own band row and discount."""
        chosen = tuple(sorted(set(programmes), key=FULL.index))
        prices = tuple(self._price(income, chosen, sector, start + step) for step in range(months))
        last = max((d.last for d in self._discounts if d.id in {p.discount for p in prices}), default=None)
        after = self._price(income, chosen, sector, last + 1).amount if last else None
        return Quote(self.band(income, start).base, prices, last, after)

    def _price(self, income: int, chosen: tuple[Programme, ...], sector: str, month: Month) -> MonthPrice:
        band = self.band(income, month)
        discount = self._discount(sector, month)
        percent = discount.percent if discount else {}
        parts = {p: band.contribution[p] * percent.get(p, 100) // 100 for p in chosen}
        return MonthPrice(month, parts, discount.id if discount else "")

    def discount_percent(self, sector: str, month: Month) -> dict[Programme, int]:
        """What each discounted programme costs in `month`, in percent of its band's amount; {} without a discount."""
        discount = self._discount(sector, month)
        return {p: percent for p, percent in discount.percent.items() if percent < 100} if discount else {}

    def _discount(self, sector: str, month: Month) -> Discount | None:
        return next((d for d in self._discounts if d.sector == sector and d.first <= month <= d.last), None)
