"""Every sentence for people, by language and message id, from assets/words/<language>.po (gettext)."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

from babel.dates import format_date
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from kiosk.domain.act import Act
from kiosk.domain.errors import KioskError, SettingsError
from kiosk.resources import ASSETS

LANGUAGES = {"id": "Bahasa Indonesia", "jv": "Basa Jawa", "en": "English"}


class Words:
    """One language. `words("scan.title", name=…)`; a missing id shows itself, so that a test and an eye find it."""

    def __init__(self, language: str, sentences: Mapping[str, str]) -> None:
        self.language = language
        self._sentences = sentences

    def __call__(self, id: str, /, **facts: object) -> str:
        sentence = self._sentences.get(id, id)
        return sentence.format(**facts) if facts else sentence

    def __contains__(self, id: str) -> bool:
        return id in self._sentences

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._sentences)

    def error(self, error: KioskError) -> str:
        """What happened and what to do. A `reason` that is itself a message id is put into words first."""
        facts = {
            key: self(value) if key == "reason" and isinstance(value, str) and value in self else value
            for key, value in error.facts.items()
        }
        return f"{self(error.message, **facts)} {self(error.cure, **facts)}".strip()

    def act(self, act: Act) -> str:
        """What an officer did. A fact that has words of its own, `<fact>.<value>`, is told by them."""
        told = {name: self(f"{name}.{fact}") if f"{name}.{fact}" in self else fact for name, fact in act.facts.items()}
        return self(f"act.{act.kind}", **told)

    def date(self, day: datetime.date) -> str:
        """`22 November 2026`."""
        return str(format_date(day, "d MMMM y", locale=self.language))

    def millions(self, amount: int) -> str:
        """`Rp 57,6 juta`, to a tenth of a million, as this language writes it; never broken between two lines."""
        tenths = round(amount / 100_000) / 10
        number = str(format_decimal(tenths, format="#,##0.#", locale=self.language))
        return self("money.million", amount=number).replace(" ", "\u00a0")

    def month(self, day: datetime.date) -> str:
        """`November 2026`."""
        return str(format_date(day, "MMMM y", locale=self.language))

    def short_month(self, day: datetime.date) -> str:
        """`Nov 2026`."""
        return str(format_date(day, "MMM y", locale=self.language))


def rupiah(amount: int) -> str:
    """`Rp 33.600`, the way market prices are written; never broken between two lines."""
    return "Rp\u00a0" + f"{amount:,}".replace(",", ".")


def placeholders(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


def load(language: str, folder: Path = ASSETS / "words", over: Path | None = None) -> Words:
    """Raises SettingsError `words.broken` when there is no such file or it is damaged.

    over  a folder whose sentences stand in for the shipped ones of the same id, if they hold the same placeholders
    """
    sentences = _read(folder / f"{language}.po", language)
    if over is not None and (over / f"{language}.po").exists():
        newer = _read(over / f"{language}.po", language)
        sentences |= {
            id: newer[id] for id in sentences.keys() & newer.keys() if _holds_the_same(newer[id], sentences[id])
        }
    return Words(language, sentences)


def _read(path: Path, language: str) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, abort_invalid=True)
    except (OSError, PoFileError, ValueError):
        raise SettingsError("words.broken", file=path.name) from None
    return {str(m.id): str(m.string) for m in catalog if m.id and m.string}


def _holds_the_same(one: str, other: str) -> bool:
    try:
        return placeholders(one) == placeholders(other)
    except ValueError:  # a brace that is none
        return False
