"""Amounts of what a kiosk holds, in words: whole packs, rolls to a tenth, what is less than a roll in metres."""

from babel.numbers import format_decimal

from kiosk.domain import stock
from kiosk.domain.act import Act, Kind
from kiosk.domain.stock import Item, Unit
from kiosk.words import Words

MINUS, SPACE = "\u2212", "\u00a0"


def amount(item: Item, number: float, words: Words) -> str:
    """`4,2 rol`, `6,4 m`, `140 lembar`; never broken between two lines."""
    if item.unit is Unit.PIECE:
        told = words("stock.pieces", number=_decimal(number, words))
    elif abs(number) >= item.pack:
        told = f"{_decimal(number / item.pack, words)} {pack(item, words)}"
    else:
        told = words("stock.metres", number=_decimal(number / 1000, words))
    return told.replace(" ", SPACE)


def signed(item: Item, number: int, words: Words) -> str:
    """`+1 rol`, `−12 lembar`."""
    told = amount(item, abs(number), words)
    return f"+{told}" if number > 0 else f"{MINUS}{told}" if number < 0 else told


def label(item: Item, words: Words) -> str:
    return item.labels.get(words.language) or item.labels["id"]


def pack(item: Item, words: Words) -> str:
    """What one roll or pack of it is called."""
    return item.packs.get(words.language) or item.packs["id"]


def in_words(act: Act, items: tuple[Item, ...], words: Words) -> Act:
    """The act with its amounts as people read them; one that is no entry of a known item stays as it is."""
    item = next((one for one in items if one.id == act.facts.get("item")), None)
    facts = dict(act.facts)
    if item is None or act.kind not in stock.KINDS:
        return act
    for name, fact in act.facts.items():
        if isinstance(fact, int):
            as_change = name == "amount" and act.kind is not Kind.DRAWN
            facts[name] = signed(item, fact, words) if as_change else amount(item, max(fact, 0), words)
    return Act(act.kind, act.officer, facts | {"item": label(item, words)})


def _decimal(number: float, words: Words) -> str:
    return str(format_decimal(number, format="#,##0.#", locale=words.language))
