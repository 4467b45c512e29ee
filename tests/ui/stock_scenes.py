"""The stock's pages with something on them."""

from collections.abc import Callable, Iterator
from typing import Any

from kiosk import tables
from kiosk.domain.stock import Stand
from kiosk.journey.officer.stock import StockView

Scene = tuple[str, Any, Callable[[Any], None] | None]


def view(*, low: bool = True) -> StockView:
    paper, cards, brochures = tables.stock_items()
    return StockView(
        (
            Stand(paper, 126_000, True, 9_300.0, 13),
            Stand(cards, 12 if low else 140, True, 6.5, 1 if low else 21),
            Stand(brochures, 0, False, None, None),
        )
    )


def scenes(at: Callable[..., Any]) -> Iterator[Scene]:
    under = ("officer", "stock")
    yield "stock", at("stock", view()), None
    yield "refill", at("refill", view(), chosen="paper", stack=under), None
    yield "refill-low", at("refill", view(), chosen="cards", stack=under), None
    for item, keys in (("paper", "25"), ("cards", "137")):
        visit = at("count", view(), chosen=item, stack=(*under, "refill"))
        yield f"count-{item}", visit, lambda front, keys=keys: [front.page.key(key) for key in keys]
